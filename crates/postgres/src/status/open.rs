use std::time::Duration;

use super::StatusStore;
use crate::deadline::Asked;

/// Orders of one status that are not final.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenOrders {
    /// `CREATED` or `PROCESSING`.
    pub status: String,
    /// How many were placed less than 5 s, 1 min and 15 min ago, and how many before.
    pub by_age: [i64; 4],
    /// How long ago the oldest was placed.
    pub oldest: Duration,
}

/// How large the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// On disk.
    pub bytes: i64,
    /// Connections to it, of everybody.
    pub connections: i64,
}

impl StatusStore {
    /// Counts the orders that are not final; a status without any is left out.
    ///
    /// # Errors
    /// When the database refuses or is away.
    pub async fn open_orders(&self) -> Result<Vec<OpenOrders>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"select status,
                 count(*) filter (where age < interval '5 s') as "under_5s!",
                 count(*) filter (where age >= interval '5 s' and age < interval '1 min') as "under_1m!",
                 count(*) filter (where age >= interval '1 min' and age < interval '15 min') as "under_15m!",
                 count(*) filter (where age >= interval '15 min') as "over_15m!",
                 extract(epoch from max(age))::float8 as "oldest!"
               from (select status, now() - created_at as age from orders.orders
                 where status in ('CREATED', 'PROCESSING')) as open
               group by status"#
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let open = rows.into_iter().map(|row| OpenOrders {
            status: row.status,
            by_age: [row.under_5s, row.under_1m, row.under_15m, row.over_15m],
            oldest: Duration::try_from_secs_f64(row.oldest).unwrap_or_default(),
        });
        Ok(open.collect())
    }

    /// Measures the database.
    ///
    /// # Errors
    /// When the database refuses or is away.
    pub async fn database_size(&self) -> Result<Size, sqlx::Error> {
        let row = sqlx::query!(
            r#"select pg_database_size(current_database()) as "bytes!",
                 (select numbackends from pg_stat_database where datname = current_database()) as "connections!""#
        )
        .fetch_one(&self.pool)
        .in_time()
        .await?;
        Ok(Size {
            bytes: row.bytes,
            connections: row.connections.into(),
        })
    }
}
