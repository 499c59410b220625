//! How fast the relay drains an outbox, against publishing the same bodies from memory: the same client, the same
//! queue, the same run, alternating. And whether the backlog changes the rate.
//!
//! Needs `VELURE_TEST_POSTGRES_URL`, `VELURE_TEST_REDIS_URL` and the two `VELURE_TEST_…` variables of RabbitMQ, all of
//! servers whose writes reach the disk.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinSet;
use uuid::Uuid;
use velure_amqp::{BrokerConfig, Message, Publisher, Topology};
use velure_config::Env;
use velure_relay::Config;
use velure_service::{Readiness, StopToken, Supervisor};
use velure_testkit::{Broker, Vhost};

/// Messages of one slice.
const SLICE: u32 = 20_000;
const PAIRS: usize = 5;
/// Unconfirmed messages at most, on both sides.
const WINDOW: usize = 1_500;
const PATIENCE: Duration = Duration::from_secs(300);
const QUEUE: &str = "process-order-queue";
const TARGET: f64 = 0.80;
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
    let mut relay = JoinSet::new();
    relay.spawn(supervisor.run(async move { stopped.cancelled().await }, PATIENCE));
    database.published(count).await?;
    stop.cancel();
    while let Some(ended) = relay.join_next().await {
        ended??;
    }
    database.rate(count).await
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
    let (mut sent, mut settled) = (0, 0);
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
        for one in publisher.settled().await? {
            one.outcome.context("a message was not confirmed")?;
            settled += 1;
        }
    }
    let rate = f64::from(SLICE) / started.elapsed().as_secs_f64();
    connection.close().await;
    Ok(rate)
}

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A database of its own, with the real schema.
struct Database {
    name: String,
    server: PgConnectOptions,
    options: PgConnectOptions,
    url: String,
}

impl Database {
    async fn create(server_url: &str) -> anyhow::Result<Self> {
        let server: PgConnectOptions = server_url.parse()?;
        let name = format!("velure_drain_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect_with(&server).await?;
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&mut connection)
            .await?;
        let options = server.clone().database(&name);
        let mut connection = PgConnection::connect_with(&options).await?;
        velure_postgres::ORDERS.run(&mut connection).await?;
        let (address, _) = server_url
            .rsplit_once('/')
            .context("a URL with a database")?;
        Ok(Self {
            url: format!("{address}/{name}"),
            name,
            server,
            options,
        })
    }

    /// An outbox with `pending` rows, each of an order of its own, and nothing else.
    async fn fill(&self, pending: u32) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        sqlx::query("truncate orders.outbox")
            .execute(&mut connection)
            .await?;
        sqlx::query(
            "insert into orders.outbox (event_id, shard, order_id, version, event_type, body, traceparent)
             select gen_random_uuid(), n % 64, gen_random_uuid(), 1, 'order.created', convert_to(repeat('x', $2), 'UTF8'), $3
             from generate_series(1, $1) n",
        )
        .bind(i64::from(pending))
        .bind(i32::try_from(BODY)?)
        .bind(TRACEPARENT)
        .execute(&mut connection)
        .await?;
        sqlx::query("analyze orders.outbox")
            .execute(&mut connection)
            .await?;
        sqlx::query("checkpoint").execute(&mut connection).await?;
        Ok(())
    }

    /// Waits until `count` rows are marked.
    async fn published(&self, count: u32) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let started = Instant::now();
        loop {
            let marked: i64 = sqlx::query_scalar(
                "select count(*) from (select from orders.outbox where published_at is not null limit $1) marked",
            )
            .bind(i64::from(count))
            .fetch_one(&mut connection)
            .await?;
            if marked >= i64::from(count) {
                return Ok(());
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "only {marked} of {count} rows were published in {PATIENCE:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Rows a second between the first mark and the last of the first `count`, by the database's clock.
    async fn rate(&self, count: u32) -> anyhow::Result<f64> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let rate: Option<f64> = sqlx::query_scalar(
            "with marked as (select published_at from orders.outbox where published_at is not null order by 1 limit $1),
                  bounds as (select min(published_at) as first, max(published_at) as last from marked)
             select (count(*) filter (where published_at > first) / nullif(extract(epoch from max(last) - max(first)), 0))::float8
             from marked, bounds",
        )
        .bind(i64::from(count))
        .fetch_one(&mut connection)
        .await?;
        rate.context("all rows were marked at once: the slice is too small")
    }

    async fn drop(self) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect_with(&self.server).await?;
        sqlx::query(AssertSqlSafe(format!(
            "drop database {} with (force)",
            self.name
        )))
        .execute(&mut connection)
        .await?;
        Ok(())
    }
}

/// The middle one; leaves the values sorted.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
