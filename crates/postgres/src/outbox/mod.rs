//! The outboxes `orders.outbox` and `fulfilment.outbox`: events stored in the transaction that makes them true.
//!
//! A writer calls [`append()`] inside its transaction, commits, and calls [`wake`] when the answer was
//! [`RelayAsleep`]`(true)`. It never sends a NOTIFY inside the durable transaction: that lock is held through the
//! commit's flush and costs most of the commit rate. Nothing depends on the wake-up; the relay polls.
//!
//! Each outbox is two tables: the events, which are written once, and beside them a narrow row for each that is not
//! published yet, which a trigger writes and [`mark_published`] deletes. The database keeps that no event goes in
//! without that row, and that a shard is one of [`SHARDS`].

mod append;
mod leases;
mod pool;
mod read;
mod settle;
mod watch;

pub use append::{NewEvent, RelayAsleep, append, shard_of, wake};
pub use leases::{AWAKE, LEASE, Leases, PRESENCE, Presence};
pub use pool::pool;
pub use read::{OutboxRow, PendingRow, ReadFrom, read_events, read_pending};
pub use settle::{Failure, RowKey, mark_failed, mark_published};
pub use watch::{Backlog, backlog, maintain};

/// How many shards the orders are spread over. A replica leases whole shards.
pub const SHARDS: i16 = 64;

/// The channel on which a relay that sleeps is woken. The payload is empty: a wake-up carries no data.
pub const CHANNEL: &str = "velure_outbox";

/// Which outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outbox {
    /// Events of the orders context: `order.created`.
    Orders,
    /// Events of the fulfilment context, and its dead letters.
    Fulfilment,
}

impl Outbox {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Orders, Self::Fulfilment];

    /// The one that a row of both came from.
    pub(crate) fn of_orders(of_orders: bool) -> Self {
        if of_orders {
            Self::Orders
        } else {
            Self::Fulfilment
        }
    }

    /// The schema that it is in.
    #[must_use]
    pub fn schema(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Fulfilment => "fulfilment",
        }
    }

    /// The table's full name.
    #[must_use]
    pub fn table(self) -> &'static str {
        match self {
            Self::Orders => "orders.outbox",
            Self::Fulfilment => "fulfilment.outbox",
        }
    }
}
