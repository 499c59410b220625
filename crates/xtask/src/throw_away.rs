//! Run folders that go away with their run.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::process::{Claim, RunFolder};
use crate::random;

/// A run folder of its own, removed at the end. One of a run that was killed is removed by the next.
#[derive(Debug)]
pub(crate) struct ThrowAway {
    checkout: Checkout,
    folder: RunFolder,
    _claim: Claim,
    keep: bool,
}

impl ThrowAway {
    /// Clears up after killed runs and makes a new folder.
    pub(crate) fn new(checkout: &Checkout) -> Result<Self> {
        Self::sweep(checkout)?;
        let name = format!("{}-{:04x}", std::process::id(), random::number());
        let folder = RunFolder::at(checkout.throw_away().join(name));
        let claim = folder
            .claim()?
            .context("a folder with a new name is nobody's")?;
        Ok(Self {
            checkout: checkout.clone(),
            folder,
            _claim: claim,
            keep: false,
        })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// Leaves the logs for somebody to read; the next run removes them.
    pub(crate) fn keep_logs(&mut self) {
        self.keep = true;
    }

    /// Stops and removes what killed runs have left. Runs that are going on are left alone.
    pub(crate) fn sweep(checkout: &Checkout) -> Result<()> {
        let folders = fs::read_dir(checkout.throw_away())
            .into_iter()
            .flatten()
            .flatten();
        for entry in folders {
            let folder = RunFolder::at(entry.path());
            // The claim stops what still runs in there.
            if let Some(_claim) = folder.claim()? {
                remove(&checkout.outside(folder.path()))?;
                remove(folder.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run.
        let outside = self.checkout.outside(self.folder.path());
        drop(remove(&outside));
        if let Some(parent) = outside.parent() {
            // Only the last run of this checkout finds it empty.
            drop(fs::remove_dir(parent));
        }
        if !self.keep {
            drop(remove(self.folder.path()));
        }
    }
}

fn remove(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path)
            .with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_run_is_cleared_up_and_a_running_one_is_left_alone() {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        let checkout = Checkout::at(root.path());
        let running = ThrowAway::new(&checkout).expect("a folder can be made");
        let killed = checkout.throw_away().join("1-dead");
        fs::create_dir_all(killed.join("pids")).expect("a folder can be made");
        let next = ThrowAway::new(&checkout).expect("a folder can be made");
        assert!(!killed.exists());
        assert!(running.folder().path().exists());
        assert_ne!(running.folder().path(), next.folder().path());
    }
}
