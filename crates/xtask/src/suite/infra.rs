//! The tests of everything that is not a program: Terraform, charts, the SAM template, workflows, images.

use std::fs;

use anyhow::{Context, Result};

use super::count::Count;
use super::nextest;
use crate::checkout::Checkout;
use crate::package;
use crate::process::Processes;
use crate::report;
use crate::services::Backing;
use crate::setup::Tools;

/// Every other test.
pub(super) const EVERYTHING_ELSE: [&str; 3] = ["--workspace", "--exclude", "velure-infra"];

/// The whole workspace and of it this test target: features resolve as for the other tests, so nothing is built twice,
/// and what is skipped is skipped here. Each test is named with its time, because some take a minute. One more at a time
/// than two cores have use for: the walk through the emulator mostly waits.
const OURS: [&str; 7] = [
    "--workspace",
    "--test",
    "infrastructure",
    "--status-level",
    "pass",
    "--test-threads",
    "3",
];

/// Runs the tests whose tools are there; the others count as skipped.
pub(super) fn run(
    processes: &mut Processes,
    checkout: &Checkout,
    tools: &Tools,
    backing: &Backing,
) -> Result<Count> {
    let scratch = processes.run().path().join("infra");
    fs::create_dir_all(&scratch).context("the run folder cannot be written")?;
    let mut variables = backing.test_variables();
    variables.extend(tools.variables.iter().cloned());
    variables.push((
        "VELURE_TEST_INFRA_SCRATCH".to_owned(),
        scratch.display().to_string(),
    ));
    let packages = scratch.join("packages");
    report::phase("packing functions", || {
        package::for_tests(checkout, &packages)
    })?;
    variables.push((
        "VELURE_TEST_INFRA_PACKAGES".to_owned(),
        packages.display().to_string(),
    ));
    let mut selection: Vec<&str> = OURS.to_vec();
    let filter = tools
        .left_out()
        .map(|left_out| format!("all() - {left_out}"));
    if let Some(filter) = &filter {
        selection.extend(["-E", filter]);
    }
    nextest::run(processes, checkout, &selection, &variables)
}
