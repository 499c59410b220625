//! `velure trace`: one order's trace, from what the shop's processes exported.
//!
//! `velure trace collect` receives spans (OTLP over HTTP, protobuf or JSON) and keeps them in a folder; `velure trace ID` draws
//! the trace of an order in the terminal. It is made for a laptop: in AWS a collector of OpenTelemetry takes its place.

mod collect;
mod page;
mod receive;
mod span;
mod store;
mod tree;
mod waterfall;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};

use store::Store;

/// The trace of one order.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(crate) struct TraceArgs {
    #[command(subcommand)]
    command: Option<TraceCommand>,
    /// An order's id, or a trace's.
    id: Option<String>,
    #[command(flatten)]
    place: Place,
    /// How many columns to draw on.
    #[arg(long, env = "COLUMNS", default_value_t = 120)]
    columns: usize,
}

/// Where spans are kept.
#[derive(Debug, Args)]
struct Place {
    /// The folder that spans are kept in: that of `make observe` unless said otherwise.
    #[arg(
        long,
        env = "VELURE_TRACE_STORE",
        default_value = ".velure/observe/traces"
    )]
    store: PathBuf,
}

#[derive(Debug, Subcommand)]
enum TraceCommand {
    /// Receive spans and show them on a page.
    Collect {
        /// Where to listen. Processes send to http://LISTEN: set OTEL_EXPORTER_OTLP_ENDPOINT.
        #[arg(long, env = "VELURE_TRACE_LISTEN", default_value = "127.0.0.1:4318")]
        listen: SocketAddr,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) async fn run(args: TraceArgs) -> anyhow::Result<()> {
    if let Some(TraceCommand::Collect { listen, place }) = args.command {
        return collect::run(listen, Store::at(place.store)).await;
    }
    let store = Store::at(args.place.store);
    let id = args.id.unwrap_or_default();
    let traces = store.traces_of(&id)?;
    if traces.is_empty() {
        bail!(
            "no span in {} names {id}. Was the order placed while `make observe` ran? Spans arrive some seconds late",
            store.folder().display()
        );
    }
    for trace in &traces {
        crate::say(&waterfall::text(trace, args.columns))?;
    }
    Ok(())
}
