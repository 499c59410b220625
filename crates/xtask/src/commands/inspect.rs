//! `make status`, `make desk`, `make logs`, `make stop`, `make clean`.

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
    if folder.is_claimed()? {
        match Description::read(&folder) {
            Some(description) => {
                report::line(format_args!("Velure is open:  {}", description.url));
            }
            None => report::line("The shop is starting."),
        }
        list(&folder);
    } else {
        report::line("The shop is not running. `make dev` starts it.");
        list_left(&folder);
    }
    let observer = RunFolder::at(checkout.observe());
    if observer.is_claimed()? {
        report::line("It is observed:");
        list(&observer);
    } else {
        list_left(&observer);
    }
    Ok(())
}

/// Becomes `velure` with what an operator of the running shop is told.
pub(crate) fn operate(checkout: &Checkout, arguments: &[String]) -> Result<()> {
    let folder = RunFolder::at(checkout.dev());
    let Some(description) = Description::read(&folder).filter(|_| folder.supervisor().is_some())
    else {
        bail!("the shop is not running: `make dev` starts it");
    };
    let error = Command::new(checkout.binary("velure"))
        .args(arguments)
        .envs(&description.administrator)
        .exec();
    Err(error).context("velure cannot be started")
}

fn list(folder: &RunFolder) {
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
}

fn list_left(folder: &RunFolder) {
    for (name, identity) in folder.recorded() {
        if identity.is_alive() {
            report::line(format_args!(
                "  left by a run that was killed: {name} (process {}); `make stop` stops it",
                identity.pid()
            ));
        }
    }
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

/// Stops the running shop and what observes it, or what killed runs left behind.
pub(crate) fn stop(checkout: &Checkout) -> Result<()> {
    let mut stopped = false;
    for (what, path) in [
        ("the shop", checkout.dev()),
        ("what observes it", checkout.observe()),
    ] {
        stopped |= stop_run(what, &RunFolder::at(path))?;
    }
    ThrowAway::sweep(checkout)?;
    report::line(if stopped {
        "Stopped. The data is kept for the next time."
    } else {
        "Nothing of this checkout is running."
    });
    Ok(())
}

/// Whether there was a run to stop.
fn stop_run(what: &str, folder: &RunFolder) -> Result<bool> {
    let supervisor = folder
        .supervisor()
        .filter(|_| folder.is_claimed().unwrap_or(true));
    let Some(supervisor) = supervisor else {
        if folder.path().exists() {
            drop(folder.claim()?);
        }
        return Ok(false);
    };
    report::step(format_args!("stopping {what}"));
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
    Ok(true)
}

/// Stops the shop and what observes it, and removes their data.
pub(crate) fn clean(checkout: &Checkout) -> Result<()> {
    stop(checkout)?;
    for path in [checkout.dev(), checkout.observe()] {
        let folder = RunFolder::at(path);
        if folder.is_claimed()? {
            bail!("{} is still in use", folder.path().display());
        }
        remove(folder.path())?;
        remove(&checkout.outside(folder.path()))?;
    }
    ThrowAway::sweep(checkout)?;
    report::line(
        "The data of `make dev` and `make observe` is gone. Installed tools, target/ and web/node_modules are kept.",
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
