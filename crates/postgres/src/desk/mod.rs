//! What operators see and may change, under the role `velure_operator`.
//!
//! Every change is written down in `operations.actions` with who and why: in the change's own transaction where it is one
//! of this database, and before and after it where it is one of the broker, so that a change that was cut off shows as
//! begun and not finished.

mod action;
mod health;
mod order;
mod outbox;
#[cfg(test)]
mod tests;

pub use action::{Action, Why};
pub use health::{Health, Migrations};
pub use order::{Moment, OrderFile, OrderLine};
pub use outbox::{OutboxRow, Unparking};

use sqlx::postgres::PgPoolOptions;

use crate::{DatabaseConfig, Pool};

/// Reads everything about orders, and changes what operators may.
#[derive(Clone, Debug)]
pub struct DeskStore {
    pool: Pool,
}

impl DeskStore {
    /// Connects as whoever the URL says, and goes on as `velure_operator`, whose member they have to be.
    ///
    /// # Errors
    /// When the database does not answer, refuses the sign-in, or the login is no operator.
    pub async fn connect(database: &DatabaseConfig) -> Result<Self, sqlx::Error> {
        let options = database
            .connect_options()?
            .options([("role", "velure_operator")]);
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(std::time::Duration::from_secs(10))
            .connect_with(options)
            .await?;
        Ok(Self { pool: pool.into() })
    }
}
