//! What each Lambda binary weighs, and how long it takes from `exec` to its first request for work.
//!
//! Needs the binaries in `target/lambda` (`cargo build --profile lambda`, as `make bench` does), and in its environment
//! what the functions connect to: `make bench` passes its stack's. The Runtime API is in this process, so the time
//! is init alone: dynamic linking, configuration, keys, pools and the first connections.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use velure_config::Env;
use velure_testkit::runtime::{Environment, Function};

const STARTS: usize = 11;
const MEGABYTES: f64 = 8.0;
const INIT: Duration = Duration::from_millis(30);

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let env = Env::process();
    let folder = env.get("VELURE_BENCH_FUNCTIONS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/lambda"),
        PathBuf::from,
    );
    // Those of the shop, passed through by `make bench`.
    let variables: BTreeMap<String, String> = env
        .iter()
        .filter(|(name, _)| name.starts_with("VELURE_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut missed = 0;
    for route in velure_http::routes() {
        let binary = folder.join(&route.name);
        let bytes = std::fs::metadata(&binary)
            .with_context(|| {
                format!(
                    "{} is not built: cargo build --profile lambda --bins",
                    binary.display()
                )
            })?
            .len();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a binary's size is far below 2^52"
        )]
        let megabytes = bytes as f64 / 1e6;
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            let environment = Environment::start(Function {
                binary: &binary,
                name: &route.name,
                memory_mb: route.memory_mb,
                variables: &variables,
                group: None,
            })
            .await?;
            starts.push(environment.init);
            environment.stop().await?;
        }
        starts.sort();
        let (median, worst) = (starts[STARTS / 2], starts[STARTS - 1]);
        let met = megabytes <= MEGABYTES && median <= INIT;
        missed += usize::from(!met);
        println!(
            "{:<20} | {megabytes:>5.2} MB | exec to first next p50 {:>5.1} ms, max {:>5.1} ms | target <= {MEGABYTES} MB, <= {} ms {}",
            route.name,
            median.as_secs_f64() * 1e3,
            worst.as_secs_f64() * 1e3,
            INIT.as_millis(),
            if met { "met" } else { "MISSED" },
        );
    }
    println!(
        "functions that miss a target: {missed} of {}",
        velure_http::routes().len()
    );
    Ok(())
}
