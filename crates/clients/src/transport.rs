use std::time::{Duration, Instant};

use metrics::{counter, histogram};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use velure_config::ExposeSecret;
use velure_http::{ServiceSigner, TokenError};
use velure_telemetry::{Span, SpanKind, current};

/// How long a connection may take to come about.
const CONNECT_DEADLINE: Duration = Duration::from_secs(1);
/// How long a call may take altogether, connecting included. A Lambda has ten seconds for everything.
pub const CALL_DEADLINE: Duration = Duration::from_secs(3);
/// The longest answer that is read. Fifty priced lines are a tenth of it.
const MAX_ANSWER: usize = 128 * 1024;
/// How long an unused connection is kept: less than any load balancer or server in between keeps it.
const KEEP_IDLE: Duration = Duration::from_secs(30);
/// How many unused connections are kept.
const KEEP_CONNECTIONS: usize = 64;

const CALLS: &str = "velure_client_calls_total";

/// Calls the internal endpoints of one context.
#[derive(Debug, Clone)]
pub struct Transport {
    http: Client,
    base: String,
    signer: ServiceSigner,
    audience: &'static str,
}

/// Why there is no answer. What the other side did is not known.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection, no answer in time, or one that broke off.
    #[error("the call was not answered")]
    Unanswered(#[source] reqwest::Error),
    /// The answer was longer than anything that is ever answered.
    #[error("the answer is longer than {MAX_ANSWER} bytes")]
    TooLong,
    /// The service token could not be signed.
    #[error("the service token could not be signed")]
    Token(#[source] TokenError),
}

/// An answer, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

impl Transport {
    /// Calls the context `audience` at `base`, a URL without a path.
    ///
    /// # Errors
    /// When this machine cannot make HTTP calls at all.
    pub fn new(
        base: &str,
        signer: ServiceSigner,
        audience: &'static str,
    ) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(CALL_DEADLINE)
            .pool_idle_timeout(KEEP_IDLE)
            .pool_max_idle_per_host(KEEP_CONNECTIONS)
            .tcp_nodelay(true)
            .build()?;
        for outcome in ["answered", "failed"] {
            drop(counter!(CALLS, "context" => audience, "outcome" => outcome));
        }
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            signer,
            audience,
        })
    }

    /// Asks, once, as a step of the trace that this is done in. `template` is the path without ids, as traces show it.
    pub(crate) async fn call(
        &self,
        method: Method,
        template: &'static str,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<Answer, CallError> {
        let mut span = current().map(|parent| {
            let mut span = Span::child(SpanKind::Client, format!("{method} {template}"), &parent);
            span.set_with("http.request.method", || method.to_string());
            span.set("url.template", template);
            span.set("server.address", self.audience);
            span
        });
        let started = Instant::now();
        let outcome = self.ask(method, path, body, span.as_ref()).await;
        self.count(outcome.is_ok(), started.elapsed());
        if let Some(span) = &mut span {
            match &outcome {
                Ok(answer) => {
                    let status = answer.status;
                    span.set("http.response.status_code", i64::from(status.as_u16()));
                    if status.is_client_error() || status.is_server_error() {
                        span.fail(status.as_str().to_owned());
                    }
                }
                Err(CallError::Unanswered(error)) if error.is_timeout() => span.fail("timeout"),
                Err(CallError::Unanswered(_)) => span.fail("unanswered"),
                Err(CallError::TooLong) => span.fail("too_long"),
                Err(CallError::Token(_)) => span.fail("token"),
            }
        }
        outcome
    }

    fn count(&self, answered: bool, took: Duration) {
        let outcome = if answered { "answered" } else { "failed" };
        counter!(CALLS, "context" => self.audience, "outcome" => outcome).increment(1);
        histogram!("velure_client_call_seconds", "context" => self.audience).record(took);
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
        span: Option<&Span>,
    ) -> Result<Answer, CallError> {
        let token = self.signer.token(self.audience).map_err(CallError::Token)?;
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(token.expose_secret());
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(trace) = span.map(Span::context) {
            request = request.header("traceparent", trace.traceparent());
            if let Some(state) = trace.tracestate() {
                request = request.header("tracestate", state);
            }
        }
        let mut response = request.send().await.map_err(CallError::Unanswered)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(CallError::Unanswered)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(CallError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }
}
