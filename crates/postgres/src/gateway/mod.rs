//! What the SSE gateway reads: order events after a position, and the orders they belong to.
//!
//! Table: `orders.order_events`, beside `orders` and `buyers` for where they stand. Every function takes the buyer and
//! finds nobody else's events. Each is one statement, so what it returns is one moment of the database.

mod missed;

pub use missed::{BuyerWatch, OrderWatch};

use chrono::{DateTime, Utc};
use uuid::Uuid;
use velure_contracts::http::Order;
use velure_contracts::sse::{BuyerCursor, StatusFrame};
use velure_domain::{OrderId, UserId};

use crate::Pool;
use crate::deadline::Asked;
use crate::orders::{OrderStore, failure};

/// Order events, as the gateway tells them to browsers.
#[derive(Debug, Clone)]
pub struct GatewayStore {
    pool: Pool,
    orders: OrderStore,
}

/// The database did not tell.
#[derive(Debug, thiserror::Error)]
#[error("the order events could not be read")]
pub struct ReadError(#[from] sqlx::Error);

/// One event of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Whose order it is.
    pub buyer_id: UserId,
    /// Its place among all events of the buyer's orders.
    pub buyer_sequence: i64,
    /// What browsers are told.
    pub frame: StatusFrame,
}

/// Events after a position, and where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// The last position there is: an order's version, or a buyer's sequence.
    pub last: i64,
    /// The events, oldest first.
    pub events: Vec<StoredEvent>,
}

impl GatewayStore {
    /// Events in this database.
    #[must_use]
    pub fn new(pool: impl Into<Pool>) -> Self {
        let pool = pool.into();
        Self {
            orders: OrderStore::new(pool.clone()),
            pool,
        }
    }

    /// The events of an order after `version`, when the order is there and this buyer's.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn order_events(
        &self,
        buyer: UserId,
        order: OrderId,
        version: i64,
    ) -> Result<Option<Events>, ReadError> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"select o.version::bigint as "last!", e.order_id as "order_id?", e.version as "version?", e.status as "status?",
                 e.failure_code as "failure_code?", e.failure_product_id as "failure_product_id?",
                 e.buyer_sequence as "buyer_sequence?", e.occurred_at as "occurred_at?",
                 e.traceparent as "traceparent?"
               from orders.orders o
               left join orders.order_events e on e.order_id = o.order_id and e.version > $3
               where o.order_id = $2 and o.buyer_id = $1
               order by e.version"#,
            buyer.as_uuid(),
            order.as_uuid(),
            i16::try_from(version).unwrap_or(i16::MAX),
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        Ok(rows
            .first()
            .map(|row| row.last)
            .map(|last| events(buyer, last, rows)))
    }

    /// At most `limit` events of all of this buyer's orders after `sequence`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn buyer_events(
        &self,
        buyer: UserId,
        sequence: i64,
        limit: u32,
    ) -> Result<Events, ReadError> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"select coalesce(b.last_sequence, 0) as "last!", e.order_id as "order_id?", e.version as "version?",
                 e.status as "status?", e.failure_code as "failure_code?", e.failure_product_id as "failure_product_id?",
                 e.buyer_sequence as "buyer_sequence?", e.occurred_at as "occurred_at?",
                 e.traceparent as "traceparent?"
               from (select $1::uuid as buyer_id) me
               left join orders.buyers b on b.buyer_id = me.buyer_id
               left join lateral (
                 select * from orders.order_events
                 where buyer_id = me.buyer_id and buyer_sequence > $2 order by buyer_sequence limit $3) e on true
               order by e.buyer_sequence"#,
            buyer.as_uuid(),
            sequence,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let last = rows.first().map_or(0, |row| row.last);
        Ok(events(buyer, last, rows))
    }

    /// The whole order, when it is there and this buyer's.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn order(&self, buyer: UserId, order: OrderId) -> Result<Option<Order>, ReadError> {
        Ok(self.orders.find(buyer, order).await?)
    }

    /// This buyer's newest orders, and a position at which nothing that they do not show has happened yet. What
    /// happens between the two reads comes again after that position.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn newest(
        &self,
        buyer: UserId,
        take: u32,
    ) -> Result<(BuyerCursor, Vec<Order>), ReadError> {
        let cursor = self.orders.cursor(buyer).await?;
        let (orders, _) = self.orders.list(buyer, 0, take).await?;
        Ok((cursor, orders))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), ReadError> {
        sqlx::query_scalar!(r#"select 1 as "one!""#)
            .fetch_one(&self.pool)
            .in_time()
            .await?;
        Ok(())
    }
}

/// One row for each event, and a single one without an event where there is none.
struct EventRow {
    last: i64,
    order_id: Option<Uuid>,
    version: Option<i16>,
    status: Option<String>,
    failure_code: Option<String>,
    failure_product_id: Option<String>,
    buyer_sequence: Option<i64>,
    occurred_at: Option<DateTime<Utc>>,
    traceparent: Option<String>,
}

fn events(buyer: UserId, last: i64, rows: Vec<EventRow>) -> Events {
    let events = rows.into_iter().filter_map(|row| {
        Some(StoredEvent {
            buyer_id: buyer,
            buyer_sequence: row.buyer_sequence?,
            frame: StatusFrame {
                order_id: row.order_id?,
                version: version(row.version?),
                status: row.status?,
                failure: failure(row.failure_code.as_deref(), row.failure_product_id),
                at: row.occurred_at?,
                traceparent: row.traceparent,
            },
        })
    });
    Events {
        last,
        events: events.collect(),
    }
}

fn version(stored: i16) -> u16 {
    u16::try_from(stored).expect("invariant: a version is 1 to 3")
}
