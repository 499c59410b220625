//! The processes of one run: started in order, watched, stopped in reverse.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::{Identity, Launch, MARKER, RunFolder, leftovers, requests};
use crate::interrupt::{self, TICK};
use crate::report;

#[derive(Debug)]
struct Running {
    launch: Launch,
    child: Child,
    identity: Identity,
}

/// Every process that this run started and has not stopped. Dropping the set stops them all.
#[derive(Debug)]
pub(crate) struct Processes {
    run: RunFolder,
    running: Vec<Running>,
    /// Stopped on request, to be started again on request.
    aside: Vec<Launch>,
    /// Ended by themselves, to be started again at this time.
    fallen: Vec<(Instant, Launch)>,
}

/// How long a process that ended by itself stays down: an orchestrator takes a moment, too.
const DOWN: Duration = Duration::from_millis(300);

impl Processes {
    /// An empty set whose logs and pid files go to `run`.
    pub(crate) fn new(run: RunFolder) -> Self {
        Self {
            run,
            running: Vec::new(),
            aside: Vec::new(),
            fallen: Vec::new(),
        }
    }

    /// The run folder.
    pub(crate) fn run(&self) -> &RunFolder {
        &self.run
    }

    /// What everything that was started holds in memory, in KiB.
    pub(crate) fn memory_kib(&self) -> Result<u64> {
        leftovers::memory_kib(self.run.path())
    }

    /// Starts a process in the background.
    pub(crate) fn start(&mut self, launch: Launch) -> Result<()> {
        let command = launch.command_logging_to(&self.run.log(&launch.name))?;
        self.spawn(launch, command)
    }

    fn spawn(&mut self, launch: Launch, mut command: std::process::Command) -> Result<()> {
        command.env(MARKER, self.run.path());
        let child = command
            .spawn()
            .with_context(|| format!("{} cannot be started", launch.name))?;
        let identity = Identity::of_child(child.id())
            .context("/proc does not show our own child: is it mounted?")?;
        identity.write(&self.pid_file(&launch.name))?;
        self.running.push(Running {
            launch,
            child,
            identity,
        });
        Ok(())
    }

    /// Runs a process to its end with its output in the terminal; a background process that ends meanwhile, or
    /// Ctrl-C, ends it early.
    pub(crate) fn run_to_end(&mut self, launch: Launch) -> Result<bool> {
        let command = launch.command();
        self.spawn_and_wait(launch, command)
    }

    /// Runs a process to its end with its output in its log, and fails with the log's tail.
    pub(crate) fn run_quietly(&mut self, launch: Launch) -> Result<()> {
        let name = launch.name.clone();
        let command = launch.command_logging_to(&self.run.log(&name))?;
        if self.spawn_and_wait(launch, command)? {
            return Ok(());
        }
        bail!("{name} failed\n{}", log_tail(&self.run.log(&name)))
    }

    /// Runs an already built command to its end; for callers that read its output themselves.
    pub(crate) fn spawn_and_wait(
        &mut self,
        launch: Launch,
        command: std::process::Command,
    ) -> Result<bool> {
        let name = launch.name.clone();
        self.spawn(launch, command)?;
        loop {
            let position = self
                .position(&name)
                .context("a process that runs is in the set")?;
            let process = &mut self.running[position];
            if let Some(status) = process.child.try_wait().context("a child can be asked")? {
                self.forget(position);
                return Ok(status.success());
            }
            let fine = self
                .check_except(&name)
                .and_then(|()| requests::serve(self));
            if let Err(error) = fine {
                self.stop(&name)?;
                return Err(error);
            }
            std::thread::sleep(TICK);
        }
    }

    /// An error when a process has ended that nobody stopped, or when we were interrupted. Requests of other
    /// commands are carried out here, so whoever waits calls this often.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.check_except("")?;
        requests::serve(self)
    }

    fn check_except(&mut self, exempt: &str) -> Result<()> {
        interrupt::check()?;
        let mut fallen = Vec::new();
        for (position, process) in self.running.iter_mut().enumerate() {
            if process.launch.name == exempt {
                continue;
            }
            if let Some(status) = process.child.try_wait().context("a child can be asked")? {
                let name = &process.launch.name;
                if !process.launch.supervised {
                    bail!(
                        "{name} ended by itself ({status})\n{}",
                        log_tail(&self.run.log(name))
                    );
                }
                fallen.push(position);
            }
        }
        for position in fallen.into_iter().rev() {
            let launch = self.forget(position).with_faults(None);
            self.fallen.push((Instant::now() + DOWN, launch));
        }
        self.raise()
    }

    /// Starts what ended by itself and has been down for long enough.
    fn raise(&mut self) -> Result<()> {
        let now = Instant::now();
        let due = |(at, _): &(Instant, Launch)| *at <= now;
        while let Some(position) = self.fallen.iter().position(due) {
            let (_, launch) = self.fallen.remove(position);
            self.start(launch)?;
        }
        Ok(())
    }

    /// Waits until `probe` says yes. Fails at once when a process ends, and with the tail of the log of `name` when
    /// the time is over.
    pub(crate) fn wait_for(
        &mut self,
        name: &str,
        within: Duration,
        mut probe: impl FnMut() -> bool,
    ) -> Result<()> {
        let deadline = Instant::now() + within;
        while !probe() {
            self.check()?;
            if Instant::now() >= deadline {
                bail!(
                    "{name} was not ready within {}\n{}",
                    report::seconds(within),
                    log_tail(&self.run.log(name))
                );
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    /// Whether `name` is running.
    pub(crate) fn is_running(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Asks a process to stop and waits; kills its group when its grace is over. Returns how to start it again.
    pub(crate) fn stop(&mut self, name: &str) -> Result<Launch> {
        self.end(name, None)
    }

    /// Waits until every process that has a readiness question answers it.
    pub(crate) fn wait_until_ready(&mut self, within: Duration) -> Result<()> {
        let launches: Vec<Launch> = self.running.iter().map(|p| p.launch.clone()).collect();
        for launch in launches {
            self.wait_for(&launch.name, within, || launch.is_ready())?;
        }
        Ok(())
    }

    /// Stops or kills a process in a way that does not count as its failure.
    pub(super) fn set_aside(&mut self, name: &str, kill: bool) -> Result<()> {
        let fallen = |(_, launch): &(Instant, Launch)| launch.name == name;
        let launch = match self.fallen.iter().position(fallen) {
            Some(position) => self.fallen.remove(position).1,
            None => self.end(name, kill.then_some(Duration::ZERO))?,
        };
        self.aside.push(launch);
        Ok(())
    }

    /// Starts a process that was set aside, with these faults in it, and waits until it is ready; one that is
    /// supervised becomes ready when what it needs is there.
    pub(super) fn resume(&mut self, name: &str, faults: Option<&str>) -> Result<()> {
        let position = self
            .aside
            .iter()
            .position(|launch| launch.name == name)
            .with_context(|| format!("{name} was not stopped"))?;
        let launch = self.aside.remove(position).with_faults(faults);
        self.start(launch.clone())?;
        if launch.supervised {
            return Ok(());
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while !launch.is_ready() {
            self.check_except("")?;
            if Instant::now() >= deadline {
                bail!("{name} was not ready within a minute");
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    fn end(&mut self, name: &str, grace: Option<Duration>) -> Result<Launch> {
        let position = self
            .position(name)
            .with_context(|| format!("{name} is not running"))?;
        let process = &mut self.running[position];
        let grace = grace.unwrap_or(process.launch.grace);
        let deadline = Instant::now() + grace;
        if !grace.is_zero() {
            process.identity.signal(process.launch.stop_signal);
        }
        while process
            .child
            .try_wait()
            .context("a child can be asked")?
            .is_none()
        {
            if Instant::now() >= deadline || interrupt::impatient() {
                let children = leftovers::children_of(&process.identity);
                process.identity.signal_group(Signal::KILL);
                process.child.wait().context("a child can be waited for")?;
                // A server's own children outlive it for a moment, and a new server does not start beside them.
                leftovers::kill(children);
                break;
            }
            std::thread::sleep(TICK);
        }
        Ok(self.forget(position))
    }

    /// Stops everything, last started first.
    pub(crate) fn stop_all(&mut self) {
        while let Some(process) = self.running.last() {
            let name = process.launch.name.clone();
            if let Err(error) = self.stop(&name) {
                report::note(format_args!("{name} could not be stopped: {error:#}"));
                self.running.pop();
            }
        }
        leftovers::stop_descendants(self.run.path());
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.running
            .iter()
            .position(|process| process.launch.name == name)
    }

    fn forget(&mut self, position: usize) -> Launch {
        let process = self.running.remove(position);
        // A file that stays behind names a process that no longer lives, so it does no harm.
        drop(fs::remove_file(self.pid_file(&process.launch.name)));
        process.launch
    }

    fn pid_file(&self, name: &str) -> std::path::PathBuf {
        self.run.pids().join(format!("{name}.json"))
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.stop_all();
    }
}

/// The last lines of a log, indented, under its path.
pub(crate) fn log_tail(log: &Path) -> String {
    const BYTES: i64 = 6_000;
    const LINES: usize = 25;
    let read = || -> std::io::Result<String> {
        let mut file = fs::File::open(log)?;
        let length = i64::try_from(file.metadata()?.len()).unwrap_or(BYTES);
        file.seek(SeekFrom::End(-length.min(BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = &lines[lines.len().saturating_sub(LINES)..];
    let mut out = format!("    last lines of {}:", log.display());
    for line in tail {
        out.push_str("\n    | ");
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processes() -> (tempfile::TempDir, Processes) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let run = RunFolder::at(folder.path().join("run"));
        drop(run.claim().expect("the folder can be claimed"));
        (folder, Processes::new(run))
    }

    fn sleeper(name: &str) -> Launch {
        Launch::new(name, "sleep").arg("600")
    }

    #[test]
    fn a_process_that_ends_by_itself_is_reported_with_the_end_of_its_log() {
        let (_folder, mut processes) = processes();
        let talker = Launch::new("talker", "sh").args(["-c", "echo out of luck; exec sleep 0.2"]);
        processes.start(talker).expect("a shell runs");
        let error = processes
            .wait_for("talker", Duration::from_secs(20), || false)
            .expect_err("the process ends");
        let text = error.to_string();
        assert!(text.contains("talker ended by itself"), "{text}");
        assert!(text.contains("| out of luck"), "{text}");
    }

    #[test]
    fn a_process_that_ignores_the_request_is_killed_after_its_grace() {
        let (_folder, mut processes) = processes();
        let stubborn = Launch::new("stubborn", "sh")
            .args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
            .stop_with(Signal::TERM, Duration::from_millis(200));
        processes.start(stubborn).expect("a shell runs");
        let log = processes.run().log("stubborn");
        processes
            .wait_for("stubborn", Duration::from_secs(20), || {
                fs::read_to_string(&log).is_ok_and(|text| text.contains("ready"))
            })
            .expect("the shell says that it is ready");
        let (_, identity) = processes.run().recorded().remove(0);
        processes.stop("stubborn").expect("it can be killed");
        assert!(!identity.is_alive());
        assert!(processes.run().recorded().is_empty());
    }

    #[test]
    fn what_a_killed_run_left_is_stopped_by_the_next_claim() {
        let (_folder, mut processes) = processes();
        processes.start(sleeper("server")).expect("`sleep` runs");
        let (_, identity) = processes.run().recorded().remove(0);
        let run = processes.run().clone();
        // Like a killed run: nobody stops the child. It is waited for elsewhere, since it is still our child here.
        let mut left: Vec<Running> = processes.running.drain(..).collect();
        let reaper = std::thread::spawn(move || left[0].child.wait());
        drop(run.claim().expect("the folder can be claimed"));
        assert!(!identity.is_alive());
        let status = reaper.join().expect("the reaper ends").expect("a status");
        assert!(!status.success());
    }

    #[test]
    fn a_finished_task_tells_whether_it_succeeded() {
        let (_folder, mut processes) = processes();
        assert!(
            processes
                .run_to_end(Launch::new("good", "true"))
                .expect("`true` runs")
        );
        assert!(
            !processes
                .run_to_end(Launch::new("bad", "false"))
                .expect("`false` runs")
        );
    }
}
