use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::time::Duration;
use velure_contracts::http::step;
use velure_domain::{OrderFailure, OrderStatus};

use super::events::append;
use super::steps::{to_processing, to_the_end};
use super::{Fulfilment, FulfilmentError, FulfilmentStore, Payment, PaymentStatus, Phase};
use crate::deadline::Asked;
use crate::outbox::RelayAsleep;

impl FulfilmentStore {
    /// The stock is held: initiates the payment under `idempotency_key`, and PROCESSING goes out.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer. Then nothing was changed.
    pub async fn reserved(
        &self,
        held: &Fulfilment,
        idempotency_key: &str,
    ) -> Result<Fulfilment, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        let at = self.advance(&mut tx, held, Phase::Reserved, None).await?;
        sqlx::query!(
            "insert into fulfilment.payments (order_id, idempotency_key, currency, amount_minor) values ($1, $2, $3, $4)",
            held.order_id.as_uuid(),
            idempotency_key,
            held.total.currency().code(),
            held.total.minor(),
        )
        .execute(&mut *tx)
        .in_time()
        .await?;
        let way = to_processing(held, Some((step::RESERVED, at)));
        let asleep = append(&mut tx, held, OrderStatus::Processing, None, at, way).await?;
        self.commit(tx, asleep).await?;
        let payment = Payment {
            idempotency_key: idempotency_key.to_owned(),
            status: PaymentStatus::Initiated,
            age: Duration::ZERO,
            answered_at: None,
        };
        Ok(Fulfilment {
            payment: Some(payment),
            ..moved(held, Phase::Reserved)
        })
    }

    /// There was no stock, and none is held: PROCESSING and FAILED go out together.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer. Then nothing was changed.
    pub async fn refused_by_stock(
        &self,
        held: &Fulfilment,
        failure: OrderFailure,
    ) -> Result<Fulfilment, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        let at = self
            .advance(&mut tx, held, Phase::Failed, Some(&failure))
            .await?;
        let refused = Some((step::REFUSED, at));
        let way = to_processing(held, refused);
        let first = append(&mut tx, held, OrderStatus::Processing, None, at, way).await?;
        let end = to_the_end(held, refused);
        let second = append(&mut tx, held, OrderStatus::Failed, Some(&failure), at, end).await?;
        self.commit(tx, RelayAsleep(first.0 | second.0)).await?;
        Ok(Fulfilment {
            failure: Some(failure),
            ..moved(held, Phase::Failed)
        })
    }

    /// The order is given up before any charge: PROCESSING goes out, and what may be held is to be returned next.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer. Then nothing was changed.
    pub async fn given_up(
        &self,
        held: &Fulfilment,
        failure: OrderFailure,
    ) -> Result<Fulfilment, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        let at = self
            .advance(&mut tx, held, Phase::Refused, Some(&failure))
            .await?;
        let way = to_processing(held, Some((step::GIVEN_UP, at)));
        let asleep = append(&mut tx, held, OrderStatus::Processing, None, at, way).await?;
        self.commit(tx, asleep).await?;
        Ok(Fulfilment {
            failure: Some(failure),
            ..moved(held, Phase::Refused)
        })
    }

    /// The provider took the money.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer. Then nothing was changed.
    pub async fn charged(
        &self,
        held: &Fulfilment,
        charge_id: &str,
    ) -> Result<Fulfilment, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        answer(
            &mut tx,
            held,
            PaymentStatus::Succeeded,
            Some(charge_id),
            None,
        )
        .await?;
        let at = self.advance(&mut tx, held, Phase::Charged, None).await?;
        tx.commit().in_time().await?;
        Ok(Fulfilment {
            payment: answered(held, PaymentStatus::Succeeded, at),
            ..moved(held, Phase::Charged)
        })
    }

    /// The provider will not take the money, now or later: the stock is to be returned next.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer. Then nothing was changed.
    pub async fn declined(
        &self,
        held: &Fulfilment,
        failure: OrderFailure,
        decline_code: &str,
    ) -> Result<Fulfilment, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        answer(
            &mut tx,
            held,
            PaymentStatus::Declined,
            None,
            Some(decline_code),
        )
        .await?;
        let at = self
            .advance(&mut tx, held, Phase::Declined, Some(&failure))
            .await?;
        tx.commit().in_time().await?;
        Ok(Fulfilment {
            payment: answered(held, PaymentStatus::Declined, at),
            failure: Some(failure),
            ..moved(held, Phase::Declined)
        })
    }

    /// The stock is sold: COMPLETED goes out.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer. Then nothing was changed.
    pub async fn completed(&self, held: &Fulfilment) -> Result<Fulfilment, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        let at = self.advance(&mut tx, held, Phase::Completed, None).await?;
        let way = to_the_end(held, Some((step::COMMITTED, at)));
        let asleep = append(&mut tx, held, OrderStatus::Completed, None, at, way).await?;
        self.commit(tx, asleep).await?;
        Ok(moved(held, Phase::Completed))
    }

    /// The stock is back: FAILED goes out with the reason that was decided before.
    ///
    /// # Errors
    /// When the lease has passed on or the database does not answer. Then nothing was changed.
    pub async fn failed(&self, held: &Fulfilment) -> Result<Fulfilment, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        let at = self.advance(&mut tx, held, Phase::Failed, None).await?;
        let asleep = append(
            &mut tx,
            held,
            OrderStatus::Failed,
            held.failure.as_ref(),
            at,
            to_the_end(held, Some((step::RELEASED, at))),
        )
        .await?;
        self.commit(tx, asleep).await?;
        Ok(moved(held, Phase::Failed))
    }

    /// Moves the order by compare-and-set on phase and lease, and holds it for another lease unless it is final.
    async fn advance(
        &self,
        connection: &mut PgConnection,
        held: &Fulfilment,
        to: Phase,
        failure: Option<&OrderFailure>,
    ) -> Result<DateTime<Utc>, FulfilmentError> {
        let lease = (!to.is_final()).then_some(self.lease.as_secs_f64());
        sqlx::query_scalar!(
            "update fulfilment.fulfilments set phase = $4, failure_code = coalesce($5, failure_code),
               failure_product_id = coalesce($6, failure_product_id), attempts = 0, last_error = null,
               leased_until = now() + make_interval(secs => $7),
               next_attempt_at = coalesce(now() + make_interval(secs => $7), now()), updated_at = now()
             where order_id = $1 and phase = $2 and lease = $3 returning updated_at",
            held.order_id.as_uuid(),
            held.phase.as_str(),
            held.lease.0,
            to.as_str(),
            failure.map(|failure| failure.code.as_str()),
            failure.and_then(|failure| failure.product_id.as_ref()).map(|id| id.as_str()),
            lease,
        )
        .fetch_optional(connection)
        .in_time()
        .await?
        .ok_or(FulfilmentError::Stale)
    }
}

/// Notes the provider's answer. It comes first in its transaction: the move that follows is refused without it, and
/// takes it back when the lease has passed on.
async fn answer(
    connection: &mut PgConnection,
    held: &Fulfilment,
    status: PaymentStatus,
    charge_id: Option<&str>,
    decline_code: Option<&str>,
) -> Result<(), FulfilmentError> {
    let changed = sqlx::query!(
        "update fulfilment.payments set status = $2, charge_id = $3, decline_code = $4, updated_at = now()
         where order_id = $1 and status = 'INITIATED'",
        held.order_id.as_uuid(),
        status.as_str(),
        charge_id,
        decline_code,
    )
    .execute(connection)
    .in_time()
    .await?;
    if changed.rows_affected() == 0 {
        Err(FulfilmentError::Stale)
    } else {
        Ok(())
    }
}

fn moved(held: &Fulfilment, to: Phase) -> Fulfilment {
    Fulfilment {
        phase: to,
        attempts: 0,
        ..held.clone()
    }
}

fn answered(held: &Fulfilment, status: PaymentStatus, at: DateTime<Utc>) -> Option<Payment> {
    held.payment.clone().map(|payment| Payment {
        status,
        answered_at: Some(at),
        ..payment
    })
}
