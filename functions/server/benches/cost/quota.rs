//! The share of a processor that a memory size has on Lambda, by a control group of Linux.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// At this size a function has one whole processor.
const WHOLE_MB: u64 = 1769;
/// A short period, so that a call of a few milliseconds meets its share and not a whole budget.
const PERIOD_US: u64 = 20_000;
/// Linux gives no less.
const LEAST_US: u64 = 1_000;

/// A control group with a share, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Quota {
    folder: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    One,
    Two,
}

impl Quota {
    /// Where the machine lets us make one; the reason where it does not.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let mounts = fs::read_to_string("/proc/mounts").context("no /proc/mounts")?;
        let (root, kind) = find(&mounts).context("no cgroup hierarchy with the cpu controller")?;
        if matches!(kind, Kind::Two) {
            // Already on, or not ours to turn on: making the group says which.
            let _ = fs::write(root.join("cgroup.subtree_control"), "+cpu");
        }
        let folder = root.join(format!("velure-cost-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let quota = Self { folder, kind };
        quota.share(128)?;
        Ok(quota)
    }

    /// Gives the group the share of a memory size.
    pub(crate) fn share(&self, memory_mb: u32) -> anyhow::Result<()> {
        let quota = (u64::from(memory_mb) * PERIOD_US / WHOLE_MB).max(LEAST_US);
        let write = |name: &str, value: String| {
            fs::write(self.folder.join(name), value)
                .with_context(|| format!("{name} of {} cannot be set", self.folder.display()))
        };
        match self.kind {
            Kind::One => {
                write("cpu.cfs_period_us", PERIOD_US.to_string())?;
                write("cpu.cfs_quota_us", quota.to_string())
            }
            Kind::Two => write("cpu.max", format!("{quota} {PERIOD_US}")),
        }
    }

    /// Takes process numbers.
    pub(crate) fn members(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }

    /// For the measurement.
    pub(crate) fn describe(&self) -> String {
        let version = match self.kind {
            Kind::One => "cgroup v1",
            Kind::Two => "cgroup v2",
        };
        format!(
            "{version}, memory/{WHOLE_MB} of a processor in periods of {} ms",
            PERIOD_US / 1000
        )
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // Its processes have ended; a group that is still busy is left for the next boot.
        let _ = fs::remove_dir(&self.folder);
    }
}

fn find(mounts: &str) -> Option<(PathBuf, Kind)> {
    let mut two = None;
    for mount in mounts.lines() {
        let mut words = mount.split(' ').skip(1);
        let (Some(place), Some(kind), Some(options)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if kind == "cgroup" && options.split(',').any(|option| option == "cpu") {
            return Some((PathBuf::from(place), Kind::One));
        }
        let controllers = fs::read_to_string(Path::new(place).join("cgroup.controllers"));
        if kind == "cgroup2"
            && controllers.is_ok_and(|all| all.split_whitespace().any(|one| one == "cpu"))
        {
            two = Some((PathBuf::from(place), Kind::Two));
        }
    }
    two
}
