//! The shape of a log line.

use std::error::Error;
use std::fmt;
use std::io::Write;

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

pub(crate) const LINES: &str = "velure_log_lines_total";
/// The levels at which lines are counted.
pub(crate) const LEVELS: [&str; 3] = ["error", "warn", "info"];

/// The field of an event whose value is the text of a JSON object: its members become members of the line. It is the one
/// way to a member that is not flat, as CloudWatch's `_aws` has to be.
pub const MEMBERS: &str = "velure.members";

/// Writes each event as one flat JSON object on one line: time, level, target, message, the fields of the spans it
/// happened in (the inner one wins) and its own (they win over all).
///
/// Flat, because log stores index top-level members: `order.id` is found whether the event or a span around it
/// carries it.
pub(crate) struct JsonLines<W> {
    writer: W,
}

impl<W> JsonLines<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self { writer }
    }
}

/// The fields of one span.
struct SpanFields(Map<String, Value>);

impl<S, W, O> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn() -> O + 'static,
    O: Write,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Collected::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields.0));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Collected::default();
        values.record(&mut fields);
        if let Some(SpanFields(known)) = span.extensions_mut().get_mut::<SpanFields>() {
            known.extend(fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(SpanFields(fields)) = span.extensions().get::<SpanFields>() {
                line.extend(
                    fields
                        .iter()
                        .map(|(name, value)| (name.clone(), value.clone())),
                );
            }
        }
        let mut own = Collected::default();
        event.record(&mut own);
        let members = own.0.remove(MEMBERS);
        line.extend(own.0);
        if let Some(Value::Object(members)) = members
            .as_ref()
            .and_then(Value::as_str)
            .and_then(|text| serde_json::from_str(text).ok())
        {
            line.extend(members);
        }
        let metadata = event.metadata();
        match *metadata.level() {
            Level::ERROR => count("error"),
            Level::WARN => count("warn"),
            Level::INFO => count("info"),
            Level::DEBUG | Level::TRACE => {}
        }
        line.insert(
            "timestamp".into(),
            Utc::now()
                .to_rfc3339_opts(SecondsFormat::Micros, true)
                .into(),
        );
        line.insert("level".into(), metadata.level().as_str().into());
        line.insert("target".into(), metadata.target().into());
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // One write, so that lines of two threads never mix. A closed stdout must not end the process.
        let _ = (self.writer)().write_all(text.as_bytes());
    }
}

fn count(level: &'static str) {
    metrics::counter!(LINES, "level" => level).increment(1);
}

/// Gathers fields as JSON values.
#[derive(Default)]
struct Collected(Map<String, Value>);

impl Collected {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Collected {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
    /// The whole chain of causes in one string: an error's own text leaves its source out.
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        self.put(field, text);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(scenario: impl FnOnce()) -> Vec<Value> {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber =
            tracing_subscriber::registry().with(JsonLines::new(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, scenario);
        let bytes = sink
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let text = String::from_utf8(bytes).expect("lines are UTF-8");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line is JSON"))
            .collect()
    }

    #[test]
    fn an_event_is_one_flat_line_with_the_fields_of_its_spans() {
        let lines = lines(|| {
            let outer = tracing::info_span!(
                "request",
                request.id = "r1",
                order.id = tracing::field::Empty
            )
            .entered();
            outer.record("order.id", "o1");
            let _inner = tracing::info_span!("step", attempt = 2, request.id = "inner").entered();
            tracing::warn!(duration_ms = 12, "took\nlong");
        });
        assert_eq!(lines.len(), 1);
        let line = lines[0].as_object().expect("an object");
        assert_eq!(line["message"], "took\nlong");
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["target"], module_path!());
        assert_eq!(line["order.id"], "o1");
        assert_eq!(line["request.id"], "inner");
        assert_eq!(line["attempt"], 2);
        assert_eq!(line["duration_ms"], 12);
        assert!(
            line["timestamp"]
                .as_str()
                .is_some_and(|time| time.ends_with('Z'))
        );
        assert!(line.values().all(|value| !value.is_object()));
    }

    #[test]
    fn members_that_are_not_flat_come_as_the_text_of_an_object() {
        let lines = lines(|| {
            tracing::info!(
                { MEMBERS } = Some(r#"{"_aws": {"Timestamp": 1}, "requests": 1}"#.to_owned()),
                http.status = 200,
                "request"
            );
            tracing::info!({ MEMBERS } = None::<String>, "request");
        });
        assert_eq!(lines[0]["_aws"]["Timestamp"], 1);
        assert_eq!(
            (&lines[0]["requests"], &lines[0]["http.status"]),
            (&1.into(), &200.into())
        );
        assert!(lines.iter().all(|line| line.get(MEMBERS).is_none()));
    }

    #[test]
    fn an_error_is_logged_with_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        let lines = lines(|| {
            let error = Outer(std::io::Error::other("inner"));
            tracing::error!(error = &error as &dyn Error, "failed");
        });
        assert_eq!(lines[0]["error"], "outer: inner");
    }
}
