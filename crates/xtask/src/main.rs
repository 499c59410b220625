//! Project automation behind the Makefile. `cargo xtask help` lists the commands.

mod build;
mod checkout;
mod checks;
mod cloud;
mod commands;
mod env_lines;
mod environment;
mod interrupt;
mod lambda;
mod package;
mod passwords;
mod ports;
mod private_file;
mod probe;
mod process;
mod random;
mod report;
mod routes;
mod sam;
mod services;
mod setup;
mod stack;
mod suite;
mod throw_away;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::checkout::Checkout;
use crate::cloud::CloudArgs;
use crate::commands::bench::{self, Measurement};
use crate::commands::chaos::{self, ChaosArgs};
use crate::commands::fuzz::{self, FuzzArgs};
use crate::commands::mutants::{self, MutantsArgs};
use crate::commands::{dev, inspect, observe};
use crate::package::PackageArgs;
use crate::process::{Action, RunFolder};
use crate::setup::Purpose;
use crate::stack::Mode;
use crate::suite::Part;

#[derive(Debug, Parser)]
#[command(name = "xtask", about = "Project automation behind the Makefile")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install what is missing
    Setup {
        /// What to make the machine ready for
        #[arg(value_enum, default_value = "dev")]
        purpose: Purpose,
    },
    /// Run the shop at http://localhost:8080 until Ctrl-C
    Dev,
    /// The same with the functions under `cargo lambda watch` and hot reload
    Watch,
    /// Run Prometheus with the shop's alerts and a receiver of traces, beside `dev`
    Observe,
    /// Stop the running shop and what observes it
    Stop,
    /// Say what runs
    Status,
    /// Run an operator's command against the running shop: `cargo xtask velure -- doctor`
    Velure {
        /// The command, as in `velure --help`
        #[arg(last = true, required = true)]
        arguments: Vec<String>,
    },
    /// Follow the logs
    Logs {
        /// Only this process
        name: Option<String>,
    },
    /// Stop the shop and remove its data
    Clean,
    /// Throw-away servers for running single tests by hand
    Services,
    /// Check formatting, lints, layout and documentation
    Check,
    /// Check the SAM template with the SAM CLI
    CheckSam,
    /// Run every test against throw-away servers
    Test {
        /// Only these parts
        #[arg(long, value_enum, value_delimiter = ',')]
        only: Vec<Part>,
    },
    /// Measure, with release builds and durable servers
    Bench {
        /// Only these measurements
        #[arg(long, value_enum, value_delimiter = ',')]
        only: Vec<Measurement>,
    },
    /// Kill and break everything while orders come in, and judge what is left
    Chaos(ChaosArgs),
    /// Look for bytes that are read wrongly
    Fuzz(FuzzArgs),
    /// Break rules about money, stock, statuses and sessions, and see whether a test notices
    Mutants(MutantsArgs),
    /// Build, check and zip every function
    Package(PackageArgs),
    /// Say what `cloud-up` would change in AWS, and what it would cost
    CloudPlan(CloudArgs),
    /// Bring the shop up in AWS, or up to date
    CloudUp(CloudArgs),
    /// Make the image repositories and nothing else
    CloudRepositories(CloudArgs),
    /// Say where the shop answers
    CloudUrls(CloudArgs),
    /// Take the shop down, and say what is left
    CloudDown(CloudArgs),
    /// List the pods' images and their tag, as workflows read it
    Images,
    /// Describe every query for the compiler, in .sqlx/
    Prepare,
    /// Write the router of `cargo lambda watch` from functions/routes.json
    Router,
    /// Write the SAM template from functions/routes.json
    Sam,
    /// Write the variables of `sam local` from a shop that `make watch` runs
    SamEnv,
    /// Stop, kill, start or restart one process of a running stack
    Stack {
        /// The run folder of the stack
        #[arg(long)]
        dir: Option<PathBuf>,
        /// What to do
        #[arg(value_enum)]
        action: Action,
        /// The process, as `make status` names it
        name: String,
        /// The faults that a start or restart is to have, as the crate velure-faults reads them
        #[arg(long)]
        faults: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        // What failed has been told.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::line(format_args!("\nerror: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<bool> {
    let checkout = Checkout::locate()?;
    // `tail` must end on Ctrl-C like anywhere else.
    if !matches!(command, Command::Logs { .. }) {
        interrupt::listen()?;
    }
    match command {
        Command::Setup { purpose } => setup::prepare(&checkout, purpose),
        Command::Dev => dev::run(&checkout, Mode::Server),
        Command::Watch => dev::run(&checkout, Mode::Watch),
        Command::Observe => observe::run(&checkout),
        Command::Stop => inspect::stop(&checkout),
        Command::Velure { arguments } => inspect::operate(&checkout, &arguments),
        Command::Status => inspect::status(&checkout),
        Command::Logs { name } => inspect::logs(&checkout, name.as_deref()),
        Command::Clean => inspect::clean(&checkout),
        Command::Services => commands::services::run(&checkout),
        Command::Check => checks::run(&checkout),
        Command::CheckSam => checks::sam(&checkout),
        Command::Test { only } => return Ok(suite::run(&checkout, &only)),
        Command::Bench { only } => bench::run(&checkout, &only),
        Command::Chaos(args) => chaos::run(&checkout, &args),
        Command::Fuzz(args) => fuzz::run(&checkout, &args),
        Command::Mutants(args) => mutants::run(&checkout, &args),
        Command::Package(args) => package::run(&checkout, &args),
        Command::CloudPlan(args) => cloud::plan(&checkout, args),
        Command::CloudUp(args) => cloud::up(&checkout, args),
        Command::CloudRepositories(args) => cloud::repositories(&checkout, args),
        Command::CloudUrls(args) => cloud::urls(&checkout, args),
        Command::CloudDown(args) => cloud::down(&checkout, args),
        Command::Images => cloud::images(&checkout),
        Command::Prepare => commands::prepare::run(&checkout),
        Command::Router => checks::write_router(&checkout),
        Command::Sam => sam::write(&checkout),
        Command::SamEnv => sam::write_env(&checkout),
        Command::Stack {
            dir,
            action,
            name,
            faults,
        } => {
            let folder = RunFolder::at(dir.unwrap_or_else(|| checkout.dev()));
            process::send(&folder, action, &name, faults)
        }
    }
    .map(|()| true)
}
