use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use super::Outbox;
use crate::Pool;
use crate::deadline::Asked;

/// A stored event that is to be published.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// In which outbox.
    pub outbox: Outbox,
    /// The order's shard.
    pub shard: i16,
    /// Rises within one order.
    pub sequence: i64,
    /// The message id.
    pub event_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The order's version with this event.
    pub version: i16,
    /// The routing key.
    pub event_type: String,
    /// The message's body, byte for byte.
    pub body: Vec<u8>,
    /// Why a dead letter is one.
    pub reason: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// W3C trace state.
    pub tracestate: Option<String>,
    /// How often publishing it has failed.
    pub attempts: i32,
}

/// From where on one shard is read: behind these sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadFrom {
    /// The shard.
    pub shard: i16,
    /// The sequence in `orders.outbox`.
    pub orders: i64,
    /// The sequence in `fulfilment.outbox`.
    pub fulfilment: i64,
}

/// A pool for [`read_pending`] alone, of one connection.
///
/// The plan has to be the one that walks the index in order and stops at the limit. Left to choose, the planner
/// trusts statistics that a backlog has outgrown, collects a whole shard and sorts it; and planning anew costs more
/// than reading. So there is one plan, made once, and nothing else to choose from.
#[must_use]
pub fn read_pool(options: PgConnectOptions) -> Pool {
    let options = options.options([
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_bitmapscan", "off"),
        ("enable_seqscan", "off"),
        ("enable_sort", "off"),
        ("enable_material", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
    ]);
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(2))
        // The reader comes many times a second; a connection that broke is replaced at the next read.
        .test_before_acquire(false)
        .connect_lazy_with(options)
        .into()
}

/// Reads what is to be published, from every shard at most `limit` rows of each outbox, each shard in the order of
/// its sequence.
///
/// Its cost depends on what it returns, not on the backlog: one index range for each shard and outbox. A row whose
/// time has not come is left out, and so is a row of an order that has an earlier row which failed: a row that is
/// held back, or parked, holds back its own order and nothing else.
///
/// # Errors
/// When the database refuses or is away.
pub async fn read_pending(
    pool: &Pool,
    from: &[ReadFrom],
    limit: i64,
) -> Result<Vec<OutboxRow>, sqlx::Error> {
    let shards: Vec<i16> = from.iter().map(|f| f.shard).collect();
    let orders: Vec<i64> = from.iter().map(|f| f.orders).collect();
    let fulfilment: Vec<i64> = from.iter().map(|f| f.fulfilment).collect();
    let rows = sqlx::query!(
        r#"select o.fulfilment as "fulfilment!", l.shard as "shard!", o.sequence as "sequence!", o.event_id as "event_id!",
             o.order_id as "order_id!", o.version as "version!", o.event_type as "event_type!", o.body as "body!",
             o.reason as "reason?", o.traceparent as "traceparent?", o.tracestate as "tracestate?", o.attempts as "attempts!"
           from unnest($1::int2[], $2::int8[], $3::int8[]) as l(shard, orders_after, fulfilment_after)
           cross join lateral (
             (select false as fulfilment, p.sequence, o.event_id, p.order_id, o.version, o.event_type, o.body, o.reason,
                o.traceparent, o.tracestate, p.attempts
              from orders.outbox_pending p
              join orders.outbox o on o.created_at = p.created_at and o.sequence = p.sequence
              where p.shard = l.shard and p.sequence > l.orders_after and p.parked_at is null and p.not_before <= now()
                and not exists (select from orders.outbox_pending h where h.order_id = p.order_id
                  and h.sequence < p.sequence and h.attempts > 0)
              order by p.sequence limit $4)
             union all
             (select true, p.sequence, o.event_id, p.order_id, o.version, o.event_type, o.body, o.reason,
                o.traceparent, o.tracestate, p.attempts
              from fulfilment.outbox_pending p
              join fulfilment.outbox o on o.created_at = p.created_at and o.sequence = p.sequence
              where p.shard = l.shard and p.sequence > l.fulfilment_after and p.parked_at is null and p.not_before <= now()
                and not exists (select from fulfilment.outbox_pending h where h.order_id = p.order_id
                  and h.sequence < p.sequence and h.attempts > 0)
              order by p.sequence limit $4)
           ) o"#,
        &shards,
        &orders,
        &fulfilment,
        limit,
    )
    .fetch_all(pool)
    .in_time()
    .await?;
    let rows = rows.into_iter().map(|row| OutboxRow {
        outbox: if row.fulfilment {
            Outbox::Fulfilment
        } else {
            Outbox::Orders
        },
        sequence: row.sequence,
        shard: row.shard,
        event_id: row.event_id,
        order_id: row.order_id,
        version: row.version,
        event_type: row.event_type,
        body: row.body,
        reason: row.reason,
        traceparent: row.traceparent,
        tracestate: row.tracestate,
        attempts: row.attempts,
    });
    Ok(rows.collect())
}
