//! Sends spans to a collector (OTLP over HTTP, protobuf), beside whatever the process does.
//!
//! The library keeps ended spans in a bounded queue; a thread of its own takes them out in batches and posts them, each
//! up to four times. What does not fit into the queue is dropped and counted. Nothing ever waits for the collector but
//! [`flush`] and [`finish`].

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, Span, SpanData,
    SpanExporter, SpanProcessor,
};

/// Spans that wait at most: at some 500 bytes each, 4 MB.
const QUEUE: usize = 8_192;
/// Spans of one request at most.
const BATCH: usize = 512;
/// How long spans wait for others.
const LINGER: Duration = Duration::from_secs(1);
/// How long the collector may take for one batch, all tries together.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) const SPANS: &str = "velure_trace_spans_total";
/// What may become of spans.
pub(crate) const OUTCOMES: [&str; 4] = ["queued", "exported", "dropped", "failed"];

static TRACES: OnceLock<Traces> = OnceLock::new();
/// Spans that have ended and of which nothing is known yet.
static WAITING: AtomicUsize = AtomicUsize::new(0);

struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// Where spans go, and how many.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceExport {
    endpoint: String,
    share: f64,
}

/// Why spans cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum TraceExportError {
    /// The endpoint cannot be used.
    #[error("is not an http or https URL of a collector, as in http://127.0.0.1:4318")]
    Endpoint,
    /// The share is none.
    #[error("is not a number from 0 to 1")]
    Share,
    /// The exporter cannot be made.
    #[error("the exporter of spans cannot be made")]
    Exporter(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// This process exports already.
    #[error("spans are exported already")]
    Twice,
}

impl TraceExport {
    /// By the values of `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_TRACES_SAMPLER_ARG`. Nothing without an endpoint.
    ///
    /// # Errors
    /// With the name of the variable at fault.
    pub fn read(
        endpoint: Option<&str>,
        share: Option<&str>,
    ) -> Result<Option<Self>, (&'static str, TraceExportError)> {
        let Some(endpoint) = endpoint.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let usable = reqwest::Url::parse(endpoint)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !usable {
            return Err(("OTEL_EXPORTER_OTLP_ENDPOINT", TraceExportError::Endpoint));
        }
        let share: Option<f64> = share.unwrap_or("1").parse().ok();
        let share = share
            .filter(|share| (0.0..=1.0).contains(share))
            .ok_or(("OTEL_TRACES_SAMPLER_ARG", TraceExportError::Share))?;
        Ok(Some(Self {
            endpoint: format!("{}/v1/traces", endpoint.trim_end_matches('/')),
            share,
        }))
    }
}

/// Begins to export the spans of this process, as those of `service`. Not to be called from asynchronous code: the
/// library makes a blocking client.
///
/// # Errors
/// When the exporter cannot be made, or on a second call.
pub fn export_traces(service: &str, export: &TraceExport) -> Result<(), TraceExportError> {
    let client = reqwest::blocking::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .map_err(|error| TraceExportError::Exporter(error.into()))?;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(&export.endpoint)
        .with_timeout(PATIENCE)
        .build()
        .map_err(|error| TraceExportError::Exporter(error.into()))?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(LINGER)
        .build();
    let processor = BatchSpanProcessor::builder(Counted {
        exporter,
        refused: AtomicBool::new(false),
    })
    .with_batch_config(batches)
    .build();
    let resource = Resource::builder_empty()
        .with_service_name(service.to_owned())
        .with_attributes([
            KeyValue::new("service.namespace", "velure"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new(
                "service.instance.id",
                format!("{:032x}", rand::random::<u128>()),
            ),
        ])
        .build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(Bounded(processor))
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            export.share,
        ))))
        .with_resource(resource)
        .build();
    let tracer = provider.tracer("velure");
    TRACES
        .set(Traces { provider, tracer })
        .map_err(|_| TraceExportError::Twice)
}

pub(crate) fn tracer() -> Option<&'static SdkTracer> {
    TRACES.get().map(|traces| &traces.tracer)
}

/// Has the spans that have ended by now sent at once, and waits for that at most for `limit`. What is left goes on in
/// the background.
pub async fn flush(limit: Duration) {
    let Some(traces) = TRACES.get() else { return };
    if WAITING.load(Ordering::Acquire) == 0 {
        return;
    }
    let sent = tokio::task::spawn_blocking(|| traces.provider.force_flush());
    // What the collector did not take is counted where that is seen.
    let _ = tokio::time::timeout(limit, sent).await;
}

/// Sends what is left, for as long as `limit`, and exports nothing more: the last act of a process. It blocks.
pub fn finish(limit: Duration) {
    let Some(traces) = TRACES.get() else { return };
    if let Err(error) = traces.provider.shutdown_with_timeout(limit) {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            waiting = WAITING.load(Ordering::Acquire),
            "the last spans were not sent"
        );
    }
}

fn count(outcome: &'static str, spans: usize) {
    metrics::counter!(SPANS, "outcome" => outcome).increment(spans as u64);
}

/// Puts spans into the library's queue while there is room, and counts those for which there is none: the library's
/// own bound only says that there were some.
#[derive(Debug)]
struct Bounded(BatchSpanProcessor);

impl SpanProcessor for Bounded {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if WAITING.fetch_add(1, Ordering::AcqRel) >= QUEUE {
            WAITING.fetch_sub(1, Ordering::AcqRel);
            count("dropped", 1);
            return;
        }
        count("queued", 1);
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// Counts what became of spans, and says once when the collector stops taking them and once when it does again: the
/// library would say so with every batch.
#[derive(Debug)]
struct Counted<E> {
    exporter: E,
    refused: AtomicBool,
}

impl<E: SpanExporter> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let sent = self.exporter.export(batch).await;
        count(if sent.is_ok() { "exported" } else { "failed" }, spans);
        WAITING.fetch_sub(spans, Ordering::AcqRel);
        let refused_before = self.refused.swap(sent.is_err(), Ordering::AcqRel);
        match (&sent, refused_before) {
            (Err(error), false) => tracing::warn!(
                error = error as &dyn std::error::Error,
                "the collector does not take spans; they are lost until it does"
            ),
            (Ok(()), true) => tracing::info!("the collector takes spans again"),
            (Err(_), true) | (Ok(()), false) => {}
        }
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(endpoint: &str, share: Option<&str>) -> &'static str {
        let read = TraceExport::read(Some(endpoint), share);
        read.expect_err("a fault").0
    }

    #[test]
    fn only_an_http_endpoint_and_a_share_are_usable() {
        assert_eq!(TraceExport::read(None, None).ok(), Some(None));
        for good in ["http://127.0.0.1:4318/", "https://collector.example"] {
            let read = TraceExport::read(Some(good), Some("0.5"));
            assert!(matches!(read, Ok(Some(_))), "{good}");
        }
        for bad in ["collector:4318", "grpc://x", "http://", "nonsense"] {
            assert_eq!(fault(bad, None), "OTEL_EXPORTER_OTLP_ENDPOINT", "{bad}");
        }
        for bad in ["", "2", "-1", "NaN", "x"] {
            let fault = fault("http://c", Some(bad));
            assert_eq!(fault, "OTEL_TRACES_SAMPLER_ARG", "{bad}");
        }
    }
}
