use chrono::{DateTime, Utc};
use uuid::Uuid;
use velure_contracts::sse::StatusFrame;
use velure_domain::{OrderId, UserId};

use super::{GatewayStore, ReadError, StoredEvent, version};
use crate::deadline::Asked;
use crate::orders::failure;

/// An order that somebody watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderWatch {
    /// Whose order it has to be.
    pub buyer: UserId,
    /// The order.
    pub order: OrderId,
    /// The version that is known.
    pub version: i64,
}

/// A buyer whose orders somebody watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuyerWatch {
    /// The buyer.
    pub buyer: UserId,
    /// The sequence that is known.
    pub sequence: i64,
}

impl GatewayStore {
    /// What happened to these orders after the versions that are known, oldest first: one statement for all of them.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn missed_by_orders(
        &self,
        watches: &[OrderWatch],
    ) -> Result<Vec<StoredEvent>, ReadError> {
        let orders: Vec<Uuid> = watches.iter().map(|watch| watch.order.as_uuid()).collect();
        let buyers: Vec<Uuid> = watches.iter().map(|watch| watch.buyer.as_uuid()).collect();
        let versions: Vec<i64> = watches.iter().map(|watch| watch.version).collect();
        let rows = sqlx::query_as!(
            EventRow,
            r#"select e.order_id, e.version, e.status, e.failure_code, e.failure_product_id, e.buyer_id, e.buyer_sequence, e.occurred_at,
                 e.traceparent
               from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as w (order_id, buyer_id, version)
               join orders.order_events e on e.order_id = w.order_id and e.buyer_id = w.buyer_id and e.version > w.version
               order by e.order_id, e.version"#,
            &orders,
            &buyers,
            &versions,
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        Ok(rows.into_iter().map(EventRow::into_event).collect())
    }

    /// What happened to the orders of these buyers after the sequences that are known, oldest first and at most
    /// `limit` events each: one statement for all of them.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn missed_by_buyers(
        &self,
        watches: &[BuyerWatch],
        limit: u32,
    ) -> Result<Vec<StoredEvent>, ReadError> {
        let buyers: Vec<Uuid> = watches.iter().map(|watch| watch.buyer.as_uuid()).collect();
        let sequences: Vec<i64> = watches.iter().map(|watch| watch.sequence).collect();
        let rows = sqlx::query_as!(
            EventRow,
            r#"select e.order_id as "order_id!", e.version as "version!", e.status as "status!", e.failure_code,
                 e.failure_product_id, e.buyer_id as "buyer_id!", e.buyer_sequence as "buyer_sequence!",
                 e.occurred_at as "occurred_at!", e.traceparent
               from unnest($1::uuid[], $2::bigint[]) as w (buyer_id, sequence)
               cross join lateral (
                 select * from orders.order_events
                 where buyer_id = w.buyer_id and buyer_sequence > w.sequence order by buyer_sequence limit $3) e
               order by e.buyer_id, e.buyer_sequence"#,
            &buyers,
            &sequences,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        Ok(rows.into_iter().map(EventRow::into_event).collect())
    }
}

struct EventRow {
    order_id: Uuid,
    version: i16,
    status: String,
    failure_code: Option<String>,
    failure_product_id: Option<String>,
    buyer_id: Uuid,
    buyer_sequence: i64,
    occurred_at: DateTime<Utc>,
    traceparent: Option<String>,
}

impl EventRow {
    fn into_event(self) -> StoredEvent {
        StoredEvent {
            buyer_id: self.buyer_id.into(),
            buyer_sequence: self.buyer_sequence,
            frame: StatusFrame {
                order_id: self.order_id,
                version: version(self.version),
                status: self.status,
                failure: failure(self.failure_code.as_deref(), self.failure_product_id),
                at: self.occurred_at,
                traceparent: self.traceparent,
            },
        }
    }
}
