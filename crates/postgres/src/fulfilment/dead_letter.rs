use velure_domain::{EventId, OrderId};

use super::{FulfilmentError, FulfilmentStore, Trace, events};
use crate::deadline::Asked;

/// A delivery that no try can turn into an effect.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// The queue it came from.
    pub queue: &'static str,
    /// Its event id, when it has one that can be read.
    pub event_id: Option<EventId>,
    /// Its order, when it names one.
    pub order_id: Option<OrderId>,
    /// What was delivered, byte for byte.
    pub body: Vec<u8>,
    /// Why it is dead.
    pub reason: String,
    /// The trace it belongs to.
    pub trace: Trace,
}

impl FulfilmentStore {
    /// Has the relay put the delivery into the queue's dead-letter queue, and notes its id in the same transaction.
    ///
    /// A delivery that comes twice is put there twice: a copy too many does no harm, one that was replayed from
    /// there and is still dead must not vanish.
    ///
    /// # Errors
    /// When the database does not answer. Then nothing was stored.
    pub async fn dead_letter(&self, letter: &DeadLetter) -> Result<(), FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        if let Some(event_id) = letter.event_id {
            sqlx::query!(
                "insert into fulfilment.inbox (event_id, order_id) values ($1, $2) on conflict do nothing",
                event_id.as_uuid(),
                letter.order_id.map(OrderId::as_uuid),
            )
            .execute(&mut *tx)
            .in_time()
            .await?;
        }
        let asleep = events::append_dead_letter(&mut tx, letter).await?;
        self.commit(tx, asleep).await
    }
}
