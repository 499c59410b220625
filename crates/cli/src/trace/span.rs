//! A span as it is kept.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{self as proto, span::SpanKind, status::StatusCode};
use serde::{Deserialize, Serialize};

/// The attribute by which an order's spans are found.
pub(super) const ORDER_ID: &str = "order.id";

/// A finished span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    /// 32 hexadecimal digits.
    pub(super) trace: String,
    /// 16 hexadecimal digits.
    pub(super) id: String,
    /// Empty when it began the trace.
    pub(super) parent: String,
    pub(super) name: String,
    /// `service.name` of the process.
    pub(super) service: String,
    /// `server`, `client`, `producer`, `consumer` or `internal`.
    pub(super) kind: String,
    /// Nanoseconds since 1970.
    pub(super) start: u64,
    pub(super) end: u64,
    /// What went wrong; empty when nothing did.
    pub(super) error: String,
    pub(super) attributes: BTreeMap<String, String>,
}

impl Span {
    /// How long it took, in nanoseconds.
    pub(super) fn length(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// The spans of an export request.
pub(super) fn spans(request: ExportTraceServiceRequest) -> Vec<Span> {
    request
        .resource_spans
        .into_iter()
        .flat_map(|group| {
            let service = service_name(group.resource);
            group
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans)
                .map(move |span| kept(span, &service))
        })
        .collect()
}

fn service_name(resource: Option<Resource>) -> String {
    attributes(resource.map(|one| one.attributes).unwrap_or_default())
        .remove("service.name")
        .unwrap_or_default()
}

fn kept(span: proto::Span, service: &str) -> Span {
    let kind = match span.kind() {
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal | SpanKind::Unspecified => "internal",
    };
    let error = span
        .status
        .as_ref()
        .filter(|status| status.code() == StatusCode::Error)
        .map(|status| {
            if status.message.is_empty() {
                "failed".to_owned()
            } else {
                status.message.clone()
            }
        })
        .unwrap_or_default();
    Span {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        service: service.to_owned(),
        kind: kind.to_owned(),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        error,
        attributes: attributes(span.attributes),
        name: span.name,
    }
}

fn attributes(all: Vec<KeyValue>) -> BTreeMap<String, String> {
    all.into_iter()
        .map(|one| (one.key, one.value.map(text).unwrap_or_default()))
        .collect()
}

fn text(value: AnyValue) -> String {
    match value.value {
        Some(Value::StringValue(text)) => text,
        Some(Value::BoolValue(yes)) => yes.to_string(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::BytesValue(bytes)) => hex(&bytes),
        Some(Value::ArrayValue(list)) => {
            let all: Vec<String> = list.values.into_iter().map(text).collect();
            all.join(", ")
        }
        Some(Value::KvlistValue(list)) => attributes(list.values)
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(", "),
        _ => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
