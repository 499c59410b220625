//! The order of the phases and what they add up to.

use std::time::Instant;

use anyhow::Result;

use super::count::Count;
use super::{browser, infra, nextest, unit};
use crate::build;
use crate::checkout::Checkout;
use crate::checks;
use crate::commands::chaos;
use crate::interrupt;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::Processes;
use crate::report;
use crate::services::{Backing, Plan};
use crate::setup::{self, Purpose, Tools};
use crate::stack::Mode;
use crate::throw_away::ThrowAway;

/// A part of the tests that can be run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Formatting, layout, clippy.
    Checks,
    /// Every Rust test.
    Rust,
    /// Lint, types, unit tests and build of the web application.
    Web,
    /// End to end in Chromium.
    E2e,
    /// Terraform, Helm, SAM, workflows and images, with an emulator in the place of AWS.
    Infra,
    /// A campaign of faults against the whole shop.
    Chaos,
}

/// Runs the parts, all when none is named, and ends with one line that counts. Says whether everything passed.
pub(crate) fn run(checkout: &Checkout, only: &[Part]) -> bool {
    let start = Instant::now();
    let mut tally = Tally::default();
    let outcome = run_parts(checkout, only, &mut tally);
    report::line("");
    for name in &tally.failures {
        report::line(format_args!("failed: {name}"));
    }
    if let Err(error) = &outcome {
        report::line(format_args!("ended early: {error:#}"));
        tally.count += Count::FAILURE;
    }
    report::line(format_args!(
        "all phases took {}",
        report::seconds(start.elapsed())
    ));
    report::line(tally.count);
    tally.count.failed == 0
}

#[derive(Debug, Default)]
struct Tally {
    count: Count,
    failures: Vec<String>,
}

impl Tally {
    /// Runs one phase. A failure does not end the run, so that one run tells everything; Ctrl-C does.
    fn phase(&mut self, name: &str, work: impl FnOnce() -> Result<Count>) -> Result<bool> {
        let outcome = report::phase(name, work);
        interrupt::check()?;
        match outcome {
            Ok(count) => {
                if count != Count::default() {
                    report::note(format_args!("{name}: {count}"));
                }
                self.count += count;
                if count.failed > 0 {
                    self.failures.push(name.to_owned());
                }
                Ok(count.failed == 0)
            }
            Err(error) => {
                report::note(format_args!("{error:#}"));
                self.count += Count::FAILURE;
                self.failures.push(name.to_owned());
                Ok(false)
            }
        }
    }

    /// The same for what either holds or not.
    fn check(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> Result<bool> {
        self.phase(name, || work().map(|()| Count::default()))
    }
}

fn run_parts(checkout: &Checkout, only: &[Part], tally: &mut Tally) -> Result<()> {
    let wants = |part: Part| only.is_empty() || only.contains(&part);
    let mut place = ThrowAway::new(checkout)?;
    let tools = report::phase("setup", || {
        setup::run(checkout, Purpose::Test)?;
        Ok(wants(Part::Infra).then(|| Tools::find(checkout)))
    })?;
    let mut processes = Processes::new(place.folder().clone());
    let outcome = run_in(&mut processes, checkout, wants, tools.as_ref(), tally);
    processes.stop_all();
    if outcome.is_err() || tally.count.failed > 0 {
        place.keep_logs();
        report::note(format_args!(
            "logs of the servers and of the shop: {}",
            place.folder().logs().display()
        ));
    }
    outcome?;
    if wants(Part::Chaos) {
        tally.phase("the shop under faults", || {
            chaos::run(checkout, &chaos::ChaosArgs::suite()).map(|()| Count::SUCCESS)
        })?;
    }
    Ok(())
}

fn run_in(
    processes: &mut Processes,
    checkout: &Checkout,
    wants: impl Fn(Part) -> bool,
    tools: Option<&Tools>,
    tally: &mut Tally,
) -> Result<()> {
    let needs_shop = wants(Part::Rust) || wants(Part::E2e) || wants(Part::Infra);
    let mut passwords = Passwords::open(processes.run().path().join("passwords.json"))?;
    // They come up while the checks and the compiler run.
    let backing = if needs_shop {
        let plan = Plan::throw_away(&mut Ports::default())?;
        Some(Backing::start(processes, checkout, &mut passwords, plan)?)
    } else {
        None
    };
    if wants(Part::Checks) {
        tally.check("format", || checks::format(processes, checkout))?;
        tally.check("layout", || checks::layout(processes, checkout))?;
        tally.check("clippy", || checks::clippy(processes, checkout))?;
    }
    let built = if needs_shop {
        tally.check("build", || build::functions(processes, checkout))?
    } else {
        false
    };
    if let (Some(backing), true) = (&backing, built) {
        report::phase("waiting for the servers", || backing.wait(processes))?;
        if wants(Part::Rust) {
            let mut variables = backing.test_variables();
            variables.extend(setup::test_programs(checkout));
            tally.phase("rust tests", || {
                let selection = nextest::possible(&infra::EVERYTHING_ELSE);
                nextest::run(processes, checkout, &selection, &variables)
            })?;
        }
        if let Some(tools) = tools {
            tools.tell();
            tally.phase("infrastructure tests", || {
                infra::run(processes, checkout, tools, backing)
            })?;
        }
    }
    let mut pages = true;
    if wants(Part::Web) {
        let mut npm = |tally: &mut Tally, name: &str, script: &str| {
            tally.check(name, || {
                build::npm(processes, checkout, name, &["run", script], &[])
            })
        };
        npm(tally, "web lint", "lint")?;
        npm(tally, "web types", "typecheck")?;
        tally.phase("web unit tests", || unit::run(processes, checkout))?;
    }
    if wants(Part::Web) || wants(Part::E2e) {
        pages = tally.check("web build", || build::web(processes, checkout))?;
    }
    if let (Some(backing), true, true, true) = (&backing, built, pages, wants(Part::E2e)) {
        for (name, mode) in [
            ("end to end", Mode::Server),
            ("end to end under cargo lambda watch", Mode::Lambda),
        ] {
            tally.phase(name, || browser::run(processes, checkout, backing, mode))?;
        }
    }
    Ok(())
}
