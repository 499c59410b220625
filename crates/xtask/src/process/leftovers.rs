//! What a run that was killed has left behind.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::Signal;

use super::{Identity, MARKER, RunFolder};
use crate::interrupt::TICK;
use crate::report;

/// A database that was asked to stop gets this long to write its last checkpoint.
const GRACE: Duration = Duration::from_secs(15);

/// Stops every process that this run folder's last run started and did not stop. The caller holds the folder's claim.
pub(super) fn stop(run: &RunFolder) -> Result<()> {
    let mut found: Vec<Identity> = Vec::new();
    for (name, identity) in run.recorded() {
        if identity.is_alive() {
            report::note(format_args!(
                "stopping {name} (process {}), left by a run that was killed",
                identity.pid()
            ));
            found.push(identity);
        }
    }
    // Applications before the servers they use: the order in which they were started, backwards.
    for identity in found.iter().rev() {
        identity.signal_group(Signal::TERM);
    }
    end(found);
    end(descendants(run.path()));
    let pids = run.pids();
    if pids.exists() {
        fs::remove_dir_all(&pids).context("old pid files cannot be removed")?;
    }
    let requests = run.requests();
    if requests.exists() {
        fs::remove_dir_all(&requests).context("old requests cannot be removed")?;
    }
    Ok(())
}

/// Stops what descends from a run's processes and outlived them, such as functions started by a watcher.
pub(super) fn stop_descendants(run: &Path) {
    end(descendants(run));
}

/// What a run's processes and all their descendants hold in memory, in KiB; a page that several share counts once.
pub(super) fn memory_kib(run: &Path) -> Result<u64> {
    let mut total = 0;
    for process in descendants(run) {
        // One that ended in between holds nothing.
        let Ok(rollup) = fs::read_to_string(format!("/proc/{}/smaps_rollup", process.pid())) else {
            continue;
        };
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        total += kib.context("/proc shows no Pss")?.parse::<u64>()?;
    }
    Ok(total)
}

/// What a process has started, and what that has.
pub(super) fn children_of(process: &Identity) -> Vec<Identity> {
    let mut found = Vec::new();
    let mut parents = vec![process.pid()];
    while let Some(parent) = parents.pop() {
        let text = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
        for child in text.unwrap_or_default().split_whitespace() {
            if let Some(child) = child.parse().ok().and_then(Identity::of) {
                parents.push(child.pid());
                found.push(child);
            }
        }
    }
    found
}

/// Kills processes and waits until they are gone.
pub(super) fn kill(mut processes: Vec<Identity>) {
    for process in &processes {
        process.signal(Signal::KILL);
    }
    let deadline = Instant::now() + GRACE;
    while !processes.is_empty() && Instant::now() < deadline {
        processes.retain(Identity::is_alive);
        std::thread::sleep(TICK);
    }
}

fn end(mut processes: Vec<Identity>) {
    for process in &processes {
        process.signal(Signal::TERM);
    }
    let deadline = Instant::now() + GRACE;
    loop {
        processes.retain(Identity::is_alive);
        if processes.is_empty() {
            return;
        }
        if Instant::now() >= deadline {
            break;
        }
        std::thread::sleep(TICK);
    }
    for process in &processes {
        process.signal_group(Signal::KILL);
        process.signal(Signal::KILL);
    }
}

/// Processes whose environment names this run folder, except this one.
fn descendants(run: &Path) -> Vec<Identity> {
    let marker = format!("{MARKER}={}", run.display());
    let me = std::process::id();
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| *pid != me)
        .filter(|pid| {
            fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|environ| names_run(&environ, marker.as_bytes()))
        })
        .filter_map(Identity::of)
        .collect()
}

fn names_run(environ: &[u8], marker: &[u8]) -> bool {
    environ
        .split(|byte| *byte == 0)
        .any(|entry| entry == marker)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn only_a_whole_entry_of_the_environment_names_a_run() {
        let environ = b"A=1\0VELURE_XTASK_RUN=/x/.velure/dev\0B=2\0";
        assert!(names_run(environ, b"VELURE_XTASK_RUN=/x/.velure/dev"));
        assert!(!names_run(environ, b"VELURE_XTASK_RUN=/x/.velure/de"));
    }

    #[test]
    fn a_process_without_a_pid_file_is_found_by_the_run_it_belongs_to() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        // A process shows no environment for a moment while it becomes another program: this one has said that it is
        // there, and waits for what is never written.
        let mut child = Command::new("sh")
            .args(["-c", "echo there; read -r never"])
            .env(MARKER, folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`sh` runs");
        let mut said = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut said)
            .expect("it says something");
        stop_descendants(folder.path());
        let waiting = child.stdin.take();
        let status = child.wait().expect("the process can be waited for");
        assert_eq!((said.trim(), status.signal()), ("there", Some(15)));
        drop(waiting);
    }
}
