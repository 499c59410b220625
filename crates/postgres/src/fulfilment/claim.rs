use std::time::Duration;

use velure_domain::OrderId;

use super::row::read;
use super::{Fulfilment, FulfilmentError, FulfilmentStore, Lease};
use crate::deadline::Asked;

impl FulfilmentStore {
    /// Claims up to `limit` orders that are due: a retry whose time has come, or an order whose holder died.
    ///
    /// An order whose row cannot be read is named on its own, so that it holds back nobody.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_due(
        &self,
        limit: u16,
    ) -> Result<Vec<Result<Fulfilment, FulfilmentError>>, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        let ids = sqlx::query_scalar!(
            "with due as (
               select order_id from fulfilment.fulfilments
               where next_attempt_at <= now() and phase not in ('COMPLETED', 'FAILED')
               order by next_attempt_at limit $1 for update skip locked)
             update fulfilment.fulfilments f set lease = f.lease + 1,
               leased_until = now() + make_interval(secs => $2), next_attempt_at = now() + make_interval(secs => $2)
             from due where f.order_id = due.order_id returning f.order_id",
            i64::from(limit),
            self.lease.as_secs_f64(),
        )
        .fetch_all(&mut *tx)
        .in_time()
        .await?;
        // A second statement, so that a payment committed while the first one waited is seen.
        let claimed = if ids.is_empty() {
            Vec::new()
        } else {
            read(&mut tx, &ids).await?
        };
        tx.commit().in_time().await?;
        Ok(claimed)
    }

    /// Has the leases of these orders end later: a whole lease from now. One that has passed on, or whose order waits for
    /// a retry or is final, is left as it is.
    ///
    /// # Errors
    /// When the database does not answer; then the leases end when they would have.
    pub async fn renew(&self, held: &[(OrderId, Lease)]) -> Result<(), FulfilmentError> {
        let (ids, leases): (Vec<_>, Vec<_>) = held
            .iter()
            .map(|(order_id, lease)| (order_id.as_uuid(), lease.0))
            .unzip();
        sqlx::query!(
            "update fulfilment.fulfilments f set leased_until = now() + make_interval(secs => $3),
               next_attempt_at = now() + make_interval(secs => $3)
             from unnest($1::uuid[], $2::bigint[]) as held (order_id, lease)
             where f.order_id = held.order_id and f.lease = held.lease and f.leased_until is not null
               and f.phase not in ('COMPLETED', 'FAILED')",
            &ids,
            &leases,
            self.lease.as_secs_f64(),
        )
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// How long until the next order is due: nothing when none waits, zero when one is due.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_due(&self) -> Result<Option<Duration>, FulfilmentError> {
        let seconds = sqlx::query_scalar!(
            r#"select extract(epoch from min(next_attempt_at) - now())::float8 as seconds
               from fulfilment.fulfilments where phase not in ('COMPLETED', 'FAILED')"#
        )
        .fetch_one(&self.pool)
        .in_time()
        .await?;
        Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()))
    }

    /// Gives the order back for another try after `delay`, and notes why.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer; then the order is due when its lease ends.
    pub async fn postpone(
        &self,
        held: &Fulfilment,
        reason: &str,
        delay: Duration,
    ) -> Result<(), FulfilmentError> {
        let changed = sqlx::query!(
            "update fulfilment.fulfilments set attempts = attempts + 1, last_error = left($3, 500), leased_until = null,
               next_attempt_at = now() + make_interval(secs => $4)
             where order_id = $1 and lease = $2 and phase not in ('COMPLETED', 'FAILED')",
            held.order_id.as_uuid(),
            held.lease.0,
            reason,
            delay.as_secs_f64(),
        )
        .execute(&self.pool)
        .in_time()
        .await?;
        if changed.rows_affected() == 0 {
            Err(FulfilmentError::Stale)
        } else {
            Ok(())
        }
    }
}
