use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Outbox, SHARDS};
use crate::Pool;
use crate::deadline::Asked;

/// How long a wake-up may take. Its writer has committed, and the relay looks by itself four times a second.
const PATIENCE: Duration = Duration::from_millis(500);

/// An event to be stored.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// The event's id, which becomes the message id.
    pub event_id: Uuid,
    /// The order it is about.
    pub order_id: Uuid,
    /// The order's version with this event.
    pub version: i16,
    /// The routing key: `order.…`, or `dead.` and the queue that a dead letter came from.
    pub event_type: &'a str,
    /// The message's body as it is to be published, byte for byte.
    pub body: Vec<u8>,
    /// Why a dead letter is one.
    pub reason: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// W3C trace state.
    pub tracestate: Option<String>,
}

/// Whether no relay is awake for the event's shard. When it is `true`, call [`wake`] after the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a relay that sleeps finds the event up to 250 ms later unless it is woken"]
pub struct RelayAsleep(pub bool);

/// The shard of an order: the exclusive or of its id's bytes, so that ids of any making spread evenly.
#[must_use]
pub fn shard_of(order_id: Uuid) -> i16 {
    i16::from(order_id.as_bytes().iter().fold(0, |sum, byte| sum ^ byte)) % SHARDS
}

/// Stores an event in the caller's transaction.
///
/// Events of one order have to be appended under that order's row lock: `sequence` then rises with each of them, and
/// they are published in that order. A statement that inserts more than the event writes the same columns itself and
/// returns `relay.asleep` of the number, not of the column: a writer may insert into the outbox, not read it.
///
/// # Errors
/// When the database refuses or is away; the caller's transaction is then over.
pub async fn append(
    conn: &mut PgConnection,
    outbox: Outbox,
    event: &NewEvent<'_>,
) -> Result<RelayAsleep, sqlx::Error> {
    let shard = shard_of(event.order_id);
    let asleep = match outbox {
        Outbox::Orders => {
            sqlx::query_scalar!(
                r#"insert into orders.outbox
                     (event_id, shard, order_id, version, event_type, body, reason, traceparent, tracestate)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                   returning relay.asleep($2) as "asleep!""#,
                event.event_id,
                shard,
                event.order_id,
                event.version,
                event.event_type,
                &event.body,
                event.reason.as_deref(),
                event.traceparent.as_deref(),
                event.tracestate.as_deref(),
            )
            .fetch_one(conn)
            .in_time()
            .await?
        }
        Outbox::Fulfilment => {
            sqlx::query_scalar!(
                r#"insert into fulfilment.outbox
                     (event_id, shard, order_id, version, event_type, body, reason, traceparent, tracestate)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                   returning relay.asleep($2) as "asleep!""#,
                event.event_id,
                shard,
                event.order_id,
                event.version,
                event.event_type,
                &event.body,
                event.reason.as_deref(),
                event.traceparent.as_deref(),
                event.tracestate.as_deref(),
            )
            .fetch_one(conn)
            .in_time()
            .await?
        }
    };
    Ok(RelayAsleep(asleep))
}

/// Wakes the relay, after the commit. A failure is only logged: the relay's poll finds the event anyway.
///
/// The notification is a transaction of its own that does not wait for the disk.
pub async fn wake(pool: &Pool) {
    let notifying = sqlx::query!(
        "select set_config('synchronous_commit', 'off', true), pg_notify('velure_outbox', '')"
    )
    .fetch_one(pool)
    .within(PATIENCE);
    if let Err(error) = notifying.await {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "the relay could not be woken"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_keeps_its_shard() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0041);
        assert_eq!(
            shard_of(id),
            i16::from(0x01u8 ^ 0x90 ^ 0x70 ^ 0x80 ^ 0x41) % 64
        );
    }

    #[test]
    fn new_ids_spread_over_every_shard() {
        let mut counts = [0u32; 64];
        for _ in 0..6_400 {
            counts[usize::try_from(shard_of(Uuid::now_v7())).expect("a shard is not negative")] +=
                1;
        }
        assert!(counts.iter().all(|n| (40..=180).contains(n)), "{counts:?}");
    }
}
