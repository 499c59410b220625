use std::borrow::Cow;
use std::time::{Instant, SystemTime};

use crate::TraceContext;
use crate::export::{exporter, sampler};

/// What a span is in a conversation between processes (OpenTelemetry's span kinds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Work inside one process.
    Internal,
    /// Answers a call.
    Server,
    /// Makes a call and waits for its answer.
    Client,
    /// Makes or sends a message that somebody handles later.
    Producer,
    /// Handles a message.
    Consumer,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// Text. Never with anything of a person: attributes leave the process as log lines do.
    Text(Cow<'static, str>),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

impl From<&'static str> for AttributeValue {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for AttributeValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for AttributeValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// A span that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) context: TraceContext,
    pub(crate) parent: Option<String>,
    pub(crate) kind: SpanKind,
    pub(crate) name: Cow<'static, str>,
    pub(crate) started: SystemTime,
    pub(crate) ended: SystemTime,
    pub(crate) attributes: Vec<(&'static str, AttributeValue)>,
    pub(crate) failure: Option<&'static str>,
}

#[derive(Debug)]
struct Recording {
    parent: Option<String>,
    kind: SpanKind,
    name: Cow<'static, str>,
    started: SystemTime,
    clock: Instant,
    attributes: Vec<(&'static str, AttributeValue)>,
    failure: Option<&'static str>,
}

/// A step of a trace, from when it is made until it is dropped.
///
/// It is recorded when this process exports spans and its parent is sampled. Otherwise it is nothing but the parent's
/// context, which is passed on as it came: it costs no allocation beyond that.
#[derive(Debug)]
pub struct Span {
    context: TraceContext,
    recording: Option<Box<Recording>>,
}

impl Span {
    /// A step within `parent`.
    #[must_use]
    pub fn child(
        kind: SpanKind,
        name: impl Into<Cow<'static, str>>,
        parent: &TraceContext,
    ) -> Self {
        if !parent.is_sampled() || exporter().is_none() {
            return Self {
                context: parent.clone(),
                recording: None,
            };
        }
        Self::recorded(kind, name.into(), parent.child(), Some(parent.span_id()))
    }

    /// A step within the context that a caller sent, or the first step of a new trace. Whether a new trace is sampled
    /// is this process's to decide; otherwise it is the caller's.
    #[must_use]
    pub fn continuing(
        kind: SpanKind,
        name: impl Into<Cow<'static, str>>,
        traceparent: Option<&str>,
        tracestate: Option<&str>,
    ) -> Self {
        match traceparent.and_then(|parent| TraceContext::parse(parent, tracestate)) {
            Some(parent) => Self::child(kind, name, &parent),
            None => {
                let context = TraceContext::generate(sampler());
                if context.is_sampled() {
                    Self::recorded(kind, name.into(), context, None)
                } else {
                    Self {
                        context,
                        recording: None,
                    }
                }
            }
        }
    }

    fn recorded(
        kind: SpanKind,
        name: Cow<'static, str>,
        context: TraceContext,
        parent: Option<String>,
    ) -> Self {
        let recording = Recording {
            parent,
            kind,
            name,
            started: SystemTime::now(),
            clock: Instant::now(),
            attributes: Vec::new(),
            failure: None,
        };
        Self {
            context,
            recording: Some(Box::new(recording)),
        }
    }

    /// What calls and messages of this step carry.
    #[must_use]
    pub fn context(&self) -> &TraceContext {
        &self.context
    }

    /// Whether attributes are of any use: building one may cost.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.recording.is_some()
    }

    /// Notes an attribute, by its name in OpenTelemetry's semantic conventions where it has one.
    pub fn set(&mut self, name: &'static str, value: impl Into<AttributeValue>) {
        if let Some(recording) = &mut self.recording {
            recording.attributes.push((name, value.into()));
        }
    }

    /// The same, for a value that is only built when it is recorded.
    pub fn set_with<V: Into<AttributeValue>>(
        &mut self,
        name: &'static str,
        value: impl FnOnce() -> V,
    ) {
        if let Some(recording) = &mut self.recording {
            recording.attributes.push((name, value().into()));
        }
    }

    /// Notes that the step failed.
    pub fn fail(&mut self, reason: &'static str) {
        if let Some(recording) = &mut self.recording {
            recording.failure = Some(reason);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let (Some(recording), Some(exporter)) = (self.recording.take(), exporter()) else {
            return;
        };
        let Recording {
            parent,
            kind,
            name,
            started,
            clock,
            attributes,
            failure,
        } = *recording;
        exporter.put(Finished {
            context: self.context.clone(),
            parent,
            kind,
            name,
            started,
            ended: started + clock.elapsed(),
            attributes,
            failure,
        });
    }
}

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// Runs `work` with a context that calls made within it carry when they are given none.
pub async fn within<T>(context: TraceContext, work: impl Future<Output = T>) -> T {
    CURRENT.scope(context, work).await
}

/// The context of [`within`], when there is one.
#[must_use]
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(TraceContext::clone).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn without_an_exporter_the_parents_context_is_passed_on_and_a_new_trace_is_not_sampled() {
        let span = Span::continuing(SpanKind::Server, "s", Some(PARENT), None);
        assert_eq!(span.context().traceparent(), PARENT);
        assert!(!span.is_recorded());
        let root = Span::continuing(SpanKind::Server, "s", Some("nonsense"), None);
        assert!(!root.context().is_sampled());
    }

    #[tokio::test]
    async fn a_context_is_current_within_its_work_alone() {
        let context = TraceContext::parse(PARENT, None).expect("a context");
        assert_eq!(
            within(context.clone(), async { current() }).await,
            Some(context)
        );
        assert_eq!(current(), None);
    }
}
