//! What each Lambda binary weighs, and how long it takes from `exec` to its first request for work.
//!
//! Needs the binaries in `target/lambda` (`cargo build --profile lambda`, as `make bench` does), and in its environment
//! what the functions connect to: `make bench` passes its stack's. The Runtime API is a socket of this process, so the
//! time is init alone: dynamic linking, configuration, keys, pools and the first connections.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::process::Command;
use velure_config::Env;

const STARTS: usize = 11;
const MEGABYTES: f64 = 8.0;
const INIT: Duration = Duration::from_millis(30);
const PATIENCE: Duration = Duration::from_secs(10);

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
            starts.push(start(&binary, &route.name).await?);
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

/// The time from `exec` to the first `GET …/invocation/next`.
async fn start(binary: &Path, name: &str) -> anyhow::Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let started = Instant::now();
    let mut child = Command::new(binary)
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be started", binary.display()))?;
    let asked = async {
        let (mut stream, _) = listener.accept().await?;
        let mut head = [0u8; 64];
        let read = stream.read(&mut head).await?;
        let elapsed = started.elapsed();
        ensure!(
            head[..read].starts_with(b"GET /2018-06-01/runtime/invocation/next"),
            "the function asked for something else"
        );
        Ok(elapsed)
    };
    let elapsed = tokio::time::timeout(PATIENCE, asked)
        .await
        .with_context(|| {
            format!("{name} did not ask for work within {PATIENCE:?}: does it have its variables?")
        })??;
    child.kill().await?;
    Ok(elapsed)
}
