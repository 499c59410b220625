//! `velure-fault-proxy`: a line to each server of a running shop, broken when it is told to.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tokio::net::TcpListener;
use velure_fault_proxy::Proxy;
use velure_fault_proxy::control::{Lines, take_orders};

/// Forwards connections, and breaks them when it is told to.
///
/// Runs until it is stopped. Orders come over TCP, a line each: `<name> open`, `slow:<milliseconds>`, `stalled`, `unheard`,
/// `torn:<bytes>`, `cut` or `forget`.
#[derive(Debug, Parser)]
#[command(name = "velure-fault-proxy")]
struct Arguments {
    /// Where orders are taken, a host:port
    #[arg(long)]
    control: String,
    /// What is forwarded: <name>=<host:port here>=<host:port of the server>
    #[arg(required = true)]
    lines: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run(&arguments)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "velure-fault-proxy: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut lines = Lines::new();
    for line in &arguments.lines {
        let (name, ends) = line.split_once('=').context("a line has a name")?;
        let (here, there) = ends.split_once('=').context("a line has two ends")?;
        lines.insert(name.to_owned(), Proxy::between(here, there).await?);
    }
    let listener = TcpListener::bind(&arguments.control)
        .await
        .with_context(|| format!("{} cannot be listened at", arguments.control))?;
    take_orders(&listener, &lines).await
}
