//! Sends spans to a collector, beside whatever the process does.
//!
//! Ended spans go into a bounded queue; a thread of its own takes them out in batches and posts them. A batch that the
//! collector did not take is tried again, with a backoff, while the queue fills; what does not fit is dropped and counted.
//! Nothing ever waits for the collector but [`flush`].

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::otlp::{Resource, request};
use crate::span::Finished;
use crate::trace::Sampler;

/// Spans that wait at most: at 300 bytes each, some 2.5 MB.
const QUEUE: usize = 8_192;
/// Spans of one request at most.
const BATCH: usize = 512;
/// How long spans wait for others.
const LINGER: Duration = Duration::from_secs(1);
/// How long the collector may take for one request.
const PATIENCE: Duration = Duration::from_secs(5);
/// The waits between tries.
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

static EXPORTER: OnceLock<Exporter> = OnceLock::new();

/// Where spans go, and how many.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceExport {
    endpoint: Uri,
    sampler: Sampler,
}

/// Why spans cannot be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TraceExportError {
    /// The endpoint cannot be used.
    #[error("is not an http URL of a collector, as in http://127.0.0.1:4318")]
    Endpoint,
    /// The ratio is none.
    #[error("is not a number from 0 to 1")]
    Ratio,
    /// The thread cannot be started, or it is running already.
    #[error("cannot be started")]
    Start,
}

impl TraceExport {
    /// By the values of `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_TRACES_SAMPLER_ARG`. Nothing without an endpoint.
    ///
    /// # Errors
    /// With the name of the variable at fault.
    pub fn read(
        endpoint: Option<&str>,
        ratio: Option<&str>,
    ) -> Result<Option<Self>, (&'static str, TraceExportError)> {
        let Some(endpoint) = endpoint.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let endpoint: Uri = endpoint
            .trim_end_matches('/')
            .parse()
            .ok()
            .filter(|uri: &Uri| uri.scheme_str() == Some("http") && uri.host().is_some())
            .ok_or(("OTEL_EXPORTER_OTLP_ENDPOINT", TraceExportError::Endpoint))?;
        let sampler = Sampler::parse(ratio.unwrap_or("1"))
            .ok_or(("OTEL_TRACES_SAMPLER_ARG", TraceExportError::Ratio))?;
        Ok(Some(Self { endpoint, sampler }))
    }
}

pub(crate) struct Exporter {
    sampler: Sampler,
    queue: Mutex<VecDeque<Finished>>,
    /// Spans that were put in, and spans that the collector took or that were given up.
    put: AtomicU64,
    settled: AtomicU64,
    dropped: AtomicU64,
    exported: AtomicU64,
    /// Somebody wants a batch to go out at once.
    hurry: Notify,
    /// Spans were settled.
    progress: Notify,
}

/// What became of spans so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpanCounts {
    /// Recorded and put into the queue.
    pub queued: u64,
    /// Taken by the collector.
    pub exported: u64,
    /// Not recorded because the queue was full.
    pub dropped: u64,
    /// Given up: the collector refused them for good.
    pub failed: u64,
}

pub(crate) fn exporter() -> Option<&'static Exporter> {
    EXPORTER.get()
}

pub(crate) fn sampler() -> Sampler {
    EXPORTER
        .get()
        .map_or(Sampler::NONE, |exporter| exporter.sampler)
}

/// Counts for the metrics; all zero while nothing is exported.
#[must_use]
pub fn span_counts() -> SpanCounts {
    exporter().map_or_else(SpanCounts::default, |exporter| {
        let exported = exporter.exported.load(Ordering::Relaxed);
        SpanCounts {
            queued: exporter.put.load(Ordering::Relaxed),
            exported,
            dropped: exporter.dropped.load(Ordering::Relaxed),
            failed: exporter
                .settled
                .load(Ordering::Relaxed)
                .saturating_sub(exported),
        }
    })
}

/// Begins to export the spans of this process, as those of `service`.
///
/// # Errors
/// When the thread cannot be started, or on a second call.
pub fn export_traces(service: &str, export: TraceExport) -> Result<(), TraceExportError> {
    let exporter = Exporter {
        sampler: export.sampler,
        queue: Mutex::default(),
        put: AtomicU64::new(0),
        settled: AtomicU64::new(0),
        dropped: AtomicU64::new(0),
        exported: AtomicU64::new(0),
        hurry: Notify::new(),
        progress: Notify::new(),
    };
    let resource = Resource {
        service: service.to_owned(),
        instance: format!("{:032x}", rand::random::<u128>()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| TraceExportError::Start)?;
    EXPORTER
        .set(exporter)
        .map_err(|_| TraceExportError::Start)?;
    std::thread::Builder::new()
        .name("traces".to_owned())
        .spawn(move || {
            let exporter = EXPORTER.get().expect("invariant: set above");
            let mut collector = Collector::new(export.endpoint);
            runtime.block_on(exporter.run(&resource, &mut collector));
        })
        .map(drop)
        .map_err(|_| TraceExportError::Start)
}

/// Waits until every span that has ended by now was taken by the collector, at most for `limit`; whether it was. What
/// is left goes on in the background.
pub async fn flush(limit: Duration) -> bool {
    let Some(exporter) = exporter() else {
        return true;
    };
    let target = exporter.put.load(Ordering::Acquire);
    let drained = async {
        loop {
            let progress = exporter.progress.notified();
            tokio::pin!(progress);
            progress.as_mut().enable();
            if exporter.settled.load(Ordering::Acquire) >= target {
                return;
            }
            exporter.hurry.notify_one();
            progress.await;
        }
    };
    timeout(limit, drained).await.is_ok()
}

impl Exporter {
    pub(crate) fn put(&self, span: Finished) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() >= QUEUE {
            drop(queue);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        queue.push_back(span);
        let full = queue.len() == BATCH;
        self.put.fetch_add(1, Ordering::Release);
        drop(queue);
        if full {
            self.hurry.notify_one();
        }
    }

    fn batch(&self) -> Vec<Finished> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let count = queue.len().min(BATCH);
        queue.drain(..count).collect()
    }

    async fn run(&self, resource: &Resource, collector: &mut Collector) {
        loop {
            let batch = self.batch();
            if batch.is_empty() {
                // Time-outs and hurries are the same: look again.
                let _ = timeout(LINGER, self.hurry.notified()).await;
                continue;
            }
            let count = batch.len() as u64;
            let body = Bytes::from(request(resource, &batch));
            drop(batch);
            let taken = collector.deliver(body).await;
            if taken {
                self.exported.fetch_add(count, Ordering::Relaxed);
            }
            self.settled.fetch_add(count, Ordering::Release);
            self.progress.notify_waiters();
            if count < BATCH as u64 {
                let _ = timeout(LINGER, self.hurry.notified()).await;
            }
        }
    }
}

/// One connection to the collector, made anew when it breaks.
struct Collector {
    endpoint: Uri,
    open: Option<SendRequest<Full<Bytes>>>,
}

/// Why a request was not taken.
enum Refused {
    /// The collector will never take it.
    ForGood,
    /// It may take it later.
    ForNow,
}

impl Collector {
    fn new(endpoint: Uri) -> Self {
        Self {
            endpoint,
            open: None,
        }
    }

    /// Posts until the collector takes it or refuses it for good.
    async fn deliver(&mut self, body: Bytes) -> bool {
        let mut wait = FIRST_RETRY;
        loop {
            match timeout(PATIENCE, self.post(body.clone())).await {
                Ok(Ok(())) => return true,
                Ok(Err(Refused::ForGood)) => return false,
                Ok(Err(Refused::ForNow)) | Err(_) => {
                    self.open = None;
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LAST_RETRY);
                }
            }
        }
    }

    async fn post(&mut self, body: Bytes) -> Result<(), Refused> {
        let authority = self
            .endpoint
            .authority()
            .map_or("", |a| a.as_str())
            .to_owned();
        let path = format!("{}/v1/traces", self.endpoint.path().trim_end_matches('/'));
        let request = Request::post(path)
            .header("host", authority)
            .header("content-type", "application/json")
            .body(Full::new(body))
            .map_err(|_| Refused::ForGood)?;
        let sender = self.sender().await?;
        let response = sender
            .send_request(request)
            .await
            .map_err(|_| Refused::ForNow)?;
        let status = response.status();
        response
            .into_body()
            .collect()
            .await
            .map_err(|_| Refused::ForNow)?;
        match status.as_u16() {
            200..=299 => Ok(()),
            // The protocol names those that are worth another try.
            429 | 502 | 503 | 504 => Err(Refused::ForNow),
            _ => Err(Refused::ForGood),
        }
    }

    async fn sender(&mut self) -> Result<&mut SendRequest<Full<Bytes>>, Refused> {
        let usable = match &mut self.open {
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        if !usable {
            let host = self
                .endpoint
                .host()
                .unwrap_or_default()
                .trim_matches(['[', ']']);
            let port = self.endpoint.port_u16().unwrap_or(80);
            let stream = TcpStream::connect((host, port))
                .await
                .map_err(|_| Refused::ForNow)?;
            let _ = stream.set_nodelay(true);
            let (sender, connection) = handshake(TokioIo::new(stream))
                .await
                .map_err(|_| Refused::ForNow)?;
            #[expect(
                clippy::disallowed_methods,
                reason = "it ends with its connection, and lives on the exporting thread alone"
            )]
            tokio::spawn(async move {
                // A broken connection shows at the next request.
                let _ = connection.await;
            });
            self.open = Some(sender);
        }
        self.open.as_mut().ok_or(Refused::ForNow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_http_endpoint_and_a_ratio_are_usable() {
        assert_eq!(TraceExport::read(None, None), Ok(None));
        assert!(matches!(
            TraceExport::read(Some("http://127.0.0.1:4318/"), Some("0.5")),
            Ok(Some(_))
        ));
        for bad in ["collector:4318", "https://collector", "grpc://x"] {
            assert_eq!(
                TraceExport::read(Some(bad), None),
                Err(("OTEL_EXPORTER_OTLP_ENDPOINT", TraceExportError::Endpoint)),
                "{bad}"
            );
        }
        for bad in ["", "2", "-1", "NaN", "x"] {
            assert_eq!(
                TraceExport::read(Some("http://c"), Some(bad)),
                Err(("OTEL_TRACES_SAMPLER_ARG", TraceExportError::Ratio)),
                "{bad}"
            );
        }
    }
}
