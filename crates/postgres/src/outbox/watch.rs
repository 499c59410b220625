use std::time::Duration;

use crate::Pool;
use crate::deadline::Asked;

/// How far behind publishing is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// The age of the oldest event that is neither published nor parked; zero when there is none.
    pub oldest_unsettled: Duration,
    /// How many rows are parked. Each holds back an order until an operator looks at it.
    pub parked: i64,
}

/// Looks at both outboxes: the first pending row of each shard, and the failed rows, which are few.
///
/// # Errors
/// When the database refuses or is away.
pub async fn backlog(pool: &Pool) -> Result<Backlog, sqlx::Error> {
    let seen = sqlx::query!(
        r#"select
             coalesce((select extract(epoch from now() - min(o.created_at))::float8
               from generate_series(0, 63) as s(shard)
               cross join lateral (
                 (select p.created_at from orders.outbox_pending p
                  where p.shard = s.shard and p.parked_at is null
                  order by p.sequence limit 1)
                 union all
                 (select p.created_at from fulfilment.outbox_pending p
                  where p.shard = s.shard and p.parked_at is null
                  order by p.sequence limit 1)) o), 0) as "oldest!",
             (select count(*) from orders.outbox_pending where attempts > 0 and parked_at is not null)
             + (select count(*) from fulfilment.outbox_pending where attempts > 0 and parked_at is not null)
               as "parked!""#
    )
    .fetch_one(pool)
    .in_time()
    .await?;
    Ok(Backlog {
        oldest_unsettled: Duration::from_secs_f64(seen.oldest.max(0.0)),
        parked: seen.parked,
    })
}

/// Makes the partitions of the weeks to come and drops those whose every row was published 14 days ago. The
/// partitions that were dropped.
///
/// # Errors
/// When the database refuses or is away.
pub async fn maintain(pool: &Pool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(r#"select dropped as "dropped!" from relay.maintain_outboxes()"#)
        .fetch_all(pool)
        .in_time()
        .await
}
