//! The statuses of orders, as the relay moves them: events from fulfilment become moves, and orders that stand
//! still are asked for again.

mod apply;
mod open;
mod sweep;

pub use apply::{Applied, ApplyError, Move, StatusChange, StatusStore};
pub use open::{OpenOrders, Size};
pub use sweep::{SweepRule, Swept};
