//! Telling browsers of an event, as a step of the order's trace. One step stands for all streams of this process that are
//! told at once: they are given the same bytes.

use std::borrow::Cow;

use velure_contracts::sse::StatusFrame;
use velure_telemetry::{Span, SpanKind, TraceContext};

/// How a frame comes to its streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By a hint from Redis.
    Hint,
    /// Read by a stream that is behind.
    Replay,
    /// Found by the sweep that looks for what hints did not tell.
    Sweep,
}

/// The step, while it lasts, and the frame that carries its context on to the browser.
pub(crate) struct Telling<'a> {
    _span: Option<Span>,
    pub(crate) frame: Cow<'a, StatusFrame>,
}

impl<'a> Telling<'a> {
    /// The frame as it is sent.
    pub(crate) fn of(frame: &'a StatusFrame, way: Way) -> Self {
        let parent = frame.traceparent.as_deref();
        let span = parent
            .and_then(|parent| TraceContext::parse(parent, None))
            .map(|parent| step(frame, way, &parent))
            .filter(Span::is_recorded);
        let frame = match &span {
            None => Cow::Borrowed(frame),
            Some(span) => Cow::Owned(StatusFrame {
                traceparent: Some(span.context().traceparent()),
                ..frame.clone()
            }),
        };
        Self { _span: span, frame }
    }
}

fn step(frame: &StatusFrame, way: Way, parent: &TraceContext) -> Span {
    let (kind, name) = match way {
        Way::Hint => (SpanKind::Consumer, "tell status"),
        Way::Replay => (SpanKind::Internal, "replay status"),
        Way::Sweep => (SpanKind::Internal, "sweep status"),
    };
    let mut span = Span::child(kind, name, parent);
    span.set_with("order.id", || frame.order_id.to_string());
    span.set_with("order.status", || frame.status.clone());
    span
}
