//! `make status`, `make logs`, `make stop`, `make clean`.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::checkout::Checkout;
use crate::process::{RunFolder, log_tail};
use crate::stack::Description;
use crate::throw_away::ThrowAway;
use crate::{interrupt, report};

/// Says what runs.
pub(crate) fn status(checkout: &Checkout) -> Result<()> {
    let folder = RunFolder::at(checkout.dev());
    if !folder.is_claimed()? {
        report::line("The shop is not running. `make dev` starts it.");
        let left = folder
            .recorded()
            .into_iter()
            .filter(|(_, identity)| identity.is_alive());
        for (name, identity) in left {
            report::line(format_args!(
                "  left by a run that was killed: {name} (process {}); `make stop` stops it",
                identity.pid()
            ));
        }
        return Ok(());
    }
    match Description::read(&folder) {
        Some(description) => report::line(format_args!("Velure is open:  {}", description.url)),
        None => report::line("The shop is starting."),
    }
    for (name, identity) in folder.recorded() {
        let state = if identity.is_alive() {
            "running"
        } else {
            "ended"
        };
        report::line(format_args!(
            "  {name:<18} {state}  process {:<8} {:>7}",
            identity.pid(),
            resident(identity.pid()),
        ));
    }
    Ok(())
}

fn resident(pid: i32) -> String {
    fs::read_to_string(format!("/proc/{pid}/status"))
        .ok()
        .and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("VmRSS:"))?;
            let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
            Some(format!("{} MiB", kib / 1024))
        })
        .unwrap_or_default()
}

/// Follows the logs, all of them or one.
pub(crate) fn logs(checkout: &Checkout, name: Option<&str>) -> Result<()> {
    let folder = RunFolder::at(checkout.dev());
    let mut files: Vec<_> = fs::read_dir(folder.logs())
        .context("there are no logs yet: `make dev` writes them")?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| name.is_none_or(|name| path.file_stem().is_some_and(|stem| stem == name)))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!(
            "there is no log of {} in {}",
            name.unwrap_or("anything"),
            folder.logs().display()
        );
    }
    if !folder.is_claimed()? {
        for file in files {
            report::line(log_tail(&file));
        }
        return Ok(());
    }
    let failure = Command::new("tail")
        .args(["-n", "40", "-F"])
        .args(files)
        .exec();
    Err(failure).context("tail cannot be started")
}

/// Stops the running shop, or what a killed run left behind.
pub(crate) fn stop(checkout: &Checkout) -> Result<()> {
    let folder = RunFolder::at(checkout.dev());
    if let Some(supervisor) = folder
        .supervisor()
        .filter(|_| folder.is_claimed().unwrap_or(true))
    {
        report::step("stopping the shop");
        supervisor.signal(Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(120);
        while supervisor.is_alive() {
            if Instant::now() >= deadline {
                bail!(
                    "process {} has not stopped for two minutes",
                    supervisor.pid()
                );
            }
            interrupt::check()?;
            std::thread::sleep(interrupt::TICK);
        }
        report::line("Stopped. The data is kept for the next time.");
        return Ok(());
    }
    if folder.path().exists() {
        drop(folder.claim()?);
    }
    ThrowAway::sweep(checkout)?;
    report::line("Nothing of this checkout is running.");
    Ok(())
}

/// Stops the shop and removes its data.
pub(crate) fn clean(checkout: &Checkout) -> Result<()> {
    stop(checkout)?;
    let folder = RunFolder::at(checkout.dev());
    if folder.is_claimed()? {
        bail!("the shop is still running");
    }
    remove(folder.path())?;
    remove(&checkout.outside(folder.path()))?;
    ThrowAway::sweep(checkout)?;
    report::line(
        "The data of `make dev` is gone. Installed tools, target/ and web/node_modules are kept.",
    );
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path)
            .with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    Ok(())
}
