//! Sizes, names and words of the files that belong to the project.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;

/// A file that is longer is split by noun.
const LINES: usize = 450;

/// Written by tools, or data: neither read nor edited by people line by line.
const GENERATED: &[&str] = &["web/src/api/schema.ts", "functions/openapi.json"];

/// Endings of files that people write.
const SOURCE: &[&str] = &["rs", "sql", "ts", "tsx", "mjs", "js", "css", "sh", "py"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "manager", "misc",
];

/// Text that has no place in finished source.
const WORDS: &[(&str, &str)] = &[
    ("TODO", "finish it, or leave it out"),
    ("FIXME", "fix it, or leave it out"),
    ("XXX", "say what it is"),
    ("#[ignore", "a test that does not run is no test"),
    ("todo!(", "finish it, or leave it out"),
    ("unimplemented!(", "finish it, or leave it out"),
    ("#[allow(", "use #[expect(…, reason = \"…\")]"),
    ("#![allow(", "use #![expect(…, reason = \"…\")]"),
    ("@ts-ignore", "use @ts-expect-error with a reason"),
    ("it.skip(", "a test that does not run is no test"),
    ("it.only(", "all the others would not run"),
];

/// The file that must name the words to look for them.
const OURSELVES: &str = "crates/xtask/src/checks/tree.rs";

pub(super) fn faults(checkout: &Checkout) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for path in files(checkout)? {
        let name = path.display().to_string();
        if !is_source(&path) || GENERATED.contains(&name.as_str()) {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(checkout.root().join(&path)) else {
            // Listed by git but removed from the tree, or not text.
            continue;
        };
        faults.extend(file_faults(&path, &text));
    }
    Ok(faults)
}

fn file_faults(path: &Path, text: &str) -> Vec<String> {
    let name = path.display();
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > LINES {
        faults.push(format!("{name}: {lines} lines, split it by noun"));
    }
    let empty = path.iter().any(|part| {
        let stem = Path::new(part).file_stem().and_then(|stem| stem.to_str());
        stem.is_some_and(|stem| EMPTY_NAMES.contains(&stem))
    });
    if empty {
        faults.push(format!("{name}: name it for what is inside"));
    }
    if path == Path::new(OURSELVES) {
        return faults;
    }
    for (number, line) in text.lines().enumerate() {
        for (word, advice) in WORDS {
            if line.contains(word) {
                faults.push(format!("{name}:{}: `{word}`: {advice}", number + 1));
            }
        }
    }
    faults
}

fn is_source(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| SOURCE.contains(&ending))
}

/// What git has or would take.
pub(super) fn files(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(checkout.root())
        .stdin(Stdio::null())
        .output()
        .context("git cannot be started")?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_source_is_a_fault_with_its_line() {
        let faults = file_faults(Path::new("relay/src/step.rs"), "fn a() {}\n// TODO: b\n");
        assert_eq!(
            faults,
            ["relay/src/step.rs:2: `TODO`: finish it, or leave it out"]
        );
    }

    #[test]
    fn a_long_file_and_an_empty_name_are_faults() {
        let long = "x\n".repeat(LINES + 1);
        assert_eq!(file_faults(Path::new("a/src/utils.rs"), &long).len(), 2);
        assert!(file_faults(Path::new("a/src/orders.rs"), "x\n").is_empty());
    }
}
