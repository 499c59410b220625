use std::time::Duration;

use super::Outbox;
use crate::Pool;
use crate::deadline::Asked;

/// What an outbox knows a pending event by: its shard and its sequence.
pub type RowKey = (i16, i64);

/// What went wrong with a row, and what follows.
#[derive(Debug, Clone)]
pub struct Failure {
    /// For the operator.
    pub error: String,
    /// When it is tried again.
    pub retry_in: Duration,
    /// Park it when it has failed this often; `None` never parks, because the fault is not the row's.
    pub park_after: Option<i32>,
}

/// Records that the broker has these events, in one statement: they are pending no more. An event that is recorded
/// already stays so. The commit does not wait for the disk: after a crash of the database the events of its last moment
/// are pending again and are published again, with the same message ids.
///
/// Each key is looked up for its row's place, and the rows are deleted by that. A join of the keys would be walked the
/// other way, all pending rows for each key, whenever the plan was made while few were pending, which is nearly always.
///
/// # Errors
/// When the database refuses or is away; the events are then published again some day, with the same message ids.
pub async fn mark_published(
    pool: &Pool,
    outbox: Outbox,
    rows: &[RowKey],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let (shards, sequences): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
    let query = match outbox {
        Outbox::Orders => sqlx::query!(
            "with unhurried as materialized (select set_config('synchronous_commit', 'off', true))
             delete from orders.outbox_pending where ctid = any(array(
               select (select p.ctid from orders.outbox_pending p where p.shard = k.shard and p.sequence = k.sequence)
               from unhurried, unnest($1::int2[], $2::int8[]) as k(shard, sequence)))",
            &shards,
            &sequences
        ),
        Outbox::Fulfilment => sqlx::query!(
            "with unhurried as materialized (select set_config('synchronous_commit', 'off', true))
             delete from fulfilment.outbox_pending where ctid = any(array(
               select (select p.ctid from fulfilment.outbox_pending p where p.shard = k.shard and p.sequence = k.sequence)
               from unhurried, unnest($1::int2[], $2::int8[]) as k(shard, sequence)))",
            &shards,
            &sequences
        ),
    };
    query.execute(pool).in_time().await.map(|_| ())
}

/// Records that a row could not be published. Whether it is parked now: it holds back its order until an operator
/// sets `parked_at` to null again.
///
/// # Errors
/// When the database refuses or is away.
pub async fn mark_failed(
    pool: &Pool,
    outbox: Outbox,
    row: RowKey,
    failure: &Failure,
) -> Result<bool, sqlx::Error> {
    let seconds = failure.retry_in.as_secs_f64();
    let parked =
        match outbox {
            Outbox::Orders => {
                sqlx::query_scalar!(
                    r#"update orders.outbox_pending set attempts = attempts + 1, last_error = $3,
                     not_before = now() + make_interval(secs => $4),
                     parked_at = case when attempts + 1 >= $5 then now() end
                   where shard = $1 and sequence = $2 and parked_at is null
                   returning parked_at is not null as "parked!""#,
                    row.0,
                    row.1,
                    failure.error,
                    seconds,
                    failure.park_after
                )
                .fetch_optional(pool)
                .in_time()
                .await?
            }
            Outbox::Fulfilment => sqlx::query_scalar!(
                r#"update fulfilment.outbox_pending set attempts = attempts + 1, last_error = $3,
                     not_before = now() + make_interval(secs => $4),
                     parked_at = case when attempts + 1 >= $5 then now() end
                   where shard = $1 and sequence = $2 and parked_at is null
                   returning parked_at is not null as "parked!""#,
                row.0,
                row.1,
                failure.error,
                seconds,
                failure.park_after
            )
            .fetch_optional(pool)
            .in_time()
            .await?,
        };
    Ok(parked.unwrap_or(false))
}
