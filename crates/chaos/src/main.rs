//! `velure-chaos`: breaks the shop that a `stack.json` describes, and says whether anything was lost.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use velure_chaos::campaign::{self, Outcome, Plan};
use velure_chaos::faults::Blow;
use velure_chaos::load::Pace;
use velure_chaos::report;
use velure_chaos::rush::Rushes;
use velure_chaos::stack::Stack;

/// Breaks a running shop while orders come in, and judges what is left.
///
/// The shop has to be one that `make chaos` or `make test` brought up: its processes are killed, and its data is worth
/// nothing afterwards. Ends with 0 when everything held.
#[derive(Debug, Parser)]
#[command(name = "velure-chaos")]
struct Arguments {
    /// The description of the running stack
    #[arg(long)]
    stack: PathBuf,
    /// What is done
    #[arg(long, value_enum, default_value = "large")]
    campaign: Size,
    /// Decides everything that is drawn; the same seed strikes in the same order
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tell of orders that took too long, and fail for what must never be alone: how long things take says something of a
    /// machine with nothing else to do
    #[arg(long)]
    untimed: bool,
    /// For how many minutes rounds of blows are repeated at least
    #[arg(long, default_value_t = 0)]
    minutes: u64,
    /// Until how many orders were accepted rounds of blows are repeated at least
    #[arg(long, default_value_t = 0)]
    orders: u64,
    /// The commit that the report names
    #[arg(long, default_value = "unknown")]
    commit: String,
    /// Where the report is written in Markdown, and beside it as JSON
    #[arg(long)]
    report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Size {
    /// A few blows, in two minutes: to see whether the harness works
    Small,
    /// Every fail point, 200 blows, races for last units and storms of one key, in ten minutes: what every run of the tests
    /// does
    Test,
    /// A sale, in rounds of 316 blows for as long as it is told
    Large,
}

impl Size {
    fn plan(self, seed: u64, lasting: (Duration, u64)) -> Plan {
        let of = |blows: &[(Blow, u32)]| blows.iter().copied().collect::<BTreeMap<_, _>>();
        let round = match self {
            Self::Small => of(&[
                (Blow::KillProcess, 4),
                (Blow::KillBroker, 1),
                (Blow::KillDatabase, 1),
                (Blow::KillRedis, 1),
                (Blow::Duplicate, 1),
                (Blow::CutLine, 1),
            ]),
            Self::Test => of(&[
                (Blow::KillProcess, 88),
                (Blow::KillAll, 3),
                (Blow::KillBroker, 5),
                (Blow::WipeBroker, 1),
                (Blow::EndConnections, 20),
                (Blow::KillDatabase, 3),
                (Blow::KillRedis, 20),
                (Blow::KillCatalogue, 3),
                (Blow::Duplicate, 4),
                (Blow::Poison, 2),
                (Blow::Unroute, 1),
                (Blow::SlowLine, 5),
                (Blow::StallLine, 5),
                (Blow::LoseAnswers, 10),
                (Blow::TearLine, 10),
                (Blow::CutLine, 10),
                (Blow::ForgetLine, 10),
            ]),
            // Five of these rounds are 1,100 kills of processes, 60 of brokers and 10 lost brokers.
            Self::Large => of(&[
                (Blow::KillProcess, 220),
                (Blow::KillAll, 4),
                (Blow::KillBroker, 12),
                (Blow::WipeBroker, 2),
                (Blow::EndConnections, 15),
                (Blow::KillDatabase, 5),
                (Blow::KillRedis, 15),
                (Blow::KillCatalogue, 4),
                (Blow::Duplicate, 4),
                (Blow::Poison, 2),
                (Blow::Unroute, 2),
                (Blow::SlowLine, 4),
                (Blow::StallLine, 4),
                (Blow::LoseAnswers, 6),
                (Blow::TearLine, 6),
                (Blow::CutLine, 8),
                (Blow::ForgetLine, 3),
            ]),
        };
        let (shoppers, pace, races, storms, orders) = match self {
            Self::Small => (8, Pace::usual(), 2, 2, 100),
            Self::Test => (24, Pace::usual(), 50, 100, 2_000),
            Self::Large => (130, Pace::of_sale(), 50, 100, 2_000),
        };
        Plan {
            seed,
            shoppers,
            pace,
            rushes: Rushes { races, storms },
            matrix: self != Self::Small,
            round,
            lasting,
            between: if self == Self::Large { 150 } else { 0 },
            orders,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run(&arguments)))
    {
        Ok(outcome) if outcome.is_whole() => ExitCode::SUCCESS,
        Ok(outcome) if arguments.untimed && outcome.is_sound() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("velure-chaos: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let stack = Stack::read(&arguments.stack)?;
    let time = Duration::from_secs(60 * arguments.minutes);
    let plan = arguments
        .campaign
        .plan(arguments.seed, (time, arguments.orders));
    let outcome = campaign::run(&stack, &plan, &say).await?;
    let text = report::markdown(&outcome, &arguments.commit);
    if let Some(file) = &arguments.report {
        write(file, &text)?;
        write(
            &file.with_extension("json"),
            &format!("{}\n", serde_json::to_string_pretty(&outcome)?),
        )?;
    }
    say(&text);
    Ok(outcome)
}

fn write(file: &std::path::Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// Progress goes to standard error, where a closed pipe is nobody's fault.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
