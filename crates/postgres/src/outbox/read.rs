use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Outbox;
use crate::Pool;
use crate::deadline::Asked;

/// That an event is to be published: enough to know which, and nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRow {
    /// In which outbox.
    pub outbox: Outbox,
    /// The order's shard.
    pub shard: i16,
    /// Rises within one order.
    pub sequence: i64,
    /// When the event was stored; the other half of its key.
    pub created_at: DateTime<Utc>,
    /// How often publishing it has failed.
    pub attempts: i32,
}

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

/// Reads which events are to be published, from every shard at most `limit` of each outbox, each shard in the order of
/// its sequence.
///
/// Its cost depends on what it returns, not on the backlog: one index range for each shard and outbox. An event whose
/// time has not come is left out, and so is one of an order that has an earlier event which failed: an event that is
/// held back, or parked, holds back its own order and nothing else. While none has failed, which is asked once, no row is
/// looked at for that: it is half of what a row costs.
///
/// # Errors
/// When the database refuses or is away.
pub async fn read_pending(
    pool: &Pool,
    from: &[ReadFrom],
    limit: i64,
) -> Result<Vec<PendingRow>, sqlx::Error> {
    let shards: Vec<i16> = from.iter().map(|f| f.shard).collect();
    let orders: Vec<i64> = from.iter().map(|f| f.orders).collect();
    let fulfilment: Vec<i64> = from.iter().map(|f| f.fulfilment).collect();
    let rows = sqlx::query!(
        r#"select p.fulfilment as "fulfilment!", l.shard as "shard!", p.sequence as "sequence!",
             p.created_at as "created_at!", p.attempts as "attempts!"
           from unnest($1::int2[], $2::int8[], $3::int8[]) as l(shard, orders_after, fulfilment_after)
           cross join lateral (
             (select false as fulfilment, p.sequence, p.created_at, p.attempts from orders.outbox_pending p
              where p.shard = l.shard and p.sequence > l.orders_after and p.parked_at is null and p.not_before <= now()
                and (not exists (select from orders.outbox_pending where attempts > 0)
                  or not exists (select from orders.outbox_pending h where h.order_id = p.order_id
                    and h.sequence < p.sequence and h.attempts > 0))
              order by p.sequence limit $4)
             union all
             (select true, p.sequence, p.created_at, p.attempts from fulfilment.outbox_pending p
              where p.shard = l.shard and p.sequence > l.fulfilment_after and p.parked_at is null and p.not_before <= now()
                and (not exists (select from fulfilment.outbox_pending where attempts > 0)
                  or not exists (select from fulfilment.outbox_pending h where h.order_id = p.order_id
                    and h.sequence < p.sequence and h.attempts > 0))
              order by p.sequence limit $4)
           ) p"#,
        &shards,
        &orders,
        &fulfilment,
        limit,
    )
    .fetch_all(pool)
    .in_time()
    .await?;
    let rows = rows.into_iter().map(|row| PendingRow {
        outbox: Outbox::of_orders(!row.fulfilment),
        shard: row.shard,
        sequence: row.sequence,
        created_at: row.created_at,
        attempts: row.attempts,
    });
    Ok(rows.collect())
}

/// Reads these events, in the order of their sequence. An event never changes, so it does not matter what has become of
/// its pending row meanwhile.
///
/// The `limit` says nothing about the result and everything about the plan: each key is looked up. As a plain join it
/// could be walked the other way, all events for each key, and would be as soon as the table was empty when its
/// statistics were made.
///
/// # Errors
/// When the database refuses or is away.
pub async fn read_events(pool: &Pool, of: &[PendingRow]) -> Result<Vec<OutboxRow>, sqlx::Error> {
    let (orders, fulfilment): (Vec<&PendingRow>, Vec<_>) =
        of.iter().partition(|row| row.outbox == Outbox::Orders);
    let [orders, fulfilment] = [orders, fulfilment].map(|rows| {
        let created_at: Vec<_> = rows.iter().map(|row| row.created_at).collect();
        let sequences: Vec<_> = rows.iter().map(|row| row.sequence).collect();
        let attempts: Vec<_> = rows.iter().map(|row| row.attempts).collect();
        (created_at, sequences, attempts)
    });
    let rows = sqlx::query!(
        r#"select false as "fulfilment!", o.shard as "shard!", o.sequence as "sequence!", o.event_id as "event_id!",
             o.order_id as "order_id!", o.version as "version!", o.event_type as "event_type!", o.body as "body!",
             o.reason as "reason?", o.traceparent as "traceparent?", o.tracestate as "tracestate?", k.attempts as "attempts!"
           from unnest($1::timestamptz[], $2::int8[], $3::int4[]) as k(created_at, sequence, attempts)
           cross join lateral (
             select * from orders.outbox where created_at = k.created_at and sequence = k.sequence limit 1) o
           union all
           select true, o.shard, o.sequence, o.event_id, o.order_id, o.version, o.event_type, o.body,
             o.reason, o.traceparent, o.tracestate, k.attempts
           from unnest($4::timestamptz[], $5::int8[], $6::int4[]) as k(created_at, sequence, attempts)
           cross join lateral (
             select * from fulfilment.outbox where created_at = k.created_at and sequence = k.sequence limit 1) o"#,
        &orders.0,
        &orders.1,
        &orders.2,
        &fulfilment.0,
        &fulfilment.1,
        &fulfilment.2,
    )
    .fetch_all(pool)
    .in_time()
    .await?;
    let rows = rows.into_iter().map(|row| OutboxRow {
        outbox: Outbox::of_orders(!row.fulfilment),
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
    let mut rows: Vec<_> = rows.collect();
    rows.sort_unstable_by_key(|row| row.sequence);
    Ok(rows)
}
