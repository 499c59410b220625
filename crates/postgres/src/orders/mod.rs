//! Placing orders and reading them, as the endpoints of the orders context do.
//!
//! Tables: `orders.orders`, `line_items`, `order_events`, `idempotency_keys`, `buyers` and `outbox`. The database itself
//! holds that a status goes with its version, that a failed order has a reason, that nothing final changes, and that
//! a key belongs to one order of one buyer. Moving an order on is not for this role; the relay does that.

mod place;
mod read;

pub use place::{NewOrder, PlaceError, Placed, Preflight};
pub(crate) use read::failure;

use crate::Pool;

/// Orders, for the buyer who owns them: every function takes the buyer first, and none finds another's.
#[derive(Debug, Clone)]
pub struct OrderStore {
    pool: Pool,
}

impl OrderStore {
    /// Orders in this database.
    #[must_use]
    pub fn new(pool: impl Into<Pool>) -> Self {
        Self { pool: pool.into() }
    }
}
