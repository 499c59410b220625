use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;
use velure_domain::{OrderFailure, OrderId, OrderStatus, UserId};

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
    pub(super) pool: PgPool,
}

impl StatusStore {
    /// Moves orders in this database.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Brings an order to `status`, which is not CREATED, with one order event for each move, in one transaction.
    ///
    /// The guard is the order's version: an order moves only to the next one. So a duplicate or a late event changes
    /// nothing, and one that is ahead, as COMPLETED for an order that is still CREATED, brings the move in between
    /// with it: no history has a gap.
    ///
    /// # Errors
    /// When the database refuses or is away.
    pub async fn apply(
        &self,
        order_id: OrderId,
        status: OrderStatus,
        failure: Option<&OrderFailure>,
    ) -> Result<Applied, ApplyError> {
        // The usual case is one statement, which is one round trip and one commit.
        let mut connection = self.pool.acquire().await?;
        if let Some(moved) = advance(&mut connection, order_id, status, failure).await? {
            return Ok(Applied::Moved(vec![moved]));
        }
        let version = sqlx::query_scalar!(
            "select version from orders.orders where order_id = $1",
            order_id.as_uuid()
        )
        .fetch_optional(&mut *connection)
        .await?;
        drop(connection);
        match version {
            None => Ok(Applied::UnknownOrder),
            Some(version) if version >= version_of(status) => Ok(Applied::Known),
            Some(_) => self.catch_up(order_id, status, failure).await,
        }
    }

    /// Every missing move up to `status`.
    async fn catch_up(
        &self,
        order_id: OrderId,
        status: OrderStatus,
        failure: Option<&OrderFailure>,
    ) -> Result<Applied, ApplyError> {
        let mut way = vec![status];
        while let Some(previous) = way
            .last()
            .and_then(|status| status.previous())
            .filter(|status| status.previous().is_some())
        {
            way.push(previous);
        }
        let mut transaction = self.pool.begin().await?;
        let mut moves = Vec::new();
        for status in way.into_iter().rev() {
            let failure = failure.filter(|_| status == OrderStatus::Failed);
            moves.extend(advance(&mut transaction, order_id, status, failure).await?);
        }
        transaction.commit().await?;
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
            "select order_id, buyer_id, buyer_sequence, occurred_at from orders.order_events
             where order_id = any($1) and version = 1",
            orders
        )
        .fetch_all(&self.pool)
        .await?;
        let placed = rows.into_iter().map(|row| Move {
            order_id: row.order_id.into(),
            buyer_id: row.buyer_id.into(),
            buyer_sequence: row.buyer_sequence,
            status: OrderStatus::Created,
            failure: None,
            at: row.occurred_at,
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
    order_id: OrderId,
    status: OrderStatus,
    failure: Option<&OrderFailure>,
) -> Result<Option<Move>, sqlx::Error> {
    let Some(previous) = status.previous() else {
        return Ok(None);
    };
    let moved = sqlx::query!(
        r#"with moved as (
             update orders.orders set status = $2, version = $3, failure_code = $4, failure_product_id = $5, updated_at = now()
             where order_id = $1 and status = $6
             returning buyer_id
           ), counted as (
             update orders.buyers b set last_sequence = b.last_sequence + 1 from moved
             where b.buyer_id = moved.buyer_id
             returning b.buyer_id, b.last_sequence
           )
           insert into orders.order_events
             (order_id, version, status, failure_code, failure_product_id, buyer_id, buyer_sequence)
           select $1, $3, $2, $4, $5, buyer_id, last_sequence from counted
           returning buyer_id, buyer_sequence, occurred_at"#,
        order_id.as_uuid(),
        status.as_str(),
        version_of(status),
        failure.map(|f| f.code.as_str()),
        failure.and_then(|f| f.product_id.as_ref()).map(|id| id.as_str()),
        previous.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(moved.map(|row| Move {
        order_id,
        buyer_id: row.buyer_id.into(),
        buyer_sequence: row.buyer_sequence,
        status,
        failure: failure.cloned(),
        at: row.occurred_at,
    }))
}
