//! Prometheus' own opinion: expressions and templates parse, and every alert fires on its fault only.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::files;

/// Runs promtool of Debian's package `prometheus`, which `make setup` installs.
fn succeed(arguments: &[&str], paths: Vec<PathBuf>) -> String {
    let output = Command::new("promtool")
        .args(arguments)
        .args(paths)
        .stdin(Stdio::null())
        .output()
        .expect("promtool can be started: `make setup` installs it");
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn rules_and_their_templates_parse() {
    let text = succeed(&["check", "rules"], files::listed("rules"));
    let read: usize = text
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("SUCCESS: ")?
                .split(' ')
                .next()?
                .parse::<usize>()
                .ok()
        })
        .sum();
    assert_eq!(read, files::rules().len(), "{text}");
}

#[test]
fn every_alert_fires_on_its_fault_and_stays_quiet_otherwise() {
    succeed(&["test", "rules"], files::listed("tests"));
}
