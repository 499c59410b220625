//! The images' Dockerfiles.

use std::process::{Command, Stdio};

use crate::checkout::root;
use crate::tool::{program, run, succeed};

fn dockerfiles() -> Vec<String> {
    let listed = succeed(
        Command::new("git")
            .current_dir(root())
            .args(["ls-files", "--", "*Dockerfile"])
            .stdin(Stdio::null()),
    );
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn hadolint_finds_no_fault_in_any_dockerfile() {
    let files = dockerfiles();
    assert_eq!(
        files.len(),
        5,
        "one image for each pod and one for the bootstrap Job: {files:?}"
    );
    let said = run(program("VELURE_TEST_HADOLINT")
        .current_dir(root())
        .arg("--no-color")
        .args(&files));
    assert!(said.success, "{}", said.all());
}
