//! Where in an order's trace its steps stand.
//!
//! `Fulfilment::trace` is stored and is what the order arrived with; `Fulfilment::cause` is the step that is being done,
//! under which calls are made and events go out. So each try of a step is a step of its own, and each has the same
//! parent as the one before it, or the delivery or resumption that it was done in.

use velure_amqp::PROCESS_QUEUE;
use velure_postgres::fulfilment::{Fulfilment, Trace};
use velure_telemetry::{Span, SpanKind, TraceContext};

use crate::handle::Incoming;
use crate::process::{Decision, Step};

pub(crate) fn context_of(trace: &Trace) -> Option<TraceContext> {
    TraceContext::parse(trace.traceparent.as_deref()?, trace.tracestate.as_deref())
}

pub(crate) fn headers_of(context: &TraceContext) -> Trace {
    Trace {
        traceparent: Some(context.traceparent()),
        tracestate: context.tracestate(),
    }
}

/// A delivery is handled.
pub(crate) fn receiving(incoming: &Incoming) -> Span {
    let parent = context_of(&incoming.trace);
    let mut span = Span::continuing(SpanKind::Consumer, "process order.created", parent.as_ref());
    span.set("messaging.system", "rabbitmq");
    span.set("messaging.operation.type", "process");
    span.set("messaging.destination.name", PROCESS_QUEUE);
    if let Some(id) = incoming.message_id {
        span.set_with("messaging.message.id", || id.to_string());
    }
    span
}

/// An order is taken up again from the books: a retry, or one whose holder died.
pub(crate) fn resuming(order: &Fulfilment) -> Span {
    let parent = context_of(&order.trace);
    let mut span = Span::continuing(SpanKind::Internal, "resume order", parent.as_ref());
    span.set_with("order.id", || order.order_id.to_string());
    span.set("order.attempts", i64::from(order.attempts));
    span
}

/// One step of an order. Nothing for an order without a trace.
pub(crate) fn step(order: &Fulfilment, step: Option<&Step>) -> Option<Span> {
    let parent = context_of(&order.cause)?;
    let (kind, name) = match step {
        None => (SpanKind::Internal, "check order"),
        Some(Step::Reserve) => (SpanKind::Internal, "reserve stock"),
        Some(Step::GiveUp(_)) => (SpanKind::Internal, "give up order"),
        Some(Step::Charge) => (SpanKind::Client, "charge payment"),
        Some(Step::LookUpOrCharge) => (SpanKind::Client, "look up payment"),
        Some(Step::Cancel) => (SpanKind::Client, "cancel payment"),
        Some(Step::CommitStock) => (SpanKind::Internal, "commit stock"),
        Some(Step::ReturnStock) => (SpanKind::Internal, "return stock"),
    };
    let mut span = Span::child(kind, name, &parent);
    span.set_with("order.id", || order.order_id.to_string());
    Some(span)
}

/// Notes what came of a step.
pub(crate) fn decided(span: &mut Span, decision: &Decision) {
    let outcome = match decision {
        Decision::Reserved => "reserved",
        Decision::RefusedByStock(_) => "refused_by_stock",
        Decision::GivenUp(_) => "given_up",
        Decision::Charged { .. } => "charged",
        Decision::Declined { .. } => "declined",
        Decision::Completed => "completed",
        Decision::Failed => "failed",
        Decision::Retry { .. } => "retry",
    };
    span.set("order.decision", outcome);
    if matches!(decision, Decision::Retry { .. }) {
        span.fail("retry");
    }
}
