//! From a delivery to its answer.

use std::error::Error;
use std::future::Future;

use chrono::{DateTime, Utc};
use velure_amqp::{MAX_BODY, Outcome, PROCESS_QUEUE};
use velure_contracts::events::headers;
use velure_domain::EventId;
use velure_faults::{Point, reach};
use velure_postgres::fulfilment::{DeadLetter, FulfilmentError, Recorded, Trace};
use velure_service::{Backoff, StopToken};
use velure_telemetry::{Span, TraceContext};

use crate::decode::{Undecodable, decode};
use crate::metrics;
use crate::payment::PaymentProvider;
use crate::processor::Processor;
use crate::trace;

/// A delivery's content.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// The message's id.
    pub message_id: Option<EventId>,
    /// The body.
    pub body: Vec<u8>,
    /// When the relay sent it, by the relay's clock.
    pub published_at: Option<DateTime<Utc>>,
    /// The headers of the trace.
    pub trace: Trace,
}

impl Incoming {
    /// Copies what is needed out of a delivery.
    #[must_use]
    pub fn of(delivery: &velure_amqp::Delivery) -> Self {
        // Read and written again, so that no stranger's text gets into our rows and headers.
        let context = delivery
            .header(headers::TRACEPARENT)
            .and_then(|parent| TraceContext::parse(parent, delivery.header(headers::TRACESTATE)));
        Self {
            message_id: delivery.message_id().map(EventId::from),
            body: delivery.body().to_vec(),
            published_at: delivery
                .header(headers::PUBLISHED_AT)
                .and_then(|time| time.parse().ok()),
            trace: context.as_ref().map(trace::headers_of).unwrap_or_default(),
        }
    }
}

impl<P: PaymentProvider> Processor<P> {
    /// Records the delivery, works on its order as far as that goes, and says how to answer.
    ///
    /// [`Outcome::Ack`] comes after a commit: from then on the books drive the order, with or without a broker. While
    /// the database is away the delivery is held, unanswered, for as long as it takes.
    pub async fn handle(&self, incoming: Incoming, stop: &StopToken) -> Outcome {
        let mut span = trace::receiving(&incoming);
        let (mut outcome, mut label) = (Outcome::Requeue, "handed_back");
        if reach(Point::P1).await.is_ok() {
            (outcome, label) = self.work_on(incoming, &mut span, stop).await;
        }
        if reach(Point::P7).await.is_err() {
            (outcome, label) = (Outcome::Requeue, "handed_back");
        }
        span.set("delivery.outcome", label);
        if outcome != Outcome::Ack || label == "dead_lettered" {
            span.fail(label);
        }
        metrics::delivery(label);
        outcome
    }

    async fn work_on(
        &self,
        incoming: Incoming,
        span: &mut Span,
        stop: &StopToken,
    ) -> (Outcome, &'static str) {
        let new = match decode(&incoming) {
            Ok(new) => new,
            Err(fault) => return self.dead_letter(incoming, fault, stop).await,
        };
        span.set_with("order.id", || new.order_id.to_string());
        match stored(stop, || self.books.record(&new)).await {
            Ok(Recorded::Claimed(mut order)) => {
                order.cause = trace::headers_of(span.context());
                self.drive(*order).await;
                (Outcome::Ack, "worked_on")
            }
            Ok(Recorded::Waiting) => (Outcome::Ack, "waiting"),
            Ok(Recorded::Final) => (Outcome::Ack, "final"),
            Ok(Recorded::Contradicts) => {
                let reason =
                    "the order is on record with another cart, total or payment method".to_owned();
                let fault = Undecodable {
                    event_id: Some(new.event_id),
                    order_id: Some(new.order_id),
                    reason,
                };
                self.dead_letter(incoming, fault, stop).await
            }
            Err(Unstored::Never(error)) => {
                tracing::error!(error = &error as &dyn Error, order.id = %new.order_id, "the order cannot be recorded");
                (Outcome::DeadLetter, "unstorable")
            }
            Err(Unstored::Stopped) => (Outcome::Requeue, "handed_back"),
        }
    }

    async fn dead_letter(
        &self,
        incoming: Incoming,
        fault: Undecodable,
        stop: &StopToken,
    ) -> (Outcome, &'static str) {
        tracing::error!(
            event.id = incoming
                .message_id
                .or(fault.event_id)
                .map(|id| id.to_string()),
            order.id = fault.order_id.map(|id| id.to_string()),
            reason = fault.reason,
            "a delivery cannot be handled"
        );
        let mut body = incoming.body;
        // What the relay could not publish would never get anywhere.
        body.truncate(MAX_BODY);
        let letter = DeadLetter {
            queue: PROCESS_QUEUE,
            event_id: fault.event_id.or(incoming.message_id),
            order_id: fault.order_id,
            body,
            reason: fault.reason,
            trace: incoming.trace,
        };
        match stored(stop, || self.books.dead_letter(&letter)).await {
            Ok(()) => (Outcome::Ack, "dead_lettered"),
            Err(Unstored::Never(error)) => {
                tracing::error!(
                    error = &error as &dyn Error,
                    "a dead letter cannot be stored"
                );
                (Outcome::DeadLetter, "unstorable")
            }
            Err(Unstored::Stopped) => (Outcome::Requeue, "handed_back"),
        }
    }
}

enum Unstored {
    Never(FulfilmentError),
    Stopped,
}

/// Stores, again and again while that may help: until it is stored or the process is asked to stop.
async fn stored<T, F>(stop: &StopToken, store: impl Fn() -> F) -> Result<T, Unstored>
where
    F: Future<Output = Result<T, FulfilmentError>>,
{
    let mut backoff = Backoff::for_connections();
    loop {
        match store().await {
            Ok(value) => return Ok(value),
            Err(error) if is_its_own_fault(&error) => return Err(Unstored::Never(error)),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn Error,
                    "the books cannot be written; waiting"
                );
                backoff.wait(stop).await.map_err(|_| Unstored::Stopped)?;
            }
        }
    }
}

/// Whether it is this delivery that the database refuses, by its data (classes 22 and 23) or by what is on record.
/// Anything else, also a missing table or right, is the database's own trouble and no reason to lose an order.
fn is_its_own_fault(error: &FulfilmentError) -> bool {
    match error {
        FulfilmentError::Unreadable { .. } | FulfilmentError::Stale => true,
        FulfilmentError::Database(error) => error
            .as_database_error()
            .and_then(|error| error.code())
            .is_some_and(|code| code.starts_with("22") || code.starts_with("23")),
    }
}
