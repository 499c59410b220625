//! `docs/SECURITY.md` and `docs/TRAPS.md` name the tests by which their lines hold: each has to be there.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use super::tree;
use crate::checkout::Checkout;

const TABLES: [&str; 2] = ["docs/SECURITY.md", "docs/TRAPS.md"];

/// What stands before the name of a test: in Rust, and in a test of Terraform.
const BEFORE: [&str; 2] = ["fn ", "run \""];

pub(super) fn faults(checkout: &Checkout) -> Result<Vec<String>> {
    let mut there = BTreeSet::new();
    for path in tree::files(checkout)? {
        let is_test = path
            .extension()
            .is_some_and(|ending| ending == "rs" || ending == "hcl");
        if is_test && let Ok(text) = fs::read_to_string(checkout.root().join(&path)) {
            there.extend(tests(&text));
        }
    }
    let mut faults = Vec::new();
    for table in TABLES {
        let text = fs::read_to_string(checkout.path(table))
            .with_context(|| format!("{table} is missing"))?;
        faults.extend(missing(table, &text, &there));
    }
    Ok(faults)
}

fn tests(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            let (_, rest) = BEFORE.iter().find_map(|before| line.split_once(before))?;
            let name: String = rest.chars().take_while(|c| is_part_of_name(*c)).collect();
            Some(name)
        })
        .collect()
}

fn missing(table: &str, text: &str, there: &BTreeSet<String>) -> Vec<String> {
    // What is between backticks stands at every second place.
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| is_sentence(name) && !there.contains(*name))
        .map(|name| format!("{table}: there is no test `{name}`"))
        .collect()
}

/// Names of tests are sentences; those of settings and files are not.
fn is_sentence(name: &str) -> bool {
    name.chars().all(is_part_of_name) && name.matches('_').count() >= 2
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_not_there_is_a_fault() {
        let table = "| 1 | `a_door_is_shut`, `a_window_is_shut` | `unsafe_code` in `functions/routes.json` |";
        let there = tests("#[test]\nasync fn a_door_is_shut() {\n}\nrun \"a_gate_is_shut\" {");
        assert_eq!(there, ["a_door_is_shut", "a_gate_is_shut"]);
        assert_eq!(
            missing("docs/DOORS.md", table, &there.into_iter().collect()),
            ["docs/DOORS.md: there is no test `a_window_is_shut`"]
        );
    }
}
