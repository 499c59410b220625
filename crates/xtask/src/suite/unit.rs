//! The web application's unit tests.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::count::Count;
use crate::build;
use crate::checkout::Checkout;
use crate::process::Processes;

/// The part of Vitest's JSON report that counts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    num_passed_tests: u64,
    num_failed_tests: u64,
    num_pending_tests: u64,
    #[serde(default)]
    num_todo_tests: u64,
    success: bool,
}

/// Runs Vitest and counts.
pub(super) fn run(processes: &mut Processes, checkout: &Checkout) -> Result<Count> {
    let file = processes.run().path().join("vitest.json");
    let output = format!("--outputFile.json={}", file.display());
    let arguments = [
        "run",
        "test",
        "--",
        "--reporter=default",
        "--reporter=json",
        &output,
    ];
    let outcome = build::npm(processes, checkout, "vitest", &arguments, &[]);
    crate::interrupt::check()?;
    let Ok(text) = std::fs::read(&file) else {
        // Without a report the reason is in how it ended.
        outcome?;
        anyhow::bail!("Vitest wrote no report");
    };
    let report: Report = serde_json::from_slice(&text).context("Vitest's report is damaged")?;
    let count = counted(&report);
    if outcome.is_err() && count.failed == 0 {
        outcome?;
    }
    Ok(count)
}

fn counted(report: &Report) -> Count {
    // A file that cannot be loaded has no tests to fail.
    let unloadable = u64::from(!report.success && report.num_failed_tests == 0);
    Count {
        passed: report.num_passed_tests,
        failed: report.num_failed_tests + unloadable,
        skipped: report.num_pending_tests + report.num_todo_tests,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(json: &str) -> Count {
        counted(&serde_json::from_str(json).expect("a report"))
    }

    #[test]
    fn a_report_is_counted() {
        let count = report(
            r#"{"numPassedTests":7,"numFailedTests":1,"numPendingTests":2,"numTodoTests":1,"success":false}"#,
        );
        assert_eq!(count.to_string(), "7 passed, 1 failed, 3 skipped");
    }

    #[test]
    fn a_file_that_cannot_be_loaded_is_a_failure() {
        let count = report(
            r#"{"numPassedTests":7,"numFailedTests":0,"numPendingTests":0,"success":false}"#,
        );
        assert_eq!(count.failed, 1);
    }
}
