use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::action::note;
use super::{DeskStore, Why};
use crate::outbox::Outbox;

/// An event that is not settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Whose.
    pub outbox: Outbox,
    /// Its place.
    pub sequence: i64,
    /// The order it tells of, and holds back while it is parked.
    pub order_id: Uuid,
    /// Its routing key.
    pub event_type: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// How often it was published in vain.
    pub attempts: i32,
    /// What the last try came to.
    pub last_error: Option<String>,
    /// Since when it is tried no more.
    pub parked_at: Option<DateTime<Utc>>,
}

/// What is to be given another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unparking {
    /// Every parked event.
    All,
    /// Those of one order.
    Order(Uuid),
}

impl DeskStore {
    /// Events that are parked or were published in vain, the oldest first; with `all`, every one that is not settled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unsettled(&self, all: bool, limit: u16) -> Result<Vec<OutboxRow>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"select p.of_orders as "of_orders!", p.sequence as "sequence!", p.order_id as "order_id!", p.event_type as "event_type!",
                 p.created_at as "created_at!", p.attempts as "attempts!", p.last_error, p.parked_at
               from (
                 select true as of_orders, p.sequence, p.order_id, o.event_type, p.created_at, p.attempts, p.last_error, p.parked_at
                 from orders.outbox_pending p join orders.outbox o using (created_at, sequence)
                 union all
                 select false, p.sequence, p.order_id, o.event_type, p.created_at, p.attempts, p.last_error, p.parked_at
                 from fulfilment.outbox_pending p join fulfilment.outbox o using (created_at, sequence)) p
               where $1 or p.attempts > 0 or p.parked_at is not null
               order by p.created_at, p.sequence limit $2"#,
            all,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| OutboxRow {
                outbox: Outbox::of_orders(row.of_orders),
                sequence: row.sequence,
                order_id: row.order_id,
                event_type: row.event_type,
                created_at: row.created_at,
                attempts: row.attempts,
                last_error: row.last_error,
                parked_at: row.parked_at,
            })
            .collect())
    }

    /// Has the relay try parked events again. Which ones is returned; each is written down with who and why in the same
    /// transaction. Doing it twice changes nothing more: an event that is not parked is left alone.
    ///
    /// An event counts as tried once, and not as new: one that has failed holds its order's later events back until it
    /// is published, and the relay reads back to them only then.
    ///
    /// # Errors
    /// When the database does not answer or refuses. Then nothing was changed.
    pub async fn unpark(
        &self,
        what: Unparking,
        why: &Why,
    ) -> Result<Vec<(Outbox, i64)>, sqlx::Error> {
        let order = match what {
            Unparking::All => None,
            Unparking::Order(order_id) => Some(order_id),
        };
        let mut tx = self.pool.begin().await?;
        let rows = sqlx::query!(
            r#"with orders as (
                 update orders.outbox_pending set parked_at = null, attempts = 1, not_before = now()
                 where parked_at is not null and attempts > 0 and ($1::uuid is null or order_id = $1)
                 returning true as of_orders, sequence, order_id),
               fulfilment as (
                 update fulfilment.outbox_pending set parked_at = null, attempts = 1, not_before = now()
                 where parked_at is not null and attempts > 0 and ($1::uuid is null or order_id = $1)
                 returning false, sequence, order_id)
               select of_orders as "of_orders!", sequence as "sequence!", order_id as "order_id!"
               from (select * from orders union all select * from fulfilment) unparked"#,
            order,
        )
        .fetch_all(&mut *tx)
        .await?;
        let mut unparked = Vec::new();
        for row in rows {
            let outbox = Outbox::of_orders(row.of_orders);
            let subject = format!("{} outbox {}", outbox.schema(), row.sequence);
            note(
                &mut tx,
                why,
                "outbox unpark",
                &subject,
                row.order_id,
                "unparked",
            )
            .await?;
            unparked.push((outbox, row.sequence));
        }
        tx.commit().await?;
        Ok(unparked)
    }
}
