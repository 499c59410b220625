use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::DeskStore;
use crate::ORDERS;
use crate::outbox::{self, Backlog};

/// How the orders' database is.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// Its clock.
    pub now: DateTime<Utc>,
    /// Its schema.
    pub migrations: Migrations,
    /// Roles of components that cannot sign in.
    pub locked_out: Vec<String>,
    /// Orders that are not final.
    pub open: i64,
    /// The oldest of them that are older than asked, at most ten.
    pub stuck: Vec<Uuid>,
    /// What the outboxes hold.
    pub backlog: Backlog,
    /// Changes by operators that nobody knows to be made.
    pub unfinished_actions: i64,
}

/// The schema against what this program knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrations {
    /// The database's version.
    pub at: i64,
    /// This program's.
    pub expected: i64,
    /// Versions whose text is another than the one that was applied, or that failed half way.
    pub differing: Vec<i64>,
}

impl DeskStore {
    /// Looks at everything that can be wrong in the database. An order counts as stuck when it is open for `patience`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn health(&self, patience: Duration) -> Result<Health, sqlx::Error> {
        // Not checked at compile time: the table is sqlx's own, and is not there where queries are checked.
        let applied: Vec<(i64, Vec<u8>, bool)> =
            sqlx::query_as("select version, checksum, success from public._sqlx_migrations")
                .fetch_all(&self.pool)
                .await?;
        let differing = applied
            .iter()
            .filter(|(version, checksum, success)| {
                let known = ORDERS.iter().find(|known| known.version == *version);
                !success || known.is_some_and(|known| *known.checksum != **checksum)
            })
            .map(|(version, _, _)| *version)
            .collect();
        let locked_out = sqlx::query_scalar!(
            r#"select rolname::text as "name!" from pg_roles
               where rolname in ('velure_orders_api', 'velure_relay', 'velure_gateway', 'velure_fulfilment')
                 and not rolcanlogin order by rolname"#
        )
        .fetch_all(&self.pool)
        .await?;
        let counts = sqlx::query!(
            r#"select now() as "now!",
                 (select count(*) from orders.orders where status in ('CREATED', 'PROCESSING')) as "open!",
                 (select count(*) from operations.actions where outcome is null) as "unfinished!""#
        )
        .fetch_one(&self.pool)
        .await?;
        let stuck = sqlx::query_scalar!(
            "select order_id from orders.orders where status in ('CREATED', 'PROCESSING')
               and created_at < now() - make_interval(secs => $1) order by created_at limit 10",
            patience.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        let latest = |versions: &mut dyn Iterator<Item = i64>| versions.max().unwrap_or_default();
        Ok(Health {
            now: counts.now,
            migrations: Migrations {
                at: latest(&mut applied.iter().map(|(version, _, _)| *version)),
                expected: latest(&mut ORDERS.iter().map(|known| known.version)),
                differing,
            },
            locked_out,
            open: counts.open,
            stuck,
            backlog: outbox::backlog(&self.pool).await?,
            unfinished_actions: counts.unfinished,
        })
    }
}
