//! `velure`: what an operator runs once, before or beside the long-lived parts.

mod demo_users;
mod desk;
mod keys;
mod management;
mod migrate;
mod seed;
mod topology;
mod trace;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use velure_config::Env;

/// Prepares what Velure runs on (schemas, catalogue, broker topology, keys), and looks after what runs.
#[derive(Debug, Parser)]
#[command(name = "velure", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the databases to this version's schema.
    Migrate(migrate::MigrateArgs),
    /// Put the catalogue into its database.
    Seed(seed::SeedArgs),
    /// The broker's exchanges, queues, bindings and users.
    Topology(topology::TopologyArgs),
    /// Signing keys and passwords.
    Keys(keys::KeysArgs),
    /// Show where an order's time went, or receive the spans that tell.
    Trace(trace::TraceArgs),
    /// Everything that is known of an order.
    #[command(subcommand)]
    Orders(desk::orders::OrdersCommand),
    /// Events that wait to be published, and those that are parked.
    #[command(subcommand)]
    Outbox(desk::outbox::OutboxCommand),
    /// Messages that nobody could handle.
    #[command(subcommand)]
    Dlq(desk::dlq::DlqCommand),
    /// Say what is wrong with the shop. Ends with 1 when something is.
    Doctor(desk::doctor::DoctorArgs),
    /// What operators changed, newest first.
    Actions(desk::ActionsArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            let env = Env::process().resolve().await?;
            velure_faults::arm_from(env.get("VELURE_FAULTS"))?;
            match cli.command {
                Command::Migrate(args) => migrate::run(args, &env).await,
                Command::Seed(args) => seed::run(args, &env).await,
                Command::Topology(args) => topology::run(args).await,
                Command::Keys(args) => keys::run(args, &env).await,
                Command::Trace(args) => trace::run(args).await,
                Command::Orders(command) => desk::orders::run(command, &env).await,
                Command::Outbox(command) => desk::outbox::run(command, &env).await,
                Command::Dlq(command) => desk::dlq::run(command, &env).await,
                Command::Doctor(args) => desk::doctor::run(args, &env).await,
                Command::Actions(args) => desk::actions(args, &env).await,
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("velure: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints one line of the command's result.
fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
