//! Logs, metrics and trace context, set up the same way in every process.
//!
//! - `VELURE_LOG` (default `info`): what is logged: a level, and levels for single targets, as in
//!   `info,velure_relay=debug,sqlx=warn`.
//! - `OTEL_EXPORTER_OTLP_ENDPOINT` (not set: no spans are recorded): a collector that takes OTLP over HTTP, as in
//!   `http://127.0.0.1:4318`.
//! - `OTEL_TRACES_SAMPLER_ARG` (default `1`): the share of traces that are recorded among those that begin here. Whoever
//!   sends a trace context decides for that trace.

mod export;
mod json;
mod logs;
mod metrics;
mod span;
mod trace;

pub use export::{TraceExport, TraceExportError, export_traces, finish, flush};
pub use json::MEMBERS;
pub use logs::{FilterError, LogError, init_logs};
pub use metrics::{MetricsError, MetricsHandle, count_from_zero, install_metrics};
pub use opentelemetry::trace::SpanKind;
pub use span::{Span, current, within};
pub use trace::TraceContext;
