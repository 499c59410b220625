//! Sending as a step of a trace: it lasts from when a message is sent until the broker's answer.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use velure_amqp::{ORDERS_EXCHANGE, PublishError, Ticket};
use velure_postgres::outbox::OutboxRow;
use velure_telemetry::{Span, SpanKind, TraceContext};

/// Sending a row, within the trace that its writer was in.
pub(super) fn sending(row: &OutboxRow) -> Span {
    let parent = row
        .traceparent
        .as_deref()
        .and_then(|parent| TraceContext::parse(parent, row.tracestate.as_deref()));
    let mut span = Span::continuing(
        SpanKind::Producer,
        format!("send {}", row.event_type),
        parent.as_ref(),
    );
    span.set("messaging.system", "rabbitmq");
    span.set("messaging.operation.type", "send");
    span.set("messaging.destination.name", ORDERS_EXCHANGE);
    span.set_with("messaging.message.id", || row.event_id.to_string());
    span.set_with("order.id", || row.order_id.to_string());
    span.set("outbox.attempts", i64::from(row.attempts));
    span
}

/// The messages in flight. What is left when the connection is lost failed with it.
#[derive(Default)]
pub(super) struct Sends(HashMap<Ticket, (Instant, Span)>);

impl Sends {
    pub(super) fn sent(&mut self, ticket: Ticket, span: Span) {
        self.0.insert(ticket, (Instant::now(), span));
    }

    /// How long the broker took.
    pub(super) fn settled(
        &mut self,
        ticket: Ticket,
        outcome: &Result<(), PublishError>,
    ) -> Option<Duration> {
        let (sent, mut span) = self.0.remove(&ticket)?;
        match outcome {
            Ok(()) => {}
            Err(PublishError::Unroutable) => span.fail("unroutable"),
            Err(PublishError::Refused) => span.fail("refused"),
            Err(PublishError::Doubtful) => span.fail("doubtful"),
            Err(PublishError::NotConfirming | PublishError::ChannelLost(_)) => {
                span.fail("channel_lost");
            }
        }
        Some(sent.elapsed())
    }
}

impl Drop for Sends {
    fn drop(&mut self) {
        for (_, span) in self.0.values_mut() {
            span.fail("channel_lost");
        }
    }
}
