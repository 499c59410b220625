//! `velure`: what an operator runs once, before or beside the long-lived parts.

mod demo_users;
mod keys;
mod migrate;
mod seed;
mod topology;
mod trace;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use velure_config::Env;

/// Prepares what Velure runs on: schemas, catalogue, broker topology, keys.
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
