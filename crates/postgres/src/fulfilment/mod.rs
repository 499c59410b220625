//! The order processor's own books: schema `fulfilment`.
//!
//! | table | holds |
//! |---|---|
//! | `inbox` | every event that had its effect here |
//! | `fulfilments` | how far each order is, and when to look at it again |
//! | `payments` | each charge, written before the provider is asked |
//! | `outbox` | what the relay has yet to publish |
//!
//! Every function here is one transaction, and none of them waits for anything but the database. Work on an order
//! is held by a lease: a claim raises the order's lease number, and every later change names it, so a holder that
//! was too slow changes nothing ([`FulfilmentError::Stale`]). What follows from a move (a payment row, events) is
//! written by the function that makes the move. The database refuses what must never be, whatever the code does: a
//! way out of an end, a failed order that is or may be charged, a completed one that is not.

mod backlog;
mod claim;
mod dead_letter;
mod events;
mod moves;
mod order;
mod record;
mod row;
mod steps;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use backlog::Backlog;
pub use dead_letter::DeadLetter;
pub use order::{Fulfilment, Lease, Payment, PaymentStatus, Phase, Trace};
pub use record::{NewFulfilment, Recorded};

use crate::Pool;

/// Reads and writes the schema `fulfilment`.
#[derive(Clone, Debug)]
pub struct FulfilmentStore {
    pool: Pool,
    lease: Duration,
}

impl FulfilmentStore {
    /// A store whose claims, moves and renewals hold an order for `lease`. A step that takes longer has to renew it.
    #[must_use]
    pub fn new(pool: impl Into<Pool>, lease: Duration) -> Self {
        Self {
            pool: pool.into(),
            lease,
        }
    }
}

/// Why the books could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FulfilmentError {
    /// Someone else holds the order by now. Nothing was changed.
    #[error("the lease of the order has passed to someone else")]
    Stale,
    /// The database did not answer, or refused.
    #[error("the fulfilment books could not be used")]
    Database(#[from] sqlx::Error),
    /// A row holds what this code never writes.
    #[error("the fulfilment of order {order_id} cannot be read: {field}")]
    Unreadable {
        /// The order.
        order_id: uuid::Uuid,
        /// What of it.
        field: &'static str,
    },
}

impl FulfilmentError {
    /// Whether trying again unchanged may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Stale | Self::Unreadable { .. } => false,
            Self::Database(error) => crate::is_transient(error),
        }
    }
}
