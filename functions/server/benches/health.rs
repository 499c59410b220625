//! `GET /api/health` through the whole server, against a bare axum handler that answers the same bytes: the same
//! client, the same run, slices alternating A B B A.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use velure_config::Env;
use velure_server::{ContextName, mount, router};
use velure_service::StopToken;

const PAIRS: usize = 9;
const SLICE: Duration = Duration::from_millis(1_000);
const CONNECTIONS: usize = 16;
const TARGET: f64 = 0.80;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let stop = StopToken::new();
    let mut servers = JoinSet::new();
    let ours = TcpListener::bind("127.0.0.1:0").await?;
    let our_address = ours.local_addr()?;
    let endpoints = mount(&[ContextName::Edge], &Env::default()).await?;
    servers.spawn(velure_server::serve(
        ours,
        router(endpoints, 0),
        stop.clone(),
    ));
    let bare = TcpListener::bind("127.0.0.1:0").await?;
    let bare_address = bare.local_addr()?;
    let app = Router::new().route(
        "/api/health",
        get(|| async { ([("content-type", "application/json")], r#"{"status":"ok"}"#) }),
    );
    servers.spawn(velure_server::serve(bare, app, stop.clone()));

    slice(our_address).await?;
    slice(bare_address).await?;
    let (mut ratios, mut rates, mut bare_rates) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let (a, b) = if pair % 2 == 0 {
            let a = slice(our_address).await?;
            (a, slice(bare_address).await?)
        } else {
            let b = slice(bare_address).await?;
            (slice(our_address).await?, b)
        };
        ratios.push(a / b);
        rates.push(a);
        bare_rates.push(b);
    }
    let ratio = median(&mut ratios);
    println!(
        "GET /api/health, {CONNECTIONS} connections | {:>7.0} requests/s server | {:>7.0} bare axum | ratio {ratio:.3} ({:.3}..{:.3}) | target >= {TARGET:.2} {}",
        median(&mut rates),
        median(&mut bare_rates),
        ratios[0],
        ratios[ratios.len() - 1],
        if ratio >= TARGET { "met" } else { "MISSED" },
    );
    stop.cancel();
    servers.abort_all();
    Ok(())
}

/// Requests a second, over one slice.
async fn slice(address: SocketAddr) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        clients.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut buffer = vec![0u8; 4_096];
            let mut answered = 0u32;
            while started.elapsed() < SLICE {
                stream
                    .write_all(b"GET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    .await?;
                let mut held = 0;
                loop {
                    held += stream.read(&mut buffer[held..]).await?;
                    if buffer[..held].ends_with(br#"{"status":"ok"}"#) {
                        break;
                    }
                    anyhow::ensure!(
                        held < buffer.len() && held > 0,
                        "an answer of an unexpected shape"
                    );
                }
                answered += 1;
            }
            anyhow::Ok(answered)
        });
    }
    let mut answered = 0;
    while let Some(ended) = clients.join_next().await {
        answered += ended??;
    }
    Ok(f64::from(answered) / started.elapsed().as_secs_f64())
}

/// The middle one; leaves the values sorted.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
