use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;
use velure_contracts::http::TimelineStep;
use velure_domain::{OrderFailure, OrderId, OrderStatus, UserId};
use velure_faults::{Point, during, reach};

use crate::Pool;
use crate::deadline::Asked;

/// A status that an order has now, or has had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The order.
    pub order_id: OrderId,
    /// Whose it is.
    pub buyer_id: UserId,
    /// The move's place among all moves of the buyer's orders.
    pub buyer_sequence: i64,
    /// The status.
    pub status: OrderStatus,
    /// Why it failed.
    pub failure: Option<OrderFailure>,
    /// When, by the database's clock.
    pub at: DateTime<Utc>,
    /// When the order was placed.
    pub placed_at: DateTime<Utc>,
    /// The trace in which it was stored.
    pub traceparent: Option<String>,
}

/// A status event, as it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// The order.
    pub order_id: OrderId,
    /// The status to bring it to; not CREATED.
    pub status: OrderStatus,
    /// Why it failed.
    pub failure: Option<OrderFailure>,
    /// What happened on the way, oldest first.
    pub steps: Vec<TimelineStep>,
    /// The trace in which it is applied.
    pub traceparent: Option<String>,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// The order moved; oldest first. Two moves when the event was ahead.
    Moved(Vec<Move>),
    /// The order has had this status, or has ended otherwise: the event is a duplicate or late.
    Known,
    /// There is no such order.
    UnknownOrder,
}

/// An event could not be applied.
#[derive(Debug, thiserror::Error)]
#[error("the status could not be stored")]
pub struct ApplyError(#[from] sqlx::Error);

impl ApplyError {
    /// Whether trying again unchanged may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        crate::is_transient(&self.0)
    }
}

/// Moves orders.
#[derive(Debug, Clone)]
pub struct StatusStore {
    pub(super) pool: Pool,
}

impl StatusStore {
    /// Moves orders in this database.
    #[must_use]
    pub fn new(pool: impl Into<Pool>) -> Self {
        Self { pool: pool.into() }
    }

    /// Brings an order to a status with one order event for each move, in one transaction.
    ///
    /// The guard is the order's version: an order moves only to the next one. So a duplicate or a late event changes
    /// nothing, and one that is ahead, as COMPLETED for an order that is still CREATED, brings the move in between
    /// with it: no history has a gap.
    ///
    /// # Errors
    /// When the database refuses or is away.
    pub async fn apply(&self, change: &StatusChange) -> Result<Applied, ApplyError> {
        reach(Point::S1).await.map_err(crate::injected)?;
        // The usual case is one statement, which is one round trip and one commit.
        let mut connection = self.pool.acquire().in_time().await?;
        let moving = during(Point::S2, advance(&mut connection, change)).await;
        if let Some(moved) = moving.map_err(crate::injected)?? {
            return Ok(Applied::Moved(vec![moved]));
        }
        let version = sqlx::query_scalar!(
            "select version from orders.orders where order_id = $1",
            change.order_id.as_uuid()
        )
        .fetch_optional(&mut *connection)
        .in_time()
        .await?;
        drop(connection);
        match version {
            None => Ok(Applied::UnknownOrder),
            Some(version) if version >= version_of(change.status) => Ok(Applied::Known),
            Some(_) => self.catch_up(change).await,
        }
    }

    /// Every missing move up to the change's status. How it came to those in between nobody told.
    async fn catch_up(&self, change: &StatusChange) -> Result<Applied, ApplyError> {
        let mut transaction = self.pool.begin().in_time().await?;
        let mut moves = Vec::new();
        for status in OrderStatus::Created.way_to(change.status) {
            let between = StatusChange {
                status,
                failure: None,
                steps: Vec::new(),
                ..change.clone()
            };
            let change = if status == change.status {
                change
            } else {
                &between
            };
            moves.extend(advance(&mut transaction, change).await?);
        }
        transaction.commit().in_time().await?;
        // Somebody else may have been quicker between the look and the locks.
        Ok(if moves.is_empty() {
            Applied::Known
        } else {
            Applied::Moved(moves)
        })
    }

    /// The first move of each of these orders: that they were placed.
    ///
    /// # Errors
    /// When the database refuses or is away.
    pub async fn placed(&self, orders: &[Uuid]) -> Result<Vec<Move>, ApplyError> {
        let rows = sqlx::query!(
            "select order_id, buyer_id, buyer_sequence, occurred_at, traceparent from orders.order_events
             where order_id = any($1) and version = 1",
            orders
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let placed = rows.into_iter().map(|row| Move {
            order_id: row.order_id.into(),
            buyer_id: row.buyer_id.into(),
            buyer_sequence: row.buyer_sequence,
            status: OrderStatus::Created,
            failure: None,
            at: row.occurred_at,
            placed_at: row.occurred_at,
            traceparent: row.traceparent,
        });
        Ok(placed.collect())
    }
}

fn version_of(status: OrderStatus) -> i16 {
    i16::try_from(status.version().get()).expect("invariant: versions end at 3")
}

/// One move, when the order stands right before it. The buyer's row is locked from here to the commit, which makes
/// the order of `buyer_sequence` the order of commits.
async fn advance(
    connection: &mut PgConnection,
    change: &StatusChange,
) -> Result<Option<Move>, sqlx::Error> {
    let Some(previous) = change.status.previous() else {
        return Ok(None);
    };
    let failure = change.failure.as_ref();
    let moved = sqlx::query!(
        r#"with moved as (
             update orders.orders set status = $2, version = $3, failure_code = $4, failure_product_id = $5, updated_at = now()
             where order_id = $1 and status = $6
             returning buyer_id, created_at
           ), counted as (
             update orders.buyers b set last_sequence = b.last_sequence + 1 from moved
             where b.buyer_id = moved.buyer_id
             returning b.buyer_id, b.last_sequence
           )
           insert into orders.order_events
             (order_id, version, status, failure_code, failure_product_id, buyer_id, buyer_sequence, steps, traceparent)
           select $1, $3, $2, $4, $5, buyer_id, last_sequence, $7, $8 from counted
           returning buyer_id, buyer_sequence, occurred_at, (select created_at from moved) as "placed_at!""#,
        change.order_id.as_uuid(),
        change.status.as_str(),
        version_of(change.status),
        failure.map(|f| f.code.as_str()),
        failure.and_then(|f| f.product_id.as_ref()).map(|id| id.as_str()),
        previous.as_str(),
        Json(&change.steps) as _,
        change.traceparent.as_deref(),
    )
    .fetch_optional(connection)
    .in_time()
    .await?;
    Ok(moved.map(|row| Move {
        order_id: change.order_id,
        buyer_id: row.buyer_id.into(),
        buyer_sequence: row.buyer_sequence,
        status: change.status,
        failure: change.failure.clone(),
        at: row.occurred_at,
        placed_at: row.placed_at,
        traceparent: change.traceparent.clone(),
    }))
}
