//! The PostgreSQL stores: accounts and sessions, orders, fulfilment, and the outboxes.
//!
//! A store owns its transactions: an order's change and its outbox row are one function, so no caller can write
//! one without the other. Storage functions take and return domain values; rows are private. The database's clock
//! decides every time that is stored.
//!
//! No store of the running shop waits for an answer of the database for longer than [`DEADLINE`].

pub mod auth;
mod config;
mod constraint;
mod deadline;
pub mod desk;
pub mod fulfilment;
pub mod gateway;
mod migrate;
pub mod orders;
pub mod outbox;
mod pool;
pub mod status;
mod transaction;

pub use config::DatabaseConfig;
pub use constraint::{breaks_constraint, is_transient};
pub use deadline::{Asked, DEADLINE};
pub use migrate::{AUTH, ORDERS};
pub use pool::{Connection, Pool};
pub use sqlx::Error as DatabaseError;
pub use transaction::Transaction;
use velure_faults::Injected;

/// A fault as the database's: its connection is gone, and nobody knows what came of the question.
#[must_use]
pub fn injected(fault: Injected) -> DatabaseError {
    DatabaseError::Io(fault.into())
}
