use std::fmt;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// The longest `tracestate` that is carried on. The specification asks for 512 characters at least.
const MAX_STATE: usize = 512;

/// Where in a distributed trace something happens (W3C Trace Context, level 1).
///
/// It travels in HTTP headers, in outbox rows and in AMQP headers, so that an order can be followed from the request
/// that placed it to the frame that tells of its end.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceContext(SpanContext);

/// The two headers of a context.
struct Headers<'a> {
    parent: &'a str,
    state: Option<&'a str>,
}

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => Some(self.parent),
            "tracestate" => self.state,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

impl TraceContext {
    /// Reads the two headers. A `traceparent` that cannot be read is no context; a `tracestate` that cannot be
    /// carried on is dropped alone.
    #[must_use]
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let headers = Headers {
            parent: traceparent,
            state: tracestate.map(str::trim).filter(|state| carries(state)),
        };
        let read = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
        Self::of(read.span().span_context())
    }

    /// A trace that nobody records: its id is in our logs all the same.
    pub(crate) fn unrecorded() -> Self {
        // The probability of zero, which the specification forbids, is nil next to that of a bit flip; still, `| 1`
        // makes it impossible.
        let trace_id = TraceId::from(rand::random::<u128>() | 1);
        let span_id = SpanId::from(rand::random::<u64>() | 1);
        Self(SpanContext::new(
            trace_id,
            span_id,
            TraceFlags::NOT_SAMPLED,
            false,
            TraceState::default(),
        ))
    }

    pub(crate) fn of(context: &SpanContext) -> Option<Self> {
        context.is_valid().then(|| Self(context.clone()))
    }

    /// The context as the parent of what the library makes.
    pub(crate) fn as_parent(&self) -> Context {
        Context::new().with_remote_span_context(self.0.clone())
    }

    /// Whether those who record spans record those of this trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.0.is_sampled()
    }

    /// The `traceparent` header.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!(
            "00-{}-{}-{:02x}",
            self.0.trace_id(),
            self.0.span_id(),
            self.0.trace_flags() & TraceFlags::SAMPLED
        )
    }

    /// The `tracestate` header, when there is one.
    #[must_use]
    pub fn tracestate(&self) -> Option<String> {
        let state = self.0.trace_state().header();
        (!state.is_empty()).then_some(state)
    }

    /// The trace's id, as logs show it in `trace.id`.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.0.trace_id().to_string()
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.traceparent())
    }
}

/// Visible ASCII and spaces only: it becomes a header again.
fn carries(state: &str) -> bool {
    (1..=MAX_STATE).contains(&state.len()) && state.bytes().all(|b| (b' '..=b'~').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_context_is_written_as_it_was_read() {
        let context =
            TraceContext::parse(PARENT, Some("rojo=00f067aa0ba902b7")).expect("a context");
        assert_eq!(context.traceparent(), PARENT);
        assert_eq!(
            context.tracestate().as_deref(),
            Some("rojo=00f067aa0ba902b7")
        );
        assert!(context.is_sampled());
    }

    #[test]
    fn what_nobody_records_is_a_context_of_its_own() {
        let context = TraceContext::unrecorded();
        assert!(!context.is_sampled());
        assert_ne!(context, TraceContext::unrecorded());
        let read = TraceContext::parse(&context.traceparent(), None).expect("a context");
        assert_eq!(read.traceparent(), context.traceparent());
    }

    #[test]
    fn what_the_specification_forbids_is_no_context() {
        let bad = [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ];
        for text in bad {
            assert_eq!(TraceContext::parse(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_later_version_may_say_more_and_is_written_as_ours() {
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more";
        let context = TraceContext::parse(later, None).expect("a context");
        assert_eq!(
            context.traceparent(),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
        );
    }

    #[test]
    fn a_state_that_would_break_a_header_is_dropped_alone() {
        for state in ["a=b\r\nx: y", "ä=1", "", &"a".repeat(513)] {
            let context = TraceContext::parse(PARENT, Some(state)).expect("a context");
            assert_eq!(context.tracestate(), None, "{state}");
        }
    }
}
