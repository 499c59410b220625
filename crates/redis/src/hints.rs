use serde::{Deserialize, Serialize};
use uuid::Uuid;
use velure_contracts::sse::StatusFrame;

use crate::{Redis, Topic};

/// Says that an order has moved. Who gets it may tell browsers at once; who does not gets the move from the database
/// a little later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusHint {
    /// The order.
    pub order_id: Uuid,
    /// Whose it is.
    pub buyer_id: Uuid,
    /// The move's place among all moves of the buyer's orders: 1, 2, 3, without gaps.
    pub buyer_sequence: i64,
    /// What browsers are told.
    pub frame: StatusFrame,
}

/// Redis did not take the hint. Nothing is lost but time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("redis did not take the hint")]
pub struct HintLost;

/// Publishes hints.
#[derive(Debug, Clone)]
pub struct StatusHints {
    redis: Redis,
}

impl StatusHints {
    /// Publishes through this Redis.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self { redis }
    }

    /// Publishes to those who watch the order and those who watch all orders of its buyer, in one round trip for all
    /// hints together. Call it after the move was committed.
    ///
    /// # Errors
    /// When Redis did not answer in time.
    pub async fn publish(&self, hints: &[StatusHint]) -> Result<(), HintLost> {
        if hints.is_empty() {
            return Ok(());
        }
        let keys = self.redis.keys();
        let mut commands = redis::Pipeline::with_capacity(hints.len() * 2);
        for hint in hints {
            let body = serde_json::to_vec(hint).expect("invariant: a hint is JSON");
            for topic in [
                Topic::Order(hint.order_id.into()),
                Topic::Buyer(hint.buyer_id.into()),
            ] {
                commands
                    .publish(keys.channel(topic), body.as_slice())
                    .ignore();
            }
        }
        self.redis.ask::<()>(&commands).await.ok_or(HintLost)
    }
}
