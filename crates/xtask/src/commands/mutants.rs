//! `make mutants`: the rules about money, stock, statuses and sessions are broken on purpose, one at a time, to see whether
//! a test notices.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Deserialize;

use crate::build::cargo;
use crate::checkout::Checkout;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::{Launch, Processes};
use crate::report;
use crate::services::{Backing, Plan};
use crate::setup::{self, Purpose};
use crate::throw_away::ThrowAway;

const CARGO_MUTANTS: &str = "cargo-mutants@27.1.0";

/// Of a hundred changes that compile, how many a test has to notice.
const NOTICED: usize = 85;

/// Modules whose rules are broken, and the packages whose tests have to notice.
struct Group {
    name: &'static str,
    modules: &'static [&'static str],
    /// None: the unit tests beside them, which ask no server.
    tests: &'static [&'static str],
}

const GROUPS: [Group; 5] = [
    Group {
        name: "decisions",
        modules: &[
            "crates/domain/src/cart.rs",
            "crates/domain/src/money.rs",
            "crates/domain/src/order.rs",
            "crates/domain/src/quantity.rs",
            "crates/domain/src/session.rs",
            "order-processor/src/process.rs",
            "relay/src/window.rs",
            "sse-gateway/src/resume.rs",
            "sse-gateway/src/slot.rs",
        ],
        tests: &[],
    },
    Group {
        name: "stock",
        modules: &[
            "crates/mongo/src/inventory.rs",
            "crates/mongo/src/quote.rs",
            "crates/mongo/src/reservations.rs",
        ],
        tests: &["velure-mongo"],
    },
    Group {
        name: "sessions",
        modules: &[
            "crates/postgres/src/auth/sessions.rs",
            "crates/redis/src/sessions.rs",
        ],
        tests: &["velure-auth", "velure-redis"],
    },
    Group {
        name: "fulfilment",
        modules: &[
            "crates/postgres/src/fulfilment/claim.rs",
            "crates/postgres/src/fulfilment/events.rs",
            "crates/postgres/src/fulfilment/moves.rs",
            "crates/postgres/src/fulfilment/order.rs",
            "crates/postgres/src/fulfilment/record.rs",
            "crates/postgres/src/fulfilment/row.rs",
            "crates/postgres/src/fulfilment/steps.rs",
            "order-processor/src/charge.rs",
            "order-processor/src/stock.rs",
        ],
        tests: &["velure-postgres", "velure-order-processor"],
    },
    Group {
        name: "orders",
        modules: &[
            "crates/postgres/src/orders/place.rs",
            "crates/postgres/src/status/apply.rs",
        ],
        tests: &["velure-postgres", "velure-relay"],
    },
];

#[derive(Debug, Clone, Args)]
pub(crate) struct MutantsArgs {
    /// Only modules whose path has this in it, as in `relay/`
    file: Option<String>,
}

/// What `cargo-mutants` writes down.
#[derive(Debug, Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
    end_time: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    scenario: Scenario,
    summary: String,
}

#[derive(Debug, Deserialize)]
enum Scenario {
    Baseline,
    Mutant { name: String, file: String },
}

/// What became of the changes in one module that compile.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Score {
    changes: usize,
    noticed: usize,
}

impl Score {
    fn suffices(self) -> bool {
        self.noticed * 100 >= self.changes * NOTICED
    }
}

/// Breaks every module that is meant, and fails when too little of it is noticed.
pub(crate) fn run(checkout: &Checkout, args: &MutantsArgs) -> Result<()> {
    let named = |path: &&&str| args.file.as_ref().is_none_or(|part| path.contains(part));
    let meant = GROUPS.map(|group| {
        let modules: Vec<_> = group.modules.iter().filter(named).copied().collect();
        (group, modules)
    });
    ensure!(
        meant.iter().any(|(_, modules)| !modules.is_empty()),
        "no module's path has that in it; there are\n  {}",
        GROUPS.map(|group| group.modules.join("\n  ")).join("\n  ")
    );
    setup::run(checkout, Purpose::Test)?;
    let mut place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let outcome = scores(&mut processes, checkout, &meant);
    processes.stop_all();
    if outcome.is_err() {
        place.keep_logs();
    }
    judge(&outcome?)
}

fn scores(
    processes: &mut Processes,
    checkout: &Checkout,
    meant: &[(Group, Vec<&str>)],
) -> Result<BTreeMap<String, Score>> {
    let tools = checkout.state().join("cargo");
    let install = cargo(checkout, "cargo-install")
        .args(["install", "--quiet", "--locked", "--root"])
        .arg(&tools)
        .arg(CARGO_MUTANTS);
    report::phase("cargo-mutants", || {
        let installed = processes.run_to_end(install)?;
        ensure!(
            installed,
            "it could not be installed; cargo's messages are above"
        );
        Ok(())
    })?;
    let mut passwords = Passwords::open(processes.run().path().join("passwords.json"))?;
    let plan = Plan::throw_away(&mut Ports::default())?;
    let backing = Backing::start(processes, checkout, &mut passwords, plan)?;
    backing.wait(processes)?;
    let mut scores = BTreeMap::new();
    for (group, modules) in meant {
        if modules.is_empty() {
            continue;
        }
        let folder = checkout.path("target/mutants").join(group.name);
        let build = checkout.path("target/mutants/build");
        let files = modules.iter().flat_map(|module| ["--file", *module]);
        let mut launch = cargo(checkout, "mutants")
            .args(["mutants", "--workspace", "--test-tool", "nextest"])
            .arg("--output")
            .arg(&folder)
            .arg("--cargo-test-arg=--profile=mutants")
            .args(files)
            .env("CARGO_TARGET_DIR", build.display().to_string())
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            // Cargo finds its command there, and the tests the programs that they start.
            .env(
                "PATH",
                format!("{}:{}", tools.join("bin").display(), checkout.search_path()),
            );
        launch = if group.tests.is_empty() {
            launch.arg("--cargo-arg=--lib")
        } else {
            let packages = group.tests.iter();
            launch.args(packages.flat_map(|package| ["--test-package", *package]))
        };
        for (name, value) in backing
            .test_variables()
            .into_iter()
            .chain(setup::test_programs(checkout))
        {
            launch = launch.env(&name, value);
        }
        scores.extend(one(processes, group.name, &folder, launch)?);
    }
    Ok(scores)
}

/// One run of `cargo-mutants`, which fails when anything is missed: what it has written down is what counts.
fn one(
    processes: &mut Processes,
    name: &str,
    folder: &Path,
    launch: Launch,
) -> Result<BTreeMap<String, Score>> {
    fs::create_dir_all(folder)?;
    report::phase(name, || {
        processes.run_to_end(launch)?;
        read(&folder.join("mutants.out/outcomes.json"))
    })
}

fn read(file: &Path) -> Result<BTreeMap<String, Score>> {
    let text = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let all: Outcomes = serde_json::from_slice(&text).context("cargo-mutants writes JSON")?;
    ensure!(
        all.end_time.is_some(),
        "it did not come to its end; its messages are above"
    );
    let mut scores = BTreeMap::<String, Score>::new();
    for outcome in all.outcomes {
        let summary = outcome.summary.as_str();
        let Scenario::Mutant { name, file } = outcome.scenario else {
            ensure!(
                summary == "Success",
                "the tests fail as they are; the messages are above"
            );
            continue;
        };
        let noticed = match summary {
            // A test that hangs because of the change has noticed it.
            "CaughtMutant" | "Timeout" => true,
            "MissedMutant" => {
                report::note(format_args!("not noticed: {name}"));
                false
            }
            "Unviable" => continue,
            other => anyhow::bail!("{name}: {other} is nothing that is known"),
        };
        let score = scores.entry(file).or_default();
        score.changes += 1;
        score.noticed += usize::from(noticed);
    }
    Ok(scores)
}

fn judge(scores: &BTreeMap<String, Score>) -> Result<()> {
    let mut sum = Score::default();
    for (file, score) in scores {
        report::line(format_args!(
            "{:>3} of {:>3} noticed  {file}",
            score.noticed, score.changes
        ));
        sum.changes += score.changes;
        sum.noticed += score.noticed;
    }
    report::line(format_args!(
        "{:>3} of {:>3} noticed  of all",
        sum.noticed, sum.changes
    ));
    ensure!(
        sum.suffices(),
        "less than {NOTICED} of a hundred: write tests for what was not noticed"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_that_is_broken_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for module in GROUPS.iter().flat_map(|group| group.modules) {
            assert!(root.join(module).is_file(), "{module}");
        }
    }

    #[test]
    fn what_hangs_is_noticed_and_what_does_not_compile_is_no_change() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("outcomes.json");
        let mutant = |summary: &str| {
            format!(
                r#"{{"scenario": {{"Mutant": {{"name": "n", "file": "a.rs"}}}}, "summary": "{summary}"}}"#
            )
        };
        let all = ["CaughtMutant", "MissedMutant", "Timeout", "Unviable"].map(mutant);
        let text = |baseline: &str, end: &str| {
            format!(
                r#"{{"outcomes": [{{"scenario": "Baseline", "summary": "{baseline}"}}, {}], "end_time": {end}}}"#,
                all.join(", ")
            )
        };
        fs::write(&file, text("Success", "\"2026\"")).expect("a file can be written");
        let scores = read(&file).expect("it is as cargo-mutants writes it");
        let score = Score {
            changes: 3,
            noticed: 2,
        };
        assert_eq!(scores, BTreeMap::from([("a.rs".to_owned(), score)]));
        for bad in [text("Failure", "\"2026\""), text("Success", "null")] {
            fs::write(&file, &bad).expect("a file can be written");
            assert!(read(&file).is_err(), "{bad}");
        }
    }

    #[test]
    fn eighty_five_of_a_hundred_suffice() {
        let score = |noticed| Score {
            changes: 20,
            noticed,
        };
        assert!(score(17).suffices());
        assert!(!score(16).suffices());
    }
}
