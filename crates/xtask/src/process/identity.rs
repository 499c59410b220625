//! A process that cannot be mistaken for another one that later got the same number.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};

/// Number and birth of a process. Numbers are used again by the kernel; a number with its start time, in ticks
/// since the boot that is named beside it, is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pid: i32,
    started: u64,
    boot: String,
}

impl Identity {
    /// The process that has this number now.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        // A zombie has ended; only its parent has not looked yet.
        Self::look(pid).and_then(|(state, identity)| (!"ZX".contains(state)).then_some(identity))
    }

    /// Our own child: its number stays its own until we wait for it, even when it has ended already.
    pub(crate) fn of_child(pid: u32) -> Option<Self> {
        Self::look(pid).map(|(_, identity)| identity)
    }

    fn look(pid: u32) -> Option<(char, Self)> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (state, started) = parse_stat(&stat)?;
        let identity = Self {
            pid: i32::try_from(pid).ok()?,
            started,
            boot: boot_id(),
        };
        Some((state, identity))
    }

    /// The process recorded in a file, whether or not it still lives.
    pub(crate) fn read(file: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    /// Records the process in a file.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_vec(self).context("a process identity is plain data")?;
        fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
    }

    /// When it started, in ticks since the boot.
    pub(crate) fn started(&self) -> u64 {
        self.started
    }

    /// The process number.
    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether this very process still lives.
    pub(crate) fn is_alive(&self) -> bool {
        u32::try_from(self.pid)
            .ok()
            .and_then(Self::of)
            .is_some_and(|now| now == *self)
    }

    /// Sends a signal, if this very process still lives.
    pub(crate) fn signal(&self, signal: Signal) {
        if let (true, Some(pid)) = (self.is_alive(), Pid::from_raw(self.pid)) {
            // It may end between the look and the signal, which is what the signal was for.
            let _ended = kill_process(pid, signal);
        }
    }

    /// Sends a signal to the process and its group, which it leads.
    pub(crate) fn signal_group(&self, signal: Signal) {
        if let (true, Some(pid)) = (self.is_alive(), Pid::from_raw(self.pid)) {
            let _ended = kill_process_group(pid, signal);
        }
    }
}

/// State and start time from `/proc/PID/stat`. The second field is the program's name in parentheses and may itself
/// hold spaces and parentheses, so fields are counted from the last one.
fn parse_stat(stat: &str) -> Option<(char, u64)> {
    let fields: Vec<&str> = stat
        .get(stat.rfind(')')? + 1..)?
        .split_whitespace()
        .collect();
    let state = fields.first()?.chars().next()?;
    Some((state, fields.get(19)?.parse().ok()?))
}

fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_program_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = "42 (a) b (c)) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 2 3";
        assert_eq!(parse_stat(stat), Some(('S', 987_654)));
    }

    #[test]
    fn a_line_that_is_cut_short_is_no_process() {
        assert_eq!(parse_stat("42 (sh) S 1 2"), None);
    }

    #[test]
    fn a_running_process_is_recognised_by_its_file() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("self.json");
        let me = Identity::of(std::process::id()).expect("this process runs");
        me.write(&file).expect("a file can be written");
        let read = Identity::read(&file).expect("the file was just written");
        assert!(read.is_alive());
        assert_eq!(read, me);
    }

    #[test]
    fn another_process_with_the_same_number_is_not_the_recorded_one() {
        let mut other = Identity::of(std::process::id()).expect("this process runs");
        other.started += 1;
        assert!(!other.is_alive());
        other.signal(Signal::KILL);
    }

    #[test]
    fn a_process_that_ended_but_was_not_waited_for_does_not_count_as_alive() {
        let mut child = Command::new("true")
            .stdin(Stdio::null())
            .spawn()
            .expect("`true` runs");
        let identity = Identity::of(child.id());
        child.wait().expect("`true` ends");
        assert!(identity.is_none_or(|identity| !identity.is_alive()));
    }
}
