//! A folder that belongs to one run at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::{Identity, leftovers};
use crate::interrupt::TICK;

/// A folder with logs, pid files and data of one run.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

/// The right to use a run folder. The kernel gives it back when this process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Claim {
    _lock: File,
}

impl RunFolder {
    /// A run folder at `path`, which need not exist yet.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the identities of started processes are.
    pub(crate) fn pids(&self) -> PathBuf {
        self.path.join("pids")
    }

    /// Where the processes' output is.
    pub(crate) fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// The log of one process.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.logs().join(format!("{name}.log"))
    }

    /// Where other commands leave requests for the run's supervisor.
    pub(crate) fn requests(&self) -> PathBuf {
        self.path.join("requests")
    }

    /// Takes the folder for this process, or says `None` when another one has it. What a dead run left in it is
    /// stopped first, and its logs are put aside.
    pub(crate) fn claim(&self) -> Result<Option<Claim>> {
        // Readable for nobody else: passwords and signing keys live here.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .with_context(|| format!("{} cannot be made", self.path.display()))?;
        let Some(mut lock) = self.lock_unless_supervised()? else {
            return Ok(None);
        };
        leftovers::stop(self)?;
        self.shelve_logs()?;
        for folder in [self.pids(), self.logs(), self.requests()] {
            fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        lock.set_len(0).context("the lock file cannot be emptied")?;
        writeln!(lock, "{}", std::process::id()).context("the lock file cannot be written")?;
        if let Some(me) = Identity::of(std::process::id()) {
            me.write(&self.path.join("supervisor.json"))?;
        }
        Ok(Some(Claim { _lock: lock }))
    }

    /// Whether a living process has claimed the folder.
    pub(crate) fn is_claimed(&self) -> Result<bool> {
        Ok(self.path.is_dir() && self.lock()?.is_none())
    }

    /// The process that claimed the folder, if it lives.
    pub(crate) fn supervisor(&self) -> Option<Identity> {
        Identity::read(&self.path.join("supervisor.json")).filter(Identity::is_alive)
    }

    /// The recorded processes by name, in the order in which they were started.
    pub(crate) fn recorded(&self) -> Vec<(String, Identity)> {
        let mut found: Vec<(String, Identity)> = fs::read_dir(self.pids())
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let identity = Identity::read(&entry.path())?;
                let name = entry.path().file_stem()?.to_string_lossy().into_owned();
                Some((name, identity))
            })
            .collect();
        found.sort_by_key(|(_, identity)| (identity.started(), identity.pid()));
        found
    }

    /// A process that was just killed may hold its lock for an instant longer than it lives.
    fn lock_unless_supervised(&self) -> Result<Option<File>> {
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let lock = self.lock()?;
            if lock.is_some() || self.supervisor().is_some() || Instant::now() >= deadline {
                return Ok(lock);
            }
            std::thread::sleep(TICK);
        }
    }

    fn lock(&self) -> Result<Option<File>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(self.path.join("lock"))
            .with_context(|| format!("{} cannot be locked", self.path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context("the lock cannot be taken"),
        }
    }

    fn shelve_logs(&self) -> Result<()> {
        let previous = self.path.join("logs-of-previous-run");
        if previous.exists() {
            fs::remove_dir_all(&previous).context("old logs cannot be removed")?;
        }
        if self.logs().exists() {
            fs::rename(self.logs(), &previous).context("old logs cannot be put aside")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claimed_folder_is_refused_to_the_next_one_until_it_is_given_back() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let run = RunFolder::at(folder.path().join("dev"));
        let claim = run.claim().expect("the folder can be claimed");
        assert!(claim.is_some());
        assert!(run.claim().expect("the lock can be looked at").is_none());
        assert!(run.is_claimed().expect("the lock can be looked at"));
        drop(claim);
        assert!(!run.is_claimed().expect("the lock can be looked at"));
        assert!(run.claim().expect("the folder can be claimed").is_some());
    }

    #[test]
    fn the_logs_of_the_previous_run_are_kept_aside() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let run = RunFolder::at(folder.path().join("dev"));
        drop(run.claim().expect("the folder can be claimed"));
        fs::write(run.log("relay"), "once").expect("a log can be written");
        drop(run.claim().expect("the folder can be claimed"));
        assert!(!run.log("relay").exists());
        assert!(run.path().join("logs-of-previous-run/relay.log").exists());
    }
}
