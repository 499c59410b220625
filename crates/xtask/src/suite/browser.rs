//! The end-to-end tests in Chromium, against a complete stack.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::count::Count;
use crate::build;
use crate::checkout::Checkout;
use crate::ports::Ports;
use crate::process::Processes;
use crate::services::Backing;
use crate::stack::{Description, Inherited, Mode, Shop};

/// What the tests write to the file that `VELURE_E2E_RESULTS` names.
#[derive(Debug, Deserialize)]
struct Results {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Brings up a stack in `mode`, runs the tests, takes the stack down.
///
/// The tests read `VELURE_E2E_URL` (the origin), `VELURE_E2E_SHELL` (`server`: every test, `lambda`: the main path),
/// `VELURE_E2E_STACK` (the stack's description, see `stack::Description`) and write `VELURE_E2E_RESULTS`.
pub(super) fn run(
    processes: &mut Processes,
    checkout: &Checkout,
    backing: &Backing,
    mode: Mode,
) -> Result<Count> {
    let shell = match mode {
        Mode::Server => "server",
        Mode::Lambda | Mode::Watch => "lambda",
    };
    let ports = Shop::free_ports(&mut Ports::default())?;
    let shop = Shop::prepare(
        processes,
        checkout,
        backing,
        ports,
        mode,
        Inherited::Ignored,
    )?;
    shop.start(processes)?;
    let run = processes.run().clone();
    shop.describe(&run)?.write(&run)?;
    let results = run.path().join(format!("e2e-{shell}.json"));
    let variables = [
        ("VELURE_E2E_URL", shop.url()),
        ("VELURE_E2E_SHELL", shell.to_owned()),
        (
            "VELURE_E2E_STACK",
            Description::file(&run).display().to_string(),
        ),
        ("VELURE_E2E_RESULTS", results.display().to_string()),
    ];
    let outcome = build::npm(processes, checkout, "e2e", &["run", "e2e"], &variables);
    shop.stop(processes)?;
    crate::interrupt::check()?;
    let Ok(text) = std::fs::read(&results) else {
        outcome?;
        bail!("the end-to-end tests wrote no results");
    };
    let results: Results = serde_json::from_slice(&text).context("the results are damaged")?;
    if outcome.is_err() && results.failed == 0 {
        outcome?;
    }
    Ok(Count {
        passed: results.passed,
        failed: results.failed,
        skipped: results.skipped,
    })
}
