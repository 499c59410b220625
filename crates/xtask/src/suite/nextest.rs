//! The tests in Rust.

use std::io::{IsTerminal, Read, Write};

use anyhow::{Context, Result, bail};

use super::count::Count;
use crate::build::cargo;
use crate::checkout::Checkout;
use crate::environment;
use crate::process::Processes;
use crate::report;

/// Every test but those that ask Prometheus' own tool.
const WITHOUT_PROMTOOL: &str = "all() - (package(velure-observability) & test(/^promtool::/))";

/// The selection without the tests whose tool this machine lacks; they count as skipped.
pub(super) fn possible(selection: &[&'static str]) -> Vec<&'static str> {
    let mut all = selection.to_vec();
    if environment::find_program("promtool").is_none() {
        report::note(
            "NOT TESTED: whether alerts fire. promtool is missing (Debian's package prometheus)",
        );
        all.extend(["-E", WITHOUT_PROMTOOL]);
    }
    all
}

/// Runs the tests that `selection` names, in nextest's arguments, and counts.
pub(super) fn run(
    processes: &mut Processes,
    checkout: &Checkout,
    selection: &[&str],
    variables: &[(String, String)],
) -> Result<Count> {
    let color = if std::io::stderr().is_terminal() {
        "always"
    } else {
        "never"
    };
    let mut launch = cargo(checkout, "nextest")
        .args(["nextest", "run", "--no-fail-fast"])
        .args(selection.iter().copied())
        .args(["--cargo-quiet", "--color", color])
        // The emulators that some tests start are in the private Python environment.
        .env("PATH", checkout.search_path());
    for (name, value) in variables {
        launch = launch.env(name, value);
    }
    let mut command = launch.command();
    let (mut reader, writer) = std::io::pipe().context("a pipe can be made")?;
    command.stderr(writer);
    let copier = std::thread::spawn(move || {
        let mut text = Vec::new();
        let mut block = [0_u8; 8_192];
        while let Ok(length @ 1..) = reader.read(&mut block) {
            // A closed terminal must not lose the count.
            drop(std::io::stderr().write_all(&block[..length]));
            text.extend_from_slice(&block[..length]);
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    let succeeded = processes.spawn_and_wait(launch, command)?;
    let text = copier.join().expect("the copier only copies");
    match summary(&text) {
        Some(count) if succeeded || count.failed > 0 => Ok(count),
        Some(_) | None => bail!("the tests could not be run; the messages are above"),
    }
}

/// The count in nextest's last summary line, such as
/// `Summary [  12.3s] 40/41 tests run: 38 passed (1 slow), 1 failed, 1 timed out, 3 skipped`.
fn summary(text: &str) -> Option<Count> {
    let text = without_escapes(text);
    let line = text.lines().rfind(|line| line.contains("Summary ["))?;
    let (_, counts) = line.split_once("run:")?;
    let mut count = Count::default();
    for part in without_parentheses(counts).split(',') {
        let (number, what) = part.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match what.trim() {
            "passed" => count.passed += number,
            "skipped" => count.skipped += number,
            // "failed", "timed out", "exec failed": whatever else happened, it did not pass.
            _ => count.failed += number,
        }
    }
    Some(count)
}

fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(character);
        }
    }
    out
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|character| {
            match character {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64, skipped: u64) -> Option<Count> {
        Some(Count {
            passed,
            failed,
            skipped,
        })
    }

    #[test]
    fn a_plain_summary_is_read() {
        let text =
            "    Starting 28 tests\n     Summary [   0.550s] 28 tests run: 28 passed, 0 skipped\n";
        assert_eq!(summary(text), count(28, 0, 0));
    }

    #[test]
    fn what_did_not_pass_failed_whatever_it_is_called() {
        let text = "Summary [  12.3s] 40/41 tests run: 36 passed (1 slow, 2 leaky), 2 failed (1 due to a leak), \
                    1 timed out, 1 exec failed, 3 skipped\n  FAIL [ 0.1s] a::b\n";
        assert_eq!(summary(text), count(36, 4, 3));
    }

    #[test]
    fn colours_do_not_hide_the_summary() {
        let text = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.5s] \u{1b}[1m2\u{1b}[0m tests run: \
                    \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m1\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(summary(text), count(2, 0, 1));
    }

    #[test]
    fn a_failed_compilation_has_no_summary() {
        assert_eq!(summary("error: could not compile `velure-relay`"), None);
    }
}
