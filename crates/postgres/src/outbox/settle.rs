use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::Outbox;

/// A row's place: its partition is found by `created_at`, and the row in it by both.
pub type RowKey = (DateTime<Utc>, i64);

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

/// Records that the broker has these rows, in one statement. A row that is recorded already stays as it is.
///
/// # Errors
/// When the database refuses or is away; the rows are then published again some day, with the same message ids.
pub async fn mark_published(
    pool: &PgPool,
    outbox: Outbox,
    rows: &[RowKey],
) -> Result<(), sqlx::Error> {
    let (Some(first), Some(last)) = (
        rows.iter().map(|r| r.0).min(),
        rows.iter().map(|r| r.0).max(),
    ) else {
        return Ok(());
    };
    let (times, sequences): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
    // The bounds leave out whole partitions; the pairs find the rows by the primary key.
    let query = match outbox {
        Outbox::Orders => sqlx::query!(
            "update orders.outbox o set published_at = now()
             from unnest($1::timestamptz[], $2::int8[]) as k(created_at, sequence)
             where o.created_at = k.created_at and o.sequence = k.sequence
               and o.created_at between $3 and $4 and o.published_at is null",
            &times,
            &sequences,
            first,
            last
        ),
        Outbox::Fulfilment => sqlx::query!(
            "update fulfilment.outbox o set published_at = now()
             from unnest($1::timestamptz[], $2::int8[]) as k(created_at, sequence)
             where o.created_at = k.created_at and o.sequence = k.sequence
               and o.created_at between $3 and $4 and o.published_at is null",
            &times,
            &sequences,
            first,
            last
        ),
    };
    query.execute(pool).await.map(|_| ())
}

/// Records that a row could not be published. Whether it is parked now: it holds back its order until an operator
/// sets `parked_at` to null again.
///
/// # Errors
/// When the database refuses or is away.
pub async fn mark_failed(
    pool: &PgPool,
    outbox: Outbox,
    row: RowKey,
    failure: &Failure,
) -> Result<bool, sqlx::Error> {
    let seconds = failure.retry_in.as_secs_f64();
    let parked = match outbox {
        Outbox::Orders => {
            sqlx::query_scalar!(
                r#"update orders.outbox set attempts = attempts + 1, last_error = $3,
                     not_before = now() + make_interval(secs => $4),
                     parked_at = case when attempts + 1 >= $5 then now() end
                   where created_at = $1 and sequence = $2 and published_at is null and parked_at is null
                   returning parked_at is not null as "parked!""#,
                row.0,
                row.1,
                failure.error,
                seconds,
                failure.park_after
            )
            .fetch_optional(pool)
            .await?
        }
        Outbox::Fulfilment => {
            sqlx::query_scalar!(
                r#"update fulfilment.outbox set attempts = attempts + 1, last_error = $3,
                     not_before = now() + make_interval(secs => $4),
                     parked_at = case when attempts + 1 >= $5 then now() end
                   where created_at = $1 and sequence = $2 and published_at is null and parked_at is null
                   returning parked_at is not null as "parked!""#,
                row.0,
                row.1,
                failure.error,
                seconds,
                failure.park_after
            )
            .fetch_optional(pool)
            .await?
        }
    };
    Ok(parked.unwrap_or(false))
}
