use std::fmt;

/// The longest `tracestate` that is carried on. The specification asks for 512 characters at least.
const MAX_STATE: usize = 512;

/// Which new traces are sampled: a share of them, by their ids, so that every process decides alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sampler(f64);

impl Sampler {
    pub(crate) const NONE: Self = Self(0.0);

    /// A share from 0 to 1.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let share: f64 = text.parse().ok()?;
        (0.0..=1.0).contains(&share).then_some(Self(share))
    }

    fn samples(self, trace_id: u128) -> bool {
        // The lower 63 bits are random (W3C Trace Context, level 2).
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a share needs no more than 53 bits"
        )]
        let draw = ((trace_id as u64) >> 1) as f64 / (1_u64 << 63) as f64;
        draw < self.0
    }
}

/// Where in a distributed trace something happens (W3C Trace Context, level 1).
///
/// It travels in HTTP headers, in outbox rows and in AMQP headers, so that an order can be followed from the request
/// that placed it to the frame that tells of its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    sampled: bool,
    state: Option<String>,
}

impl TraceContext {
    /// Starts a new trace, which is sampled when `sampler` says so.
    #[must_use]
    pub(crate) fn generate(sampler: Sampler) -> Self {
        // The probability of zero, which the specification forbids, is nil next to that of a bit flip; still, `| 1`
        // makes it impossible.
        let trace_id = rand::random::<u128>() | 1;
        Self {
            trace_id,
            span_id: rand::random::<u64>() | 1,
            sampled: sampler.samples(trace_id),
            state: None,
        }
    }

    /// Reads the two headers. A `traceparent` that cannot be read is no context; a `tracestate` that cannot be
    /// carried on is dropped alone.
    #[must_use]
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let mut parts = traceparent.splitn(5, '-');
        let version = hexadecimal(parts.next()?, 2)?;
        let trace_id = hexadecimal(parts.next()?, 32)?;
        let span_id = u64::try_from(hexadecimal(parts.next()?, 16)?).ok()?;
        let flags = hexadecimal(parts.next()?, 2)?;
        // A later version may append parts; version 00 has none, and ff is forbidden.
        let rest = parts.next();
        if version == 0xff || (version == 0 && rest.is_some()) || trace_id == 0 || span_id == 0 {
            return None;
        }
        let state = tracestate
            .map(str::trim)
            .filter(|state| carries(state))
            .map(str::to_owned);
        Some(Self {
            trace_id,
            span_id,
            sampled: flags & 1 == 1,
            state,
        })
    }

    /// Continues the trace that a request names, or begins one.
    #[must_use]
    pub fn continue_or_generate(traceparent: Option<&str>, tracestate: Option<&str>) -> Self {
        traceparent
            .and_then(|parent| Self::parse(parent, tracestate))
            .unwrap_or_else(|| Self::generate(crate::export::sampler()))
    }

    /// Whether those who record spans record those of this trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// A step within the same trace.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            span_id: rand::random::<u64>() | 1,
            ..self.clone()
        }
    }

    /// The `traceparent` header.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!(
            "00-{:032x}-{:016x}-{:02x}",
            self.trace_id,
            self.span_id,
            u8::from(self.sampled)
        )
    }

    /// The `tracestate` header, when there is one.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The trace's id, as logs show it in `trace.id`.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// The step's id, as logs show it in `span.id`.
    #[must_use]
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span_id)
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.traceparent())
    }
}

/// `digits` lower-case hexadecimal digits.
fn hexadecimal(text: &str, digits: usize) -> Option<u128> {
    let legal =
        text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    legal.then(|| u128::from_str_radix(text, 16).ok()).flatten()
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
        assert_eq!(context.tracestate(), Some("rojo=00f067aa0ba902b7"));
    }

    #[test]
    fn a_child_keeps_the_trace_and_has_its_own_step() {
        let parent = TraceContext::generate(Sampler(1.0));
        assert!(parent.is_sampled() && !TraceContext::generate(Sampler::NONE).is_sampled());
        let child = parent.child();
        assert_eq!(child.trace_id(), parent.trace_id());
        assert_ne!(child.span_id(), parent.span_id());
        assert_eq!(TraceContext::parse(&child.traceparent(), None), Some(child));
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
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ];
        for text in bad {
            assert_eq!(TraceContext::parse(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_later_version_may_say_more() {
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more";
        let context = TraceContext::parse(later, None).expect("a context");
        assert!(context.traceparent().ends_with("-00"));
    }

    #[test]
    fn a_state_that_would_break_a_header_is_dropped_alone() {
        for state in ["a=b\r\nx: y", "ä=1", "", &"a".repeat(513)] {
            let context = TraceContext::parse(PARENT, Some(state)).expect("a context");
            assert_eq!(context.tracestate(), None, "{state}");
        }
    }
}
