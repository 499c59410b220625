use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use velure_domain::{Cart, EventId, Money, OrderId, PaymentMethod};

use super::row::{StoredLine, read, stored_lines};
use super::{Fulfilment, FulfilmentError, FulfilmentStore, Lease, Phase, Trace, events};
use crate::deadline::Asked;
use crate::outbox::RelayAsleep;

/// An order as its `order.created` tells of it.
#[derive(Debug, Clone)]
pub struct NewFulfilment {
    /// The event.
    pub event_id: EventId,
    /// The order.
    pub order_id: OrderId,
    /// What was ordered.
    pub cart: Cart,
    /// What is to be charged.
    pub total: Money,
    /// How.
    pub payment_method: PaymentMethod,
    /// Whether the order's deadline is over.
    pub expired: bool,
    /// When the relay sent the event, by the relay's clock.
    pub published_at: Option<DateTime<Utc>>,
    /// The trace it belongs to.
    pub trace: Trace,
}

/// What came of recording an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// The order is to be worked on, and the caller holds it.
    Claimed(Box<Fulfilment>),
    /// Someone works on it, or its next try is not due. It goes on by itself.
    Waiting,
    /// It is final. An event that is new has had the order's answer sent again.
    Final,
    /// The event tells of another cart, total or payment method than the one on record. Nothing was changed.
    Contradicts,
}

impl FulfilmentStore {
    /// Writes down that the event had its effect, and claims the order when there is work to do on it now.
    ///
    /// An event that was here before changes nothing. One that is new for a known order asks for the answer again:
    /// the order's events so far are appended once more, and it is tried at once unless someone holds it.
    ///
    /// # Errors
    /// When the database does not answer, or holds what cannot be read.
    pub async fn record(&self, event: &NewFulfilment) -> Result<Recorded, FulfilmentError> {
        let mut tx = self.pool.begin().in_time().await?;
        let inserted = sqlx::query!(
            r#"with seen as (
                 insert into fulfilment.inbox (event_id, order_id) values ($1, $2) on conflict do nothing returning 1),
               recorded as (
                 insert into fulfilment.fulfilments (order_id, lines, currency, total_minor, payment_method, expired,
                   traceparent, tracestate, published_at, lease, leased_until, next_attempt_at)
                 values ($2, $3, $4, $5, $6, $7, $8, $9, $12, $11, now() + make_interval(secs => $10),
                   now() + make_interval(secs => $10))
                 on conflict do nothing returning 1)
               select exists (select from seen) as "first_time!", exists (select from recorded) as "new_order!", now() as "at!""#,
            event.event_id.as_uuid(),
            event.order_id.as_uuid(),
            stored_lines(&event.cart) as sqlx::types::Json<Vec<StoredLine>>,
            event.total.currency().code(),
            event.total.minor(),
            event.payment_method.as_str(),
            event.expired,
            event.trace.traceparent,
            event.trace.tracestate,
            self.lease.as_secs_f64(),
            Lease::FIRST.0,
            event.published_at,
        )
        .fetch_one(&mut *tx)
        .in_time()
        .await?;
        if inserted.new_order {
            tx.commit().in_time().await?;
            return Ok(Recorded::Claimed(Box::new(event.claimed(inserted.at))));
        }
        let (recorded, asleep) = self
            .record_again(&mut tx, event, inserted.first_time)
            .await?;
        if recorded == Recorded::Contradicts {
            tx.rollback().in_time().await?;
        } else {
            self.commit(tx, asleep).await?;
        }
        Ok(recorded)
    }

    async fn record_again(
        &self,
        connection: &mut PgConnection,
        event: &NewFulfilment,
        first_time: bool,
    ) -> Result<(Recorded, RelayAsleep), FulfilmentError> {
        let order_id = event.order_id.as_uuid();
        // The lock puts the events appended below in one line with those of the order's moves.
        sqlx::query!(
            "select order_id from fulfilment.fulfilments where order_id = $1 for update",
            order_id
        )
        .fetch_one(&mut *connection)
        .in_time()
        .await?;
        let known = read_one(connection, event.order_id).await?;
        let mut asleep = RelayAsleep(false);
        let same = known.cart == event.cart
            && known.total == event.total
            && known.payment_method == event.payment_method;
        if !same {
            return Ok((Recorded::Contradicts, asleep));
        }
        if first_time {
            asleep = events::append_answer_so_far(connection, &known).await?;
            sqlx::query!(
                "update fulfilment.fulfilments set expired = expired or $2,
                   next_attempt_at = case when leased_until is null then now() else next_attempt_at end
                 where order_id = $1",
                order_id,
                event.expired,
            )
            .execute(&mut *connection)
            .in_time()
            .await?;
        }
        if known.phase.is_final() {
            return Ok((Recorded::Final, asleep));
        }
        let claim = sqlx::query!(
            "update fulfilment.fulfilments set lease = lease + 1, leased_until = now() + make_interval(secs => $2),
               next_attempt_at = now() + make_interval(secs => $2)
             where order_id = $1 and next_attempt_at <= now()",
            order_id,
            self.lease.as_secs_f64(),
        )
        .execute(&mut *connection)
        .in_time()
        .await?;
        if claim.rows_affected() == 0 {
            return Ok((Recorded::Waiting, asleep));
        }
        let claimed = read_one(connection, event.order_id).await?;
        Ok((Recorded::Claimed(Box::new(claimed)), asleep))
    }
}

impl NewFulfilment {
    /// The row that was just inserted.
    fn claimed(&self, at: DateTime<Utc>) -> Fulfilment {
        Fulfilment {
            order_id: self.order_id,
            phase: Phase::Recorded,
            cart: self.cart.clone(),
            total: self.total,
            payment_method: self.payment_method.clone(),
            expired: self.expired,
            failure: None,
            attempts: 0,
            payment: None,
            published_at: self.published_at,
            received_at: at,
            cause: self.trace.clone(),
            trace: self.trace.clone(),
            lease: Lease::FIRST,
        }
    }
}

/// The row as this transaction sees it.
async fn read_one(
    connection: &mut PgConnection,
    order_id: OrderId,
) -> Result<Fulfilment, FulfilmentError> {
    read(connection, &[order_id.as_uuid()])
        .await?
        .pop()
        .unwrap_or(Err(sqlx::Error::RowNotFound.into()))
}
