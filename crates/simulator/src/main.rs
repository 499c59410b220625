//! `velure-simulator`: runs seeds, and tells the story of one.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use velure_simulator::{Run, Trap, run};

/// Run the shop's decisions in simulated time, with every fault that a seed draws.
///
/// Ends with 0 when nothing was wrong. A seed that was not can be told step by step: --from SEED --seeds 1 --story.
#[derive(Debug, Parser)]
#[command(name = "velure-simulator")]
struct Arguments {
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many seeds
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// Fall into this trap, to see whether and when it is caught
    #[arg(long, value_enum)]
    trap: Option<Trap>,
    /// Tell everything that happens
    #[arg(long)]
    story: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    match simulate(&arguments, &mut out) {
        Ok(code) => code,
        // Whoever read this has gone.
        Err(_) => ExitCode::FAILURE,
    }
}

fn simulate(arguments: &Arguments, out: &mut impl Write) -> std::io::Result<ExitCode> {
    let start = Instant::now();
    let mut sum = Run::default();
    for seed in arguments.from..arguments.from.saturating_add(arguments.seeds) {
        match run(seed, arguments.trap, arguments.story) {
            Ok(run) => {
                sum.steps += run.steps;
                sum.orders += run.orders;
                sum.completed += run.completed;
                sum.milliseconds += run.milliseconds;
            }
            Err(wrong) => {
                for line in &wrong.story {
                    writeln!(out, "{line}")?;
                }
                writeln!(
                    out,
                    "seed {} is wrong at step {}: {}",
                    wrong.seed, wrong.step, wrong.what
                )?;
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    writeln!(
        out,
        "{} seeds, {} orders of which {} completed, {} steps, {:.1} simulated days in {:.1} s: nothing wrong",
        arguments.seeds,
        sum.orders,
        sum.completed,
        sum.steps,
        std::time::Duration::from_millis(sum.milliseconds).as_secs_f64() / 86_400.0,
        start.elapsed().as_secs_f64()
    )?;
    Ok(ExitCode::SUCCESS)
}
