//! Spans as an OTLP export request, in its JSON form (opentelemetry-proto 1.x, `ExportTraceServiceRequest`).

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::span::{AttributeValue, Finished, SpanKind};

/// Who made the spans.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) service: String,
    pub(crate) instance: String,
}

pub(crate) fn request(resource: &Resource, spans: &[Finished]) -> Vec<u8> {
    let attributes = [
        ("service.namespace", "velure"),
        ("service.name", resource.service.as_str()),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("service.instance.id", resource.instance.as_str()),
    ]
    .map(|(name, value)| json!({"key": name, "value": {"stringValue": value}}));
    let spans: Vec<Value> = spans.iter().map(span).collect();
    let request = json!({
        "resourceSpans": [{
            "resource": {"attributes": attributes},
            "scopeSpans": [{"scope": {"name": "velure"}, "spans": spans}],
        }]
    });
    request.to_string().into_bytes()
}

fn span(span: &Finished) -> Value {
    let attributes: Vec<Value> = span.attributes.iter().map(attribute).collect();
    let mut value = json!({
        "traceId": span.context.trace_id(),
        "spanId": span.context.span_id(),
        "parentSpanId": span.parent.as_deref().unwrap_or_default(),
        "name": span.name,
        "kind": kind(span.kind),
        "startTimeUnixNano": nanos(span.started),
        "endTimeUnixNano": nanos(span.ended),
        "attributes": attributes,
    });
    if let Some(state) = span.context.tracestate() {
        value["traceState"] = state.into();
    }
    if let Some(reason) = span.failure {
        value["status"] = json!({"code": 2, "message": reason});
    }
    value
}

fn attribute((name, value): &(&'static str, AttributeValue)) -> Value {
    let value = match value {
        AttributeValue::Text(text) => json!({"stringValue": text}),
        // 64-bit integers are strings in protobuf's JSON.
        AttributeValue::Number(number) => json!({"intValue": number.to_string()}),
        AttributeValue::Flag(flag) => json!({"boolValue": flag}),
    };
    json!({"key": name, "value": value})
}

fn kind(kind: SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn nanos(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos()
        .to_string()
}
