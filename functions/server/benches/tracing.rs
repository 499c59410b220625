//! What recording and sending spans costs an endpoint: a server that records the share of traces that the charts deploy,
//! and one that records every request, each against one that records none. They have the same databases and are asked
//! in turn by the same client, A B B A. Single turns differ by a tenth and more, so there are many short
//! ones, and beside the rates stands what the servers' own threads took of the processors for a request.
//!
//! Needs in its environment what the shop's functions are told and `VELURE_BENCH_URL`, `VELURE_BENCH_ADMIN_EMAIL` and
//! `VELURE_BENCH_ADMIN_PASSWORD`: `make bench` passes its stack's. The collector is in this process and throws away what it
//! is sent; it and the client share the processors with what is measured, so that the figures are an upper bound.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use velure_config::Env;
use velure_testkit::process::{Process, cpu_us, free_address};

const PAIRS: usize = 61;
const SLICE: Duration = Duration::from_millis(400);
const CONNECTIONS: usize = 16;
const LONGEST_ANSWER: usize = 256 * 1024;
/// A check without a store, one with the session's look-up, and one that reads the shopper's rows as well.
const PATHS: [&str; 3] = ["/api/health", "/api/me", "/api/me/orders"];
const THROUGHPUT: f64 = 0.97;
const P50_MS: f64 = 0.3;

fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let env = Env::process();
    let cookie = sign_in(&env).await?;
    let collected = Arc::new(AtomicU64::new(0));
    let mut collecting = JoinSet::new();
    let collector = collector(collected.clone(), &mut collecting).await?;
    let logs = tempfile::tempdir()?;
    let variables: BTreeMap<&str, &str> = env
        .iter()
        .filter(|(name, _)| name.starts_with("VELURE_"))
        .collect();
    let traced = |share| {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str()),
            ("OTEL_TRACES_SAMPLER_ARG", share),
        ]
    };
    let (off, silent) = server("off", &variables, &[], logs.path()).await?;
    let (some, sampling) = server("some", &variables, &traced(deployed()?), logs.path()).await?;
    let (all, tracing) = server("all", &variables, &traced("1"), logs.path()).await?;
    for path in PATHS {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
        let request: Arc<[u8]> = request.into_bytes().into();
        let off = (off, silent.id());
        compare(path, deployed()?, &request, [(some, sampling.id()), off]).await?;
        compare(path, "1", &request, [(all, tracing.id()), off]).await?;
    }
    ensure!(
        collected.load(Ordering::Relaxed) > 0,
        "the collector was sent nothing"
    );
    silent.terminate().await?;
    sampling.terminate().await?;
    tracing.terminate().await
}

/// The share that is deployed.
fn deployed() -> anyhow::Result<&'static str> {
    let (_, share) = include_str!("../../../helm/functions-server/values.yaml")
        .split_once("share: ")
        .context("the chart has a share of traces")?;
    share.split(',').next().context("and more behind it")
}

/// Prints how the two compare on one path.
async fn compare(
    path: &str,
    share: &str,
    request: &Arc<[u8]>,
    servers: [(SocketAddr, u32); 2],
) -> anyhow::Result<()> {
    let [(on, _), (off, _)] = servers;
    for (address, _) in servers {
        slice(address, request, CONNECTIONS).await?;
    }
    let (mut ratios, mut differences, mut slow) = (Vec::new(), Vec::new(), Vec::new());
    let mut costs = Vec::new();
    for pair in 0..PAIRS {
        let mut turns = servers;
        if pair % 2 == 1 {
            turns.reverse();
        }
        let (mut rates, mut p50s, mut took) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (address, process) in turns {
            let before = cpu_us(process)?;
            let rate = slice(address, request, CONNECTIONS).await?;
            let used = u32::try_from(cpu_us(process)? - before)?;
            took.insert(address, f64::from(used) / f64::from(rate.count));
            rates.insert(address, rate.per_second);
            let alone = slice(address, request, 1).await?;
            p50s.insert(address, alone.p50_ms);
        }
        ratios.push(rates[&on] / rates[&off]);
        costs.push(took[&on] - took[&off]);
        differences.push(p50s[&on] - p50s[&off]);
        slow.push(p50s[&off]);
    }
    let (ratio, difference) = (median(&mut ratios), median(&mut differences));
    println!(
        "tracing {share:>3} of GET {path:<14} | throughput on/off {ratio:.3} (half of them {:.3}..{:.3}) | CPU a request {:+.1} us | p50 of one client {:.3} ms {difference:+.3} ms ({:+.3}..{:+.3}) | target >= {THROUGHPUT} and <= +{P50_MS} ms {}",
        ratios[PAIRS / 4],
        ratios[PAIRS - 1 - PAIRS / 4],
        median(&mut costs),
        median(&mut slow),
        differences[PAIRS / 4],
        differences[PAIRS - 1 - PAIRS / 4],
        match ratio >= THROUGHPUT && difference <= P50_MS {
            true => "met",
            false if share == "1" => "missed, as expected of every request",
            false => "MISSED",
        },
    );
    Ok(())
}

async fn sign_in(env: &Env) -> anyhow::Result<String> {
    let variable = |name: &str| env.get(name).with_context(|| format!("{name} is not set"));
    let body = json!({"email": variable("VELURE_BENCH_ADMIN_EMAIL")?, "password": variable("VELURE_BENCH_ADMIN_PASSWORD")?});
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = client
        .post(format!("{}/api/sessions", variable("VELURE_BENCH_URL")?))
        .header("x-velure-csrf", "1")
        .json(&body)
        .send()
        .await?;
    let cookies = answer.headers().get_all("set-cookie").iter();
    cookies
        .filter_map(|value| value.to_str().ok()?.split(';').next())
        .find(|pair| pair.starts_with("__Host-velure_at="))
        .map(str::to_owned)
        .with_context(|| format!("signing in was answered {}", answer.status()))
}

/// Takes spans, counts their bytes and forgets them.
async fn collector(
    collected: Arc<AtomicU64>,
    collecting: &mut JoinSet<std::io::Result<()>>,
) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let take = move |body: Bytes| {
        collected.fetch_add(u64::try_from(body.len()).unwrap_or(0), Ordering::Relaxed);
        async {}
    };
    let app = Router::new().route("/v1/traces", post(take));
    collecting.spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn server(
    name: &str,
    shared: &BTreeMap<&str, &str>,
    own: &[(&str, &str)],
    logs: &std::path::Path,
) -> anyhow::Result<(SocketAddr, Process)> {
    let (address, admin) = (free_address(), free_address());
    let mut command = Command::new(env!("CARGO_BIN_EXE_velure-server"));
    command
        .env_clear()
        .envs(shared)
        .envs(own.iter().copied())
        .env("VELURE_AUTH_URL", format!("http://{address}"))
        .env("VELURE_CATALOG_URL", format!("http://{address}"))
        .env("VELURE_DATABASE_CONNECTIONS", "8")
        .env("VELURE_SERVER_LISTEN", address.to_string())
        .env("VELURE_ADMIN_LISTEN", admin.to_string());
    let mut process = Process::start(name, command, logs)?;
    process.listening(address).await?;
    Ok((address, process))
}

/// What one slice of asking showed.
struct Slice {
    count: u32,
    per_second: f64,
    p50_ms: f64,
}

async fn slice(
    address: SocketAddr,
    request: &Arc<[u8]>,
    connections: usize,
) -> anyhow::Result<Slice> {
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let request = request.clone();
        clients.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut buffer = vec![0; LONGEST_ANSWER];
            let mut times = Vec::new();
            while started.elapsed() < SLICE {
                let asked = Instant::now();
                stream.write_all(&request).await?;
                answered(&mut stream, &mut buffer).await?;
                times.push(asked.elapsed().as_secs_f64() * 1e3);
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(ended) = clients.join_next().await {
        times.extend(ended??);
    }
    let count = u32::try_from(times.len())?;
    Ok(Slice {
        count,
        per_second: f64::from(count) / started.elapsed().as_secs_f64(),
        p50_ms: median(&mut times),
    })
}

/// Reads one answer, which has to be a 200 with its length.
async fn answered(stream: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<()> {
    let mut held = 0;
    let mut whole = None;
    while whole.is_none_or(|whole| held < whole) {
        let read = stream.read(&mut buffer[held..]).await?;
        ensure!(
            read > 0,
            "an answer was cut off or is longer than {LONGEST_ANSWER} bytes"
        );
        held += read;
        if whole.is_none()
            && let Some(end) = buffer[..held]
                .windows(4)
                .position(|bytes| bytes == b"\r\n\r\n")
        {
            let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
            ensure!(head.starts_with("http/1.1 200"), "answered {head}");
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            whole = Some(
                end + 4
                    + length
                        .context("an answer has a length")?
                        .trim()
                        .parse::<usize>()?,
            );
        }
    }
    Ok(())
}

/// The middle one; leaves the values sorted.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
