//! What the long-lived processes take for an order and for an open stream.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures::future::try_join_all;
use velure_cost::measurement::Pod;

use super::calls::{Buyer, Shop};
use super::process;

const PODS: [&str; 3] = ["relay", "order-processor", "sse-gateway"];
const BATCHES: usize = 8;
/// Orders of a batch, placed at once by as many customers.
const ORDERS: u64 = 40;
const IDLE: Duration = Duration::from_secs(5);
/// After the last stream has ended: acknowledgements and clean-up belong to the orders too.
const SETTLE: Duration = Duration::from_millis(500);
/// Long enough for six heartbeats and a look at each stream's session.
const WATCHED: Duration = Duration::from_secs(60);
/// The contract allows six streams to a customer.
const STREAMS: u64 = 6;

struct Watched {
    name: &'static str,
    process: u32,
    batches: Vec<u64>,
    idle_us_per_s: u64,
    logged: u64,
    network: u64,
}

/// Of a shop whose processes carry this run's mark.
pub(crate) async fn measure(shop: &Shop, run: &str) -> anyhow::Result<Vec<Pod>> {
    let mut customers = Vec::new();
    for _ in 0..ORDERS {
        customers.push(shop.register().await?);
    }
    let mut pods = Vec::new();
    for name in PODS {
        let process = process::of_run(&format!("velure-{name}"), run)?;
        pods.push(Watched {
            name,
            process,
            batches: Vec::new(),
            idle_us_per_s: 0,
            logged: 0,
            network: 0,
        });
    }
    // The first orders open connections and fill pools.
    try_join_all(customers.iter().map(|customer| watch(shop, customer))).await?;
    tokio::time::sleep(SETTLE).await;
    idle(&mut pods).await?;
    let mut streamed = 0;
    for pod in &mut pods {
        pod.logged = process::logged(pod.process);
        pod.network = process::network_bytes(pod.process)?;
    }
    for _ in 0..BATCHES {
        let before = cpu(&pods)?;
        let began = Instant::now();
        streamed += try_join_all(customers.iter().map(|customer| watch(shop, customer)))
            .await?
            .into_iter()
            .sum::<u64>();
        tokio::time::sleep(SETTLE).await;
        let after = cpu(&pods)?;
        let elapsed = began.elapsed();
        for ((pod, before), after) in pods.iter_mut().zip(before).zip(after) {
            let idle = pod.idle_us_per_s * u64::try_from(elapsed.as_millis())? / 1000;
            pod.batches
                .push((after - before).saturating_sub(idle) / ORDERS);
        }
    }
    let all = ORDERS * BATCHES as u64;
    let mut measured = Vec::new();
    for pod in &pods {
        let mut network = process::network_bytes(pod.process)?.saturating_sub(pod.network);
        if pod.name == "sse-gateway" {
            // Its streams' connections have ended and are not counted by the kernel any more.
            network += streamed;
        }
        measured.push(Pod {
            pod: pod.name.to_owned(),
            cpu_us_per_order: pod.batches.clone(),
            idle_cpu_us_per_s: pod.idle_us_per_s,
            rss_kb: process::memory_kb(pod.process, "VmRSS")?,
            rss_bytes_per_stream: None,
            cpu_ns_per_stream_second: None,
            network_bytes_per_stream_minute: None,
            body_bytes_per_stream: None,
            log_bytes_per_order: process::logged(pod.process).saturating_sub(pod.logged) / all,
            network_bytes_per_order: network / all,
        });
    }
    let gateway = measured.last_mut().context("the gateway is the last")?;
    let process = pods.last().context("the gateway is the last")?.process;
    gateway.body_bytes_per_stream = Some(streamed / all);
    open_streams(shop, &customers, process, gateway).await?;
    Ok(measured)
}

/// Places an order and reads its stream to the end; the size of the stream.
async fn watch(shop: &Shop, customer: &Buyer) -> anyhow::Result<u64> {
    let order = shop.order(customer).await?;
    let path = format!("/api/me/orders/{order}/events");
    let stream = customer.call("GET", path).send(&shop.url).await?;
    ensure!(stream.status == 200, "a stream answered {}", stream.status);
    ensure!(
        stream.text().contains(r#""status":"COMPLETED""#),
        "an order was not completed: {}",
        stream.text()
    );
    Ok(stream.body.len() as u64)
}

fn cpu(pods: &[Watched]) -> anyhow::Result<Vec<u64>> {
    pods.iter()
        .map(|pod| process::cpu_us(pod.process))
        .collect()
}

async fn idle(pods: &mut [Watched]) -> anyhow::Result<()> {
    let before = cpu(pods)?;
    tokio::time::sleep(IDLE).await;
    let after = cpu(pods)?;
    for ((pod, before), after) in pods.iter_mut().zip(before).zip(after) {
        pod.idle_us_per_s = (after - before) / IDLE.as_secs();
    }
    Ok(())
}

/// What one more stream adds to the gateway's resident set, and what it takes while nothing happens.
async fn open_streams(
    shop: &Shop,
    customers: &[Buyer],
    process: u32,
    gateway: &mut Pod,
) -> anyhow::Result<()> {
    let (idle_cpu, idle_network) = quiet(process).await?;
    let before = process::memory_kb(process, "VmRSS")?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut open = Vec::new();
    for customer in customers {
        for _ in 0..STREAMS {
            let mut stream = customer
                .call("GET", "/api/me/orders/events")
                .open(&client, &shop.url)
                .await?;
            ensure!(
                stream.status() == 200,
                "a stream answered {}",
                stream.status()
            );
            stream.chunk().await?.context("a stream that begins")?;
            open.push(stream);
        }
    }
    let after = process::memory_kb(process, "VmRSS")?;
    let count = open.len() as u64;
    let (cpu, network) = quiet(process).await?;
    let (cpu, network) = (
        cpu.saturating_sub(idle_cpu),
        network.saturating_sub(idle_network),
    );
    gateway.rss_bytes_per_stream = Some(after.saturating_sub(before) * 1024 / count);
    gateway.cpu_ns_per_stream_second = Some(cpu * 1000 / count / WATCHED.as_secs());
    gateway.network_bytes_per_stream_minute = Some(network * 60 / count / WATCHED.as_secs());
    Ok(())
}

/// CPU time in microseconds and bytes on its connections, of a process while nothing is asked of it.
async fn quiet(process: u32) -> anyhow::Result<(u64, u64)> {
    let before = (process::cpu_us(process)?, process::network_bytes(process)?);
    tokio::time::sleep(WATCHED).await;
    let after = (process::cpu_us(process)?, process::network_bytes(process)?);
    Ok((
        after.0.saturating_sub(before.0),
        after.1.saturating_sub(before.1),
    ))
}
