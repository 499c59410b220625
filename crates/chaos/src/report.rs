//! What a campaign found, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::campaign::Outcome;
use crate::faults::Blow;
use crate::judge::Invariant;

/// Upper ends of the histogram of recovery times, in ms.
const BUCKETS: [u64; 7] = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 120_000];

/// The report in Markdown.
#[must_use]
pub fn markdown(outcome: &Outcome, commit: &str) -> String {
    let mut text = String::new();
    let verdict = match (outcome.is_sound(), outcome.late.is_empty()) {
        (true, true) => "everything held",
        (true, false) => "everything held, NOT ALL OF IT IN TIME",
        (false, _) => "SOMETHING DID NOT HOLD",
    };
    let _ = write!(
        text,
        "# Chaos campaign of {}\n\n\
         Written by `make chaos`. Commit {commit}, seed {}, {} min {} s: {verdict}.\n\n\
         | what | how many |\n|---|---|\n\
         | orders accepted | {} |\n| of them completed | {} |\n| blows | {} |\n| fail points reached, each with exit, hang and error | {} of {} |\n\
         | frames that pages were told | {} |\n| connections of pages | {} |\n\
         | lost, double-charged, oversold, stuck, backwards | {} |\n\n",
        outcome.began.format("%Y-%m-%d %H:%M UTC"),
        outcome.seed,
        outcome.seconds / 60,
        outcome.seconds % 60,
        outcome.accepted,
        outcome.completed,
        outcome.blows.len(),
        outcome.cases.iter().filter(|case| case.reached).count(),
        outcome.cases.len(),
        outcome.frames,
        outcome.connected,
        outcome.violations.len(),
    );
    recovery(&mut text, outcome);
    invariants(&mut text, outcome);
    list(
        &mut text,
        "Violations",
        outcome.violations.iter().map(ToString::to_string),
    );
    list(
        &mut text,
        "What could not be done",
        outcome.faults.iter().cloned(),
    );
    list(
        &mut text,
        "What took too long",
        outcome.late.iter().cloned(),
    );
    text
}

/// From when what was killed serves again until every accepted order is final.
fn recovery(text: &mut String, outcome: &Outcome) {
    let mut times: BTreeMap<Blow, Vec<u64>> = BTreeMap::new();
    for struck in &outcome.blows {
        times
            .entry(struck.blow)
            .or_default()
            .push(struck.recovered_ms);
    }
    text.push_str("## Until every accepted order was final again\n\nCounted from when what was killed served again.\n\n| blow | times |");
    for bucket in BUCKETS {
        let _ = write!(text, " ≤ {} s |", seconds(bucket));
    }
    text.push_str(" longest | objective |\n|---|---|");
    text.push_str(&"---|".repeat(BUCKETS.len() + 2));
    text.push('\n');
    for (blow, times) in times {
        let _ = write!(text, "| {} | {} |", blow.name(), times.len());
        let mut below = 0;
        for bucket in BUCKETS {
            let _ = write!(
                text,
                " {} |",
                times
                    .iter()
                    .filter(|time| (below..=bucket).contains(time))
                    .count()
            );
            below = bucket + 1;
        }
        let longest = times.iter().max().copied().unwrap_or(0);
        let _ = writeln!(
            text,
            " {} s | {} s |",
            seconds(longest),
            blow.objective().as_secs()
        );
    }
    text.push('\n');
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{}", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

/// Each invariant with the blows that fell while it was watched, and how often it broke.
fn invariants(text: &mut String, outcome: &Outcome) {
    text.push_str("## Invariants under each blow\n\nHow often the blow fell; every invariant is judged over all of them, and counts what broke.\n\n| invariant |");
    let struck = |blow: Blow| outcome.blows.iter().filter(|one| one.blow == blow).count();
    for blow in Blow::ALL {
        let _ = write!(text, " {} |", blow.name());
    }
    text.push_str(" broken |\n|---|");
    text.push_str(&"---|".repeat(Blow::ALL.len() + 1));
    text.push('\n');
    for invariant in Invariant::ALL {
        let _ = write!(text, "| {invariant:?} |");
        for blow in Blow::ALL {
            let _ = write!(text, " {} |", struck(blow));
        }
        let broken = outcome
            .violations
            .iter()
            .filter(|violation| violation.invariant == invariant)
            .count();
        let _ = writeln!(text, " {broken} |");
    }
    text.push('\n');
}

fn list(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let _ = write!(text, "## {title}\n\n");
    let mut empty = true;
    for line in lines {
        let _ = writeln!(text, "- {line}");
        empty = false;
    }
    if empty {
        text.push_str("None.\n");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;
    use crate::campaign::Struck;
    use crate::judge::Violation;

    #[test]
    fn a_report_says_what_held_how_long_it_took_and_what_did_not() {
        let outcome = Outcome {
            began: Utc
                .timestamp_opt(1_800_000_000, 0)
                .single()
                .expect("a time"),
            seconds: 125,
            seed: 7,
            accepted: 2_100,
            completed: 1_800,
            frames: 6_300,
            connected: 90,
            blows: vec![
                Struck {
                    blow: Blow::KillProcess,
                    recovered_ms: 400,
                },
                Struck {
                    blow: Blow::KillProcess,
                    recovered_ms: 1_700,
                },
            ],
            cases: Vec::new(),
            violations: vec![Violation {
                invariant: Invariant::I2,
                what: "charged twice".to_owned(),
            }],
            faults: Vec::new(),
            late: vec!["the broker is killed: orders were final after 31.0 s".to_owned()],
        };
        let text = markdown(&outcome, "abc");
        assert!(
            text.contains("Commit abc, seed 7, 2 min 5 s: SOMETHING DID NOT HOLD."),
            "{text}"
        );
        assert!(
            text.contains("| a process is killed | 2 | 1 | 0 | 1 | 0 | 0 | 0 | 0 | 1.7 s | 10 s |"),
            "{text}"
        );
        assert!(text.contains("- I2: charged twice"), "{text}");
        assert!(text.contains("What could not be done\n\nNone."), "{text}");
        assert!(text.contains("- the broker is killed: orders"), "{text}");
    }
}
