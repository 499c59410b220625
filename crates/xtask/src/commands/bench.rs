//! `make bench`: the measurements that the docs' figures come from. Release builds, commits that reach the disk,
//! ratios of two things in one run. Nothing passes or fails: a missed target is printed as missed.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::build::{self, cargo};
use crate::checkout::Checkout;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::Processes;
use crate::report;
use crate::services::{Backing, Plan};
use crate::setup::{self, Purpose};
use crate::stack::{Inherited, Mode, Shop};
use crate::throw_away::ThrowAway;

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measurement {
    /// Orders a second, with the relay's wake-up and without.
    Intake,
    /// The relay against publishing the same from memory.
    Relay,
    /// Open streams in one gateway.
    Streams,
    /// The server's overhead.
    Health,
    /// Order accepted to final status in the stream, and what the whole stack takes while idle.
    Orders,
    /// An endpoint with its spans recorded and sent, and without.
    Tracing,
    /// Each function's size and start.
    Functions,
    /// What the cost model computes with; only when it is named, for it writes cost/measurements/latest.json.
    Cost,
}

/// Runs the chosen measurements, or all.
pub(crate) fn run(checkout: &Checkout, only: &[Measurement]) -> Result<()> {
    setup::run(checkout, Purpose::Test)?;
    let chosen =
        |one: Measurement| only.contains(&one) || (only.is_empty() && one != Measurement::Cost);
    let place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let outcome = measure(&mut processes, checkout, &chosen);
    processes.stop_all();
    outcome
}

fn measure(
    processes: &mut Processes,
    checkout: &Checkout,
    chosen: &impl Fn(Measurement) -> bool,
) -> Result<()> {
    let folder = processes.run().path().to_path_buf();
    let mut passwords = Passwords::open(folder.join("passwords.json"))?;
    let plan = Plan::measured(&mut Ports::default())?;
    let backing = report::phase("servers", || {
        let backing = Backing::start(processes, checkout, &mut passwords, plan)?;
        backing.wait(processes)?;
        Ok(backing)
    })?;
    let servers: BTreeMap<String, String> = backing.test_variables().into_iter().collect();
    for (which, bench) in [
        (Measurement::Intake, "intake"),
        (Measurement::Relay, "drain"),
        (Measurement::Streams, "streams"),
        (Measurement::Health, "health"),
    ] {
        if chosen(which) {
            bench_of(processes, checkout, bench, &servers)?;
        }
    }
    let of_the_shop = [
        Measurement::Orders,
        Measurement::Tracing,
        Measurement::Functions,
        Measurement::Cost,
    ];
    if !of_the_shop.into_iter().any(chosen) {
        return Ok(());
    }
    report::phase("release build", || build::released(processes, checkout))?;
    build::web(processes, checkout)?;
    let released = checkout.released();
    let ports = Shop::free_ports(&mut Ports::default())?;
    let shop = Shop::prepare(
        processes,
        &released,
        &backing,
        ports,
        Mode::Server,
        Inherited::Measured,
    )?;
    shop.start(processes)?;
    let run = processes.run().clone();
    let description = shop.describe(&run)?;
    let admin = description
        .accounts
        .iter()
        .find(|account| account.starts_with("admin@"))
        .and_then(|account| account.split_once(char::is_whitespace))
        .context("`velure seed` printed no admin")?;
    let about_the_shop = [
        ("VELURE_BENCH_URL", shop.url()),
        ("VELURE_BENCH_ADMIN_EMAIL", admin.0.to_owned()),
        ("VELURE_BENCH_ADMIN_PASSWORD", admin.1.trim().to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    if chosen(Measurement::Orders) {
        idle(processes)?;
        let mut variables = servers.clone();
        variables.extend(about_the_shop.clone());
        bench_of(processes, checkout, "orders", &variables)?;
    }
    if chosen(Measurement::Tracing) {
        let mut variables = shop.function_variables();
        variables.extend(about_the_shop.clone());
        bench_of(processes, checkout, "tracing", &variables)?;
    }
    if chosen(Measurement::Functions) || chosen(Measurement::Cost) {
        report::phase("functions as deployed", || {
            build::released_functions(processes, checkout)
        })?;
        let mut variables = shop.function_variables();
        variables.insert(
            "VELURE_BENCH_FUNCTIONS".to_owned(),
            checkout.target("lambda").display().to_string(),
        );
        if chosen(Measurement::Functions) {
            bench_of(processes, checkout, "functions", &variables)?;
        }
        if chosen(Measurement::Cost) {
            variables.extend(about_the_shop);
            let out = checkout.path("cost/measurements/latest.json");
            variables.insert("VELURE_BENCH_OUT".to_owned(), out.display().to_string());
            bench_of(processes, checkout, "cost", &variables)?;
        }
    }
    shop.stop(processes)
}

/// `--workspace`, and not the one package, so that every measurement and the release build share the same compiled
/// dependencies: a package alone turns on fewer features, and each would be built anew.
fn bench_of(
    processes: &mut Processes,
    checkout: &Checkout,
    bench: &str,
    variables: &BTreeMap<String, String>,
) -> Result<()> {
    report::phase(bench, || {
        let launch = cargo(checkout, bench)
            .args(["bench", "--quiet", "--workspace", "--bench", bench])
            .envs(variables);
        let ended_well = processes.run_to_end(launch)?;
        anyhow::ensure!(ended_well, "the measurement did not come to its end");
        Ok(())
    })
}

/// What everything that runs takes while nobody uses it.
fn idle(processes: &Processes) -> Result<()> {
    let total = processes.memory_kib()?;
    let verdict = if total <= 1_500 * 1024 {
        "met"
    } else {
        "MISSED"
    };
    report::line(format_args!(
        "the whole stack, idle | {} MiB resident | target <= 1500 MiB {verdict}",
        total / 1024
    ));
    Ok(())
}
