use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use velure_contracts::events::{Envelope, EventType, OrderFailed, OrderMoved, SCHEMA_VERSION};
use velure_contracts::http::{Failure, TimelineStep};
use velure_domain::{EventId, OrderFailure, OrderStatus, ProductId};

use super::steps::{to_processing, to_the_end};
use super::{DeadLetter, Fulfilment, FulfilmentError, FulfilmentStore, Phase};
use crate::Transaction;
use crate::deadline::Asked;
use crate::outbox::{self, NewEvent, Outbox, RelayAsleep};

/// Appends the event that tells of `status` and of the way to it. The caller holds the order's row lock.
pub(super) async fn append(
    connection: &mut PgConnection,
    order: &Fulfilment,
    status: OrderStatus,
    failure: Option<&OrderFailure>,
    at: DateTime<Utc>,
    steps: Vec<TimelineStep>,
) -> Result<RelayAsleep, FulfilmentError> {
    let event_id = EventId::generate();
    let (kind, body) = match (status, failure) {
        (OrderStatus::Failed, Some(failure)) => {
            let data = OrderFailed {
                failure: Failure {
                    code: failure.code.as_str().to_owned(),
                    message: failure.code.message().to_owned(),
                    product_id: failure.product_id.as_ref().map(ProductId::to_string),
                },
                steps,
            };
            (
                EventType::OrderFailed,
                envelope(event_id, EventType::OrderFailed, order, status, at, data),
            )
        }
        (OrderStatus::Completed, None) => (
            EventType::OrderCompleted,
            envelope(
                event_id,
                EventType::OrderCompleted,
                order,
                status,
                at,
                OrderMoved { steps },
            ),
        ),
        (OrderStatus::Processing, None) => (
            EventType::OrderProcessing,
            envelope(
                event_id,
                EventType::OrderProcessing,
                order,
                status,
                at,
                OrderMoved { steps },
            ),
        ),
        (
            OrderStatus::Created
            | OrderStatus::Processing
            | OrderStatus::Completed
            | OrderStatus::Failed,
            _,
        ) => {
            return Err(FulfilmentError::Unreadable {
                order_id: order.order_id.as_uuid(),
                field: "failure_code",
            });
        }
    };
    let event = NewEvent {
        event_id: event_id.as_uuid(),
        order_id: order.order_id.as_uuid(),
        version: i16::try_from(status.version().get()).expect("versions are 1 to 3"),
        event_type: kind.as_str(),
        body,
        reason: None,
        traceparent: order.cause.traceparent.clone(),
        tracestate: order.cause.tracestate.clone(),
    };
    Ok(outbox::append(connection, Outbox::Fulfilment, &event).await?)
}

fn envelope<D: Serialize>(
    id: EventId,
    kind: EventType,
    order: &Fulfilment,
    status: OrderStatus,
    occurred_at: DateTime<Utc>,
    data: D,
) -> Vec<u8> {
    let envelope = Envelope {
        id: id.as_uuid(),
        kind,
        schema_version: SCHEMA_VERSION,
        order_id: order.order_id.as_uuid(),
        version: status.version().get(),
        occurred_at,
        data,
    };
    serde_json::to_vec(&envelope).expect("an envelope has string keys only")
}

/// Appends once more what has gone out about the order so far, under new ids: for a reader that lost it.
pub(super) async fn append_answer_so_far(
    connection: &mut PgConnection,
    order: &Fulfilment,
) -> Result<RelayAsleep, FulfilmentError> {
    let at = sqlx::query_scalar!(r#"select now() as "now!""#)
        .fetch_one(&mut *connection)
        .in_time()
        .await?;
    let end = match order.phase {
        Phase::Recorded => return Ok(RelayAsleep(false)),
        Phase::Reserved | Phase::Charged | Phase::Declined | Phase::Refused => None,
        Phase::Completed => Some(OrderStatus::Completed),
        Phase::Failed => Some(OrderStatus::Failed),
    };
    let way = to_processing(order, None);
    let mut asleep = append(connection, order, OrderStatus::Processing, None, at, way)
        .await?
        .0;
    if let Some(status) = end {
        let way = to_the_end(order, None);
        asleep |= append(connection, order, status, order.failure.as_ref(), at, way)
            .await?
            .0;
    }
    Ok(RelayAsleep(asleep))
}

/// Appends a dead letter. One that names no order stands for itself, so that it holds back nobody.
pub(super) async fn append_dead_letter(
    connection: &mut PgConnection,
    letter: &DeadLetter,
) -> Result<RelayAsleep, FulfilmentError> {
    let event_id = letter.event_id.unwrap_or_else(EventId::generate).as_uuid();
    let event = NewEvent {
        event_id,
        order_id: letter.order_id.map_or(event_id, |order| order.as_uuid()),
        version: 0,
        event_type: &format!("dead.{}", letter.queue),
        body: letter.body.clone(),
        reason: Some(letter.reason.clone()),
        traceparent: letter.trace.traceparent.clone(),
        tracestate: letter.trace.tracestate.clone(),
    };
    Ok(outbox::append(connection, Outbox::Fulfilment, &event).await?)
}

impl FulfilmentStore {
    /// Commits, and then wakes the relay when nobody would look soon.
    pub(super) async fn commit(
        &self,
        tx: Transaction,
        asleep: RelayAsleep,
    ) -> Result<(), FulfilmentError> {
        tx.commit().in_time().await?;
        if asleep.0 {
            outbox::wake(&self.pool).await;
        }
        Ok(())
    }
}
