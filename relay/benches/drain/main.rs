//! How fast the relay drains an outbox, against publishing the same bodies from memory: the same client, the same
//! queue, the same run, alternating. Whether the backlog changes the rate. And how soon one event leaves that finds the
//! relay asleep.
//!
//! Needs `VELURE_TEST_POSTGRES_URL`, `VELURE_TEST_REDIS_URL` and the two `VELURE_TEST_…` variables of RabbitMQ, all of
//! servers whose writes reach the disk.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinSet;
use uuid::Uuid;
use velure_amqp::{BrokerConfig, Message, Publisher, Topology};
use velure_config::Env;
use velure_relay::Config;
use velure_service::{Readiness, StopToken, Supervisor};
use velure_testkit::{Broker, Vhost};

mod database;

use database::Database;

/// Messages of one slice.
const SLICE: u32 = 20_000;
const PAIRS: usize = 9;
/// Unconfirmed messages at most, on both sides.
const WINDOW: usize = 1_500;
const PATIENCE: Duration = Duration::from_secs(300);
const QUEUE: &str = "process-order-queue";
const TARGET: f64 = 0.80;
/// Events that find the relay asleep. It stays awake for 3 s after each.
const WAKE_UPS: usize = 31;
const WAKE_UP: Duration = Duration::from_millis(10);
/// As long as a real `order.created` with three lines.
const BODY: usize = 520;

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
    let server = env
        .get("VELURE_TEST_POSTGRES_URL")
        .context("VELURE_TEST_POSTGRES_URL is not set")?;
    let database = Database::create(server).await?;
    let vhost = Broker::from_env().vhost().await;
    vhost
        .import(&Topology::load().definitions(vhost.name(), |_| Vhost::password_hash().to_owned()))
        .await;

    drain(&env, &database, &vhost, SLICE, SLICE).await?;
    let (mut ratios, mut relayed, mut published) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let (a, b) = if pair % 2 == 0 {
            let a = drain(&env, &database, &vhost, SLICE, SLICE).await?;
            (a, from_memory(&vhost).await?)
        } else {
            let b = from_memory(&vhost).await?;
            (drain(&env, &database, &vhost, SLICE, SLICE).await?, b)
        };
        ratios.push(a / b);
        relayed.push(a);
        published.push(b);
    }
    let ratio = median(&mut ratios);
    println!(
        "relay drain, window {WINDOW} | {:>7.0} events/s | {:>7.0} from memory | ratio {ratio:.3} ({:.3}..{:.3}) | target >= {TARGET:.2} {}",
        median(&mut relayed),
        median(&mut published),
        ratios[0],
        ratios[ratios.len() - 1],
        verdict(ratio >= TARGET),
    );

    let (mut few, mut many) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        few.push(drain(&env, &database, &vhost, SLICE, SLICE).await?);
        many.push(drain(&env, &database, &vhost, 1_000_000, SLICE).await?);
    }
    let (few, many) = (median(&mut few), median(&mut many));
    println!(
        "relay drain by backlog | {many:>7.0} events/s of 1,000,000 pending | {few:>7.0} of {SLICE} | ratio {:.3} | target >= 0.95 {}",
        many / few,
        verdict(many / few >= 0.95),
    );

    let mut woken = wake_ups(&env, &database, &vhost).await?;
    woken.sort_unstable();
    let p50 = woken[WAKE_UPS / 2];
    println!(
        "relay asleep, wake-up to confirmed and marked, {WAKE_UPS} events | p50 {:.1} ms | max {:.1} ms | target p50 <= {} ms {}",
        p50.as_secs_f64() * 1e3,
        woken[WAKE_UPS - 1].as_secs_f64() * 1e3,
        WAKE_UP.as_millis(),
        verdict(p50 <= WAKE_UP),
    );
    database.drop().await
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// Events a second that a relay publishes and marks, of `count` out of `pending`.
async fn drain(
    env: &Env,
    database: &Database,
    vhost: &Vhost,
    pending: u32,
    count: u32,
) -> anyhow::Result<f64> {
    database.fill(pending).await?;
    vhost.purge(QUEUE).await;
    let relay = Relay::start(env, database, vhost).await?;
    database.published(count).await?;
    relay.stop().await?;
    database.rate(count).await
}

/// What it takes a relay that sleeps to publish one event.
async fn wake_ups(env: &Env, database: &Database, vhost: &Vhost) -> anyhow::Result<Vec<Duration>> {
    database.fill(0).await?;
    vhost.purge(QUEUE).await;
    let relay = Relay::start(env, database, vhost).await?;
    let took = database.woken(WAKE_UPS).await?;
    relay.stop().await?;
    Ok(took)
}

/// A relay in this process.
struct Relay {
    stop: StopToken,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Relay {
    async fn start(env: &Env, database: &Database, vhost: &Vhost) -> anyhow::Result<Self> {
        let settings = [
            ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true".to_owned()),
            ("VELURE_ORDERS_DATABASE_URL", database.url.clone()),
            ("VELURE_AMQP_URL", vhost.user_url("relay")),
            (
                "VELURE_REDIS_URL",
                env.get("VELURE_TEST_REDIS_URL")
                    .context("VELURE_TEST_REDIS_URL is not set")?
                    .to_owned(),
            ),
            (
                "VELURE_REDIS_PREFIX",
                format!("bench-{}", Uuid::new_v4().simple()),
            ),
            ("VELURE_RELAY_WINDOW", WINDOW.to_string()),
        ];
        let config = Config::from_env(&Env::of(settings))?;
        let mut supervisor = Supervisor::new();
        velure_relay::start(config, &mut supervisor, Readiness::default()).await?;
        let stop = StopToken::new();
        let stopped = stop.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(supervisor.run(async move { stopped.cancelled().await }, PATIENCE));
        Ok(Self { stop, tasks })
    }

    async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}

/// Events a second that the relay's own client publishes from memory, with as many unconfirmed.
async fn from_memory(vhost: &Vhost) -> anyhow::Result<f64> {
    vhost.purge(QUEUE).await;
    let connection = BrokerConfig::new(vhost.user_url("relay"), "bench")
        .connect("publish")
        .await?;
    let mut publisher = Publisher::open(&connection).await?;
    let body = bytes::Bytes::from(vec![b'x'; BODY]);
    let started = Instant::now();
    let (mut sent, mut settled, mut outcomes) = (0, 0, Vec::new());
    while settled < SLICE {
        while sent < SLICE && publisher.in_flight() < WINDOW {
            let order = Uuid::now_v7().to_string();
            let message = Message::new("orders", "order.created", Uuid::now_v7(), body.clone())?
                .header("traceparent", Some(TRACEPARENT))
                .header("x-order-id", Some(&order))
                .header("x-version", Some("1"));
            publisher.publish(message).await?;
            sent += 1;
        }
        publisher.settled(&mut outcomes).await?;
        for one in outcomes.drain(..) {
            one.outcome.context("a message was not confirmed")?;
            settled += 1;
        }
    }
    let rate = f64::from(SLICE) / started.elapsed().as_secs_f64();
    connection.close().await;
    Ok(rate)
}

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The middle one; leaves the values sorted.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
