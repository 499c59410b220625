//! What waking the relay costs order intake: commits a second with the wake-up on, against the same without it.
//!
//! Needs `VELURE_TEST_POSTGRES_URL`, the superuser of a server whose commits reach the disk. Both sides are a database
//! of their own with the real schema and run the real statement; on one side `relay.asleep` is replaced by a function
//! that says no, on the other a session listens, wakes and falls asleep as the relay does. Slices alternate A B B A.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tokio::task::JoinSet;
use velure_config::Env;
use velure_domain::{Currency, LineItem, Money, OrderId, Quantity, UserId};
use velure_postgres::orders::{NewOrder, OrderStore};
use velure_postgres::outbox::{CHANNEL, Leases, SHARDS};

const PAIRS: usize = 8;
const SLICE: Duration = Duration::from_millis(1_000);
/// How long the relay stays awake after its last event.
const LINGER: Duration = Duration::from_secs(3);
const TARGET: f64 = 0.95;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let env = Env::process();
    let url = env
        .get("VELURE_TEST_POSTGRES_URL")
        .ok_or_else(|| anyhow::anyhow!("VELURE_TEST_POSTGRES_URL is not set"))?;
    let server: PgConnectOptions = url.parse()?;
    let with = database(&server, "velure_intake_with").await?;
    let without = database(&server, "velure_intake_without").await?;
    let mut connection = PgConnection::connect_with(&without).await?;
    sqlx::query("create or replace function relay.asleep(shard smallint) returns boolean language sql as 'select false'")
        .execute(&mut connection)
        .await?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut relays = JoinSet::new();
    relays.spawn(relay(with.clone(), Arc::clone(&stop)));
    for writers in [8, 32] {
        let on = pool(&with, writers).await?;
        let off = pool(&without, writers).await?;
        slice(&on, writers).await?;
        slice(&off, writers).await?;
        let mut ratios = Vec::new();
        let (mut rates_on, mut rates_off) = (Vec::new(), Vec::new());
        for pair in 0..PAIRS {
            let (a, b) = if pair % 2 == 0 {
                let a = slice(&on, writers).await?;
                (a, slice(&off, writers).await?)
            } else {
                let b = slice(&off, writers).await?;
                (slice(&on, writers).await?, b)
            };
            ratios.push(a / b);
            rates_on.push(a);
            rates_off.push(b);
        }
        let ratio = median(&mut ratios);
        println!(
            "order intake, {writers:>2} writers | {:>7.0} orders/s with wake-up | {:>7.0} without | ratio {ratio:.3} ({:.3}..{:.3}) | target >= {TARGET} {}",
            median(&mut rates_on),
            median(&mut rates_off),
            ratios[0],
            ratios[ratios.len() - 1],
            if ratio >= TARGET { "met" } else { "MISSED" },
        );
        on.close().await;
        off.close().await;
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = relays.join_next().await {
        ended??;
    }
    for name in ["velure_intake_with", "velure_intake_without"] {
        let mut connection = PgConnection::connect_with(&server).await?;
        sqlx::query(AssertSqlSafe(format!("drop database {name} with (force)")))
            .execute(&mut connection)
            .await?;
    }
    Ok(())
}

/// Listens, wakes and falls asleep as the relay does, and reads nothing.
async fn relay(options: PgConnectOptions, stop: Arc<AtomicBool>) -> anyhow::Result<()> {
    let shards: Vec<i16> = (0..SHARDS).collect();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    let mut leases = Leases::open(&options).await?;
    while !stop.load(Ordering::Relaxed) {
        if tokio::time::timeout(Duration::from_millis(250), listener.recv())
            .await
            .is_err()
        {
            continue;
        }
        let mut awake = leases.wake_up(&shards).await?;
        let until = Instant::now() + LINGER;
        while Instant::now() < until && !stop.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if awake.len() < shards.len() {
                let rest: Vec<i16> = shards
                    .iter()
                    .copied()
                    .filter(|s| !awake.contains(s))
                    .collect();
                awake.extend(leases.wake_up(&rest).await?);
            }
        }
        leases.fall_asleep(&awake).await?;
    }
    Ok(())
}

async fn database(server: &PgConnectOptions, name: &str) -> anyhow::Result<PgConnectOptions> {
    let mut connection = PgConnection::connect_with(server).await?;
    sqlx::query(AssertSqlSafe(format!(
        "drop database if exists {name} with (force)"
    )))
    .execute(&mut connection)
    .await?;
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut connection)
        .await?;
    let options = server.clone().database(name);
    let mut connection = PgConnection::connect_with(&options).await?;
    velure_postgres::ORDERS.run(&mut connection).await?;
    Ok(options)
}

async fn pool(options: &PgConnectOptions, writers: u32) -> anyhow::Result<PgPool> {
    Ok(PgPoolOptions::new()
        .min_connections(writers)
        .max_connections(writers)
        .connect_with(options.clone())
        .await?)
}

/// Orders a second, over one slice.
async fn slice(pool: &PgPool, writers: u32) -> anyhow::Result<f64> {
    let placed = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..writers {
        let store = OrderStore::new(pool.clone());
        let placed = Arc::clone(&placed);
        tasks.spawn(async move {
            let buyer = UserId::generate();
            let mut n = 0u64;
            while started.elapsed() < SLICE {
                store.place(&order(buyer, n)).await?;
                placed.fetch_add(1, Ordering::Relaxed);
                n += 1;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of a second's orders is far below 2^52"
    )]
    let count = placed.load(Ordering::Relaxed) as f64;
    Ok(count / started.elapsed().as_secs_f64())
}

fn order(buyer: UserId, n: u64) -> NewOrder {
    let line = |product: u64| LineItem {
        product_id: format!("{product:024x}").parse().expect("24 digits"),
        name: "Bench biscuit".to_owned(),
        quantity: Quantity::new(2).expect("a legal quantity"),
        unit_price: Money::new(1250, Currency::Usd).expect("a legal price"),
    };
    NewOrder {
        order_id: OrderId::generate(),
        buyer_id: buyer,
        lines: vec![line(1), line(2)],
        total: Money::new(5000, Currency::Usd).expect("a legal total"),
        payment_method: "pm_card_visa".parse().expect("a token"),
        idempotency_key: format!("{buyer}-{n}-{}", OrderId::generate()),
        request_hash: vec![0; 32],
        requested_ago: Duration::ZERO,
        priced_ago: Duration::ZERO,
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        tracestate: None,
    }
}

/// The middle one; leaves the values sorted.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
