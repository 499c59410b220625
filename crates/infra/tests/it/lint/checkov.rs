//! Terraform's files by checkov's rules. Which rules are not followed, and why, is in terraform/.checkov.yaml.

use std::process::Stdio;

use serde_json::Value;

use crate::checkout::root;
use crate::tool::{program, run};

#[test]
fn checkov_finds_nothing_that_is_not_reviewed() {
    let said = run(program("VELURE_TEST_CHECKOV")
        .current_dir(root())
        .args(["--directory", "terraform", "--framework", "terraform"])
        .args(["--config-file", "terraform/.checkov.yaml"])
        // Its list of modules and policies from the network is neither needed nor there.
        .args(["--skip-download", "--download-external-modules", "false"])
        .args(["--quiet", "--compact", "--output", "json"])
        .env("CHECKOV_RUN_SCA_PACKAGE_SCAN", "false")
        .env("LOG_LEVEL", "ERROR")
        .stderr(Stdio::piped()));
    let report: Value = serde_json::from_str(&said.out)
        .unwrap_or_else(|error| panic!("no report: {error}\n{}", said.all()));
    let summary = &report["summary"];
    let faults: Vec<String> = report["results"]["failed_checks"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|check| {
            format!(
                "{} {}: {} ({})",
                check["check_id"], check["resource"], check["check_name"], check["file_path"]
            )
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(summary["parsing_errors"], 0, "{summary}");
    assert!(said.success, "{}", said.all());
    assert!(
        summary["passed"].as_u64() > Some(50),
        "it saw little: {summary}"
    );
}
