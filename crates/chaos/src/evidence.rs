//! What is left when everything is quiet: the databases', the ledger's, the catalogue's and the broker's own words.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document};
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::load::Intent;
use crate::stack::Stack;
use crate::watch::Transcripts;

/// An order as the orders' books have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Who.
    pub buyer: Uuid,
    /// Its status.
    pub status: String,
    /// In cents.
    pub total: i64,
    /// Quantity by product.
    pub lines: BTreeMap<String, i64>,
    /// Version, status and the buyer's sequence of each of its events, by version.
    pub events: Vec<(i64, String, i64)>,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// An entry of the payment provider's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The key that it was asked under.
    pub key: String,
    /// `SUCCEEDED`, `DECLINED` or `CANCELLED`.
    pub outcome: String,
    /// In cents.
    pub amount: Option<i64>,
}

/// A reservation as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// `held`, `committed` or `released`.
    pub state: String,
    /// Quantity by product.
    pub lines: BTreeMap<String, i64>,
}

/// Everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// By id.
    pub orders: BTreeMap<Uuid, Order>,
    /// Owner, key and order of every idempotency key.
    pub keys: Vec<(Uuid, String, Uuid)>,
    /// The fulfilment's phase of each order.
    pub phases: BTreeMap<Uuid, String>,
    /// Status and amount of each order's payment.
    pub payments: BTreeMap<Uuid, (String, i64)>,
    /// The provider's ledger.
    pub charges: Vec<Charge>,
    /// By order.
    pub reservations: BTreeMap<Uuid, Reservation>,
    /// The stock of each product before the first order.
    pub initial: BTreeMap<String, i64>,
    /// Products of which there was one, for which several shoppers raced.
    pub raced: Vec<String>,
    /// The stock of each product now.
    pub available: BTreeMap<String, i64>,
    /// Events that were written for each order, by type, of both outboxes.
    pub events: BTreeMap<Uuid, BTreeSet<String>>,
    /// Events that are not on the broker.
    pub pending: i64,
    /// Events that wait for a person.
    pub parked: i64,
    /// Messages in the work queues, ready or unacknowledged.
    pub queued: i64,
    /// What shoppers asked and were answered.
    pub intents: Vec<Intent>,
    /// What their pages were told.
    pub transcripts: Transcripts,
    /// What was found while everything was still going on.
    pub seen: Vec<String>,
    /// What pages of single orders were told that they should not have been.
    pub backwards: Vec<String>,
    /// Resident memory of each process, in KiB.
    pub memory: BTreeMap<String, u64>,
}

/// The stock of every product.
///
/// # Errors
/// When the catalogue's database is away.
pub async fn stock(stack: &Stack) -> anyhow::Result<BTreeMap<String, i64>> {
    let products = stack.collection("products").await?;
    let all: Vec<Document> = products.find(Document::new()).await?.try_collect().await?;
    let mut stock = BTreeMap::new();
    for product in all {
        let id = product
            .get_object_id("_id")
            .context("a product has an id")?
            .to_hex();
        stock.insert(
            id,
            number(product.get("available")).context("a product has a stock")?,
        );
    }
    Ok(stock)
}

fn number(value: Option<&Bson>) -> Option<i64> {
    let value = value?;
    value.as_i64().or_else(|| value.as_i32().map(i64::from))
}

async fn reservations(stack: &Stack) -> anyhow::Result<BTreeMap<Uuid, Reservation>> {
    let stored = stack.collection("reservations").await?;
    let all: Vec<Document> = stored.find(Document::new()).await?.try_collect().await?;
    let mut found = BTreeMap::new();
    for reservation in all {
        let order: Uuid = reservation.get_str("_id")?.parse()?;
        let mut lines = BTreeMap::new();
        for line in reservation.get_array("lines").into_iter().flatten() {
            let line = line.as_document().context("a line is a document")?;
            let quantity = number(line.get("quantity")).context("a line has a quantity")?;
            *lines
                .entry(line.get_object_id("product_id")?.to_hex())
                .or_default() += quantity;
        }
        let state = reservation.get_str("state")?.to_owned();
        found.insert(order, Reservation { state, lines });
    }
    Ok(found)
}

impl Evidence {
    /// Collects everything but what shoppers and pages know themselves.
    ///
    /// # Errors
    /// When something is away.
    pub async fn collect(stack: &Stack) -> anyhow::Result<Self> {
        let pool = stack.orders()?;
        let (orders, events) = (orders(&pool).await?, events(&pool).await?);
        let charges = sqlx::query(
            "select idempotency_key, outcome, amount_minor from payment_simulator.charges",
        )
        .fetch_all(&pool)
        .await?;
        let mut evidence = Self {
            orders,
            events,
            keys: keys(&pool).await?,
            phases: phases(&pool).await?,
            payments: payments(&pool).await?,
            charges: charges
                .iter()
                .map(|row| Charge {
                    key: row.get(0),
                    outcome: row.get(1),
                    amount: row.get(2),
                })
                .collect(),
            pending: count(&pool, "parked_at is null").await?,
            parked: count(&pool, "parked_at is not null").await?,
            reservations: reservations(stack).await?,
            available: stock(stack).await?,
            queued: queued(stack).await?,
            ..Self::default()
        };
        evidence.memory = memory(stack);
        Ok(evidence)
    }

    /// Whether nothing is under way any more.
    ///
    /// # Errors
    /// When something is away.
    pub async fn is_quiet(stack: &Stack) -> anyhow::Result<bool> {
        let pool = stack.orders()?;
        let open: i64 = sqlx::query_scalar(
            "select (select count(*) from orders.orders where status not in ('COMPLETED', 'FAILED'))
               + (select count(*) from fulfilment.fulfilments where phase not in ('COMPLETED', 'FAILED'))",
        )
        .fetch_one(&pool)
        .await?;
        Ok(open == 0 && count(&pool, "parked_at is null").await? == 0 && queued(stack).await? == 0)
    }
}

async fn orders(pool: &PgPool) -> anyhow::Result<BTreeMap<Uuid, Order>> {
    let rows = sqlx::query(
        "select order_id, buyer_id, status, total_minor, created_at, updated_at from orders.orders",
    )
    .fetch_all(pool)
    .await?;
    let mut orders: BTreeMap<Uuid, Order> = BTreeMap::new();
    for row in &rows {
        let order = Order {
            buyer: row.get(1),
            status: row.get(2),
            total: row.get(3),
            lines: BTreeMap::new(),
            events: Vec::new(),
            placed_at: row.get(4),
            updated_at: row.get(5),
        };
        orders.insert(row.get(0), order);
    }
    let lines = sqlx::query("select order_id, product_id, quantity::bigint from orders.line_items")
        .fetch_all(pool)
        .await?;
    for row in &lines {
        let order = orders
            .get_mut(&row.get::<Uuid, _>(0))
            .context("a line belongs to an order")?;
        *order.lines.entry(row.get(1)).or_default() += row.get::<i64, _>(2);
    }
    let events = sqlx::query(
        "select order_id, version::bigint, status, buyer_sequence from orders.order_events order by order_id, version",
    )
    .fetch_all(pool)
    .await?;
    for row in &events {
        let order = orders
            .get_mut(&row.get::<Uuid, _>(0))
            .context("an event belongs to an order")?;
        order.events.push((row.get(1), row.get(2), row.get(3)));
    }
    Ok(orders)
}

async fn events(pool: &PgPool) -> anyhow::Result<BTreeMap<Uuid, BTreeSet<String>>> {
    let rows = sqlx::query(
        "select order_id, event_type from orders.outbox where event_type like 'order.%'
         union select order_id, event_type from fulfilment.outbox where event_type like 'order.%'",
    )
    .fetch_all(pool)
    .await?;
    let mut events: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        events.entry(row.get(0)).or_default().insert(row.get(1));
    }
    Ok(events)
}

async fn keys(pool: &PgPool) -> anyhow::Result<Vec<(Uuid, String, Uuid)>> {
    let rows = sqlx::query("select buyer_id, key, order_id from orders.idempotency_keys")
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect())
}

async fn phases(pool: &PgPool) -> anyhow::Result<BTreeMap<Uuid, String>> {
    let rows = sqlx::query("select order_id, phase from fulfilment.fulfilments")
        .fetch_all(pool)
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

async fn payments(pool: &PgPool) -> anyhow::Result<BTreeMap<Uuid, (String, i64)>> {
    let rows = sqlx::query("select order_id, status, amount_minor from fulfilment.payments")
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|row| (row.get(0), (row.get(1), row.get(2))))
        .collect())
}

async fn count(pool: &PgPool, which: &'static str) -> anyhow::Result<i64> {
    let mut total = 0;
    for outbox in ["orders.outbox_pending", "fulfilment.outbox_pending"] {
        let sql = format!("select count(*) from {outbox} where {which}");
        total += sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql))
            .fetch_one(pool)
            .await?;
    }
    Ok(total)
}

async fn queued(stack: &Stack) -> anyhow::Result<i64> {
    let mut total = 0;
    for queue in ["process-order-queue", "publish-order-status-updates"] {
        let told = stack
            .broker("GET", &format!("queues/%2f/{queue}"), None)
            .await?;
        total += told["messages"].as_i64().unwrap_or(0);
    }
    Ok(total)
}

/// By the pid files of the run; a process that is not there holds nothing.
fn memory(stack: &Stack) -> BTreeMap<String, u64> {
    let mut memory = BTreeMap::new();
    for name in stack.admin.keys() {
        let file = stack.dir.join("pids").join(format!("{name}.json"));
        let identity: Option<serde_json::Value> = std::fs::read(file)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        let pid = identity.and_then(|identity| identity["pid"].as_i64());
        let status =
            pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok());
        let kib = status.and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("VmRSS:"))?
                .to_owned();
            line.split_whitespace().next()?.parse().ok()
        });
        memory.extend(kib.map(|kib: u64| (name.clone(), kib)));
    }
    memory
}
