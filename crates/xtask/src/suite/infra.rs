//! The tests of everything that is not a program: Terraform, charts, the SAM template, workflows, images.

use std::fs;

use anyhow::{Context, Result};

use super::count::Count;
use super::nextest;
use crate::checkout::Checkout;
use crate::process::Processes;
use crate::services::Backing;
use crate::setup::Tools;

/// Every test but these. They are compiled with the others all the same: one build, not two with other features.
pub(super) const EVERYTHING_ELSE: [&str; 3] = ["--workspace", "-E", "not package(velure-infra)"];

/// Runs the tests whose tools are there; the others count as skipped. `together` says that the workspace's tests are
/// compiled already.
pub(super) fn run(
    processes: &mut Processes,
    checkout: &Checkout,
    tools: &Tools,
    backing: &Backing,
    together: bool,
) -> Result<Count> {
    let scratch = processes.run().path().join("infra");
    fs::create_dir_all(&scratch).context("the run folder cannot be written")?;
    let mut variables = backing.test_variables();
    variables.extend(tools.variables.iter().cloned());
    variables.push((
        "VELURE_TEST_INFRA_SCRATCH".to_owned(),
        scratch.display().to_string(),
    ));
    let mut filter = "package(velure-infra)".to_owned();
    if let Some(left_out) = tools.left_out() {
        filter = format!("{filter} - {left_out}");
    }
    let packages: &[&str] = if together {
        &["--workspace"]
    } else {
        &["-p", "velure-infra"]
    };
    let selection = [packages, &["-E", &filter]].concat();
    nextest::run(processes, checkout, &selection, &variables)
}
