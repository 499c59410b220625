use std::time::Duration;

use super::{FulfilmentError, FulfilmentStore};
use crate::deadline::Asked;

/// How much is unfinished, for the gauges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Orders that are not final.
    pub open: u64,
    /// Of them, those that were tried in vain at least once.
    pub retrying: u64,
    /// Of them, those whose charge is in doubt.
    pub in_doubt: u64,
    /// Of them, the age of the oldest.
    pub oldest: Duration,
}

/// How many old inbox rows one transaction forgets.
const FORGET_BATCH: i64 = 5_000;

impl FulfilmentStore {
    /// Counts what is unfinished.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn backlog(&self) -> Result<Backlog, FulfilmentError> {
        let row = sqlx::query!(
            r#"select count(*) as "open!", count(*) filter (where attempts > 0) as "retrying!",
                 count(*) filter (where attempts > 0 and phase = 'RESERVED') as "in_doubt!",
                 coalesce(extract(epoch from now() - min(created_at))::float8, 0) as "oldest_seconds!"
               from fulfilment.fulfilments where phase not in ('COMPLETED', 'FAILED')"#
        )
        .fetch_one(&self.pool)
        .in_time()
        .await?;
        Ok(Backlog {
            open: row.open.unsigned_abs(),
            retrying: row.retrying.unsigned_abs(),
            in_doubt: row.in_doubt.unsigned_abs(),
            oldest: Duration::try_from_secs_f64(row.oldest_seconds).unwrap_or_default(),
        })
    }

    /// Forgets inbox rows older than `keep`, at most a few thousand at a time; says how many. An order's own row
    /// makes its events harmless for ever: the inbox only spares the answer to a repeated one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_inbox(&self, keep: Duration) -> Result<u64, FulfilmentError> {
        let gone = sqlx::query!(
            "delete from fulfilment.inbox where event_id in (
               select event_id from fulfilment.inbox where handled_at < now() - make_interval(secs => $1)
               order by handled_at limit $2)",
            keep.as_secs_f64(),
            FORGET_BATCH,
        )
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(gone.rows_affected())
    }
}
