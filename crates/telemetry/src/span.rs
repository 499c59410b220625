use std::borrow::Cow;

use opentelemetry::trace::{
    FutureExt as _, Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer as _,
};
use opentelemetry::{Context, KeyValue, Value};

use crate::TraceContext;
use crate::export::tracer;

/// A step of a trace, from when it is made until it is dropped.
///
/// It is recorded when this process exports spans and its parent is sampled. Otherwise it is nothing but the parent's
/// context, which is passed on as it came: whoever records further on finds the same parent.
#[derive(Debug)]
pub struct Span {
    context: TraceContext,
    recording: Option<opentelemetry_sdk::trace::Span>,
}

impl Span {
    /// A step within `parent`.
    #[must_use]
    pub fn child(
        kind: SpanKind,
        name: impl Into<Cow<'static, str>>,
        parent: &TraceContext,
    ) -> Self {
        if parent.is_sampled() {
            Self::recorded(kind, name.into(), &parent.as_parent())
        } else {
            None
        }
        .unwrap_or_else(|| Self {
            context: parent.clone(),
            recording: None,
        })
    }

    /// A step within the context that a caller sent, or the first step of a new trace. Whether a new trace is sampled
    /// is this process's to decide; otherwise it is the caller's.
    #[must_use]
    pub fn continuing(
        kind: SpanKind,
        name: impl Into<Cow<'static, str>>,
        parent: Option<&TraceContext>,
    ) -> Self {
        match parent {
            Some(parent) => Self::child(kind, name, parent),
            None => Self::recorded(kind, name.into(), &Context::new()).unwrap_or_else(|| Self {
                context: TraceContext::unrecorded(),
                recording: None,
            }),
        }
    }

    /// Nothing when spans are not exported, or this one is not sampled.
    fn recorded(kind: SpanKind, name: Cow<'static, str>, parent: &Context) -> Option<Self> {
        let builder = SpanBuilder::from_name(name).with_kind(kind);
        let span = tracer()?.build_with_context(builder, parent);
        let context = TraceContext::of(span.span_context())?;
        span.is_recording().then_some(Self {
            context,
            recording: Some(span),
        })
    }

    /// Whether it is recorded: then its context is its own, and else its parent's.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.recording.is_some()
    }

    /// What calls and messages of this step carry.
    #[must_use]
    pub fn context(&self) -> &TraceContext {
        &self.context
    }

    /// Notes an attribute, by its name in OpenTelemetry's semantic conventions where it has one. Never with anything of
    /// a person: attributes leave the process as log lines do.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        if let Some(recording) = &mut self.recording {
            recording.set_attribute(KeyValue::new(name, value));
        }
    }

    /// The same, for a value that is only built when it is recorded.
    pub fn set_with<V: Into<Value>>(&mut self, name: &'static str, value: impl FnOnce() -> V) {
        if self.recording.is_some() {
            self.set(name, value());
        }
    }

    /// Notes that the step failed, and why in one word of few.
    pub fn fail(&mut self, reason: impl Into<Cow<'static, str>>) {
        if let Some(recording) = &mut self.recording {
            let reason = reason.into();
            recording.set_attribute(KeyValue::new("error.type", reason.clone()));
            recording.set_status(Status::error(reason));
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.fail("panic");
        }
    }
}

/// Runs `work` with a context that calls made within it carry.
pub async fn within<T>(context: &TraceContext, work: impl Future<Output = T>) -> T {
    work.with_context(context.as_parent()).await
}

/// The context of [`within`], when there is one.
#[must_use]
pub fn current() -> Option<TraceContext> {
    TraceContext::of(Context::current().span().span_context())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn without_an_exporter_the_parents_context_is_passed_on_and_a_new_trace_is_not_sampled() {
        let parent = TraceContext::parse(PARENT, None);
        let span = Span::continuing(SpanKind::Server, "s", parent.as_ref());
        assert_eq!(span.context().traceparent(), PARENT);
        let root = Span::continuing(SpanKind::Server, "s", None);
        assert!(!root.context().is_sampled());
    }

    #[tokio::test]
    async fn a_context_is_current_within_its_work_alone() {
        let context = TraceContext::parse(PARENT, None).expect("a context");
        let seen = within(&context, async {
            tokio::task::yield_now().await;
            current()
        })
        .await;
        assert_eq!(seen.map(|seen| seen.traceparent()), Some(PARENT.to_owned()));
        assert_eq!(current(), None);
    }
}
