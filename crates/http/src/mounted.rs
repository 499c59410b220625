use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use velure_config::Reader;
use velure_contracts::Code;
use velure_telemetry::{Span, SpanKind, TraceContext, within};

use crate::metrics::{answered, counting, embedded, requests_from_zero};
use crate::origin::OriginPolicy;
use crate::{
    ApiError, Auth, Authenticator, Context, CsrfPolicy, Endpoint, Reply, Request, RequestParts,
    Route, StartError, route_named, routes,
};

/// The most bytes of headers a request may have.
const HEADER_LIMIT: usize = 16 * 1024;

type Handle = Arc<dyn Fn(Request) -> BoxFuture<'static, Result<Reply, ApiError>> + Send + Sync>;

/// An endpoint with everything the edge does around it.
#[derive(Clone)]
pub struct Mounted {
    route: &'static Route,
    /// As traces show it.
    span_name: String,
    /// Whether lines of requests carry metrics.
    embeds_metrics: bool,
    origin: OriginPolicy,
    authenticator: Authenticator,
    csrf: CsrfPolicy,
    handle: Handle,
}

impl fmt::Debug for Mounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mounted").field(&self.route.name).finish()
    }
}

impl Mounted {
    /// Connects endpoint `E` in `context`.
    ///
    /// # Errors
    /// When the variables do not allow it.
    ///
    /// # Panics
    /// When the endpoint has no row in the route table; a test of every context holds them together.
    pub async fn connect<E: Endpoint>(context: &E::Context) -> Result<Self, StartError> {
        let route =
            route_named(E::NAME).expect("every endpoint has a row in functions/routes.json");
        let mut reader = Reader::new(context.env());
        let csrf = CsrfPolicy::new(reader.list("VELURE_ALLOWED_ORIGINS"));
        let origin = OriginPolicy::read(&mut reader, route);
        let origin = reader.finish(origin)?;
        let authenticator = async {
            match route.auth {
                Auth::None => Ok(Authenticator::nobody()),
                Auth::Shopper | Auth::Admin | Auth::Service => {
                    context.authenticator(route.auth).await
                }
            }
        };
        let (authenticator, endpoint) = futures::try_join!(authenticator, E::connect(context))?;
        requests_from_zero(route);
        let endpoint = Arc::new(endpoint);
        let handle: Handle = Arc::new(move |request| {
            let endpoint = Arc::clone(&endpoint);
            Box::pin(async move { endpoint.handle(request).await })
        });
        Ok(Self {
            route,
            span_name: format!("{} {}", route.method, route.path),
            embeds_metrics: false,
            origin,
            authenticator,
            csrf,
            handle,
        })
    }

    /// Puts metrics into the line of each request: for a process that nobody scrapes.
    #[must_use]
    pub(crate) fn embedding_metrics(self) -> Self {
        Self {
            embeds_metrics: true,
            ..self
        }
    }

    /// The endpoint's row.
    #[must_use]
    pub fn route(&self) -> &'static Route {
        self.route
    }

    /// Answers a request for this endpoint's route.
    pub async fn answer(&self, parts: RequestParts) -> Response<Bytes> {
        let started = Instant::now();
        let id = parts.id.clone();
        let method = parts.method.clone();
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let parent = header("traceparent")
            .and_then(|parent| TraceContext::parse(parent, header("tracestate")));
        let mut span = Span::continuing(SpanKind::Server, self.span_name.clone(), parent.as_ref());
        span.set_with("http.request.method", || method.clone());
        span.set("http.route", self.route.path.as_str());
        let trace = span.context().clone();
        let trace_id = trace.trace_id();
        let work = self.admit_and_handle(parts, trace, started);
        let (outcome, counted) = counting(within(span.context(), work)).await;
        let answer = render(&id, outcome);
        span.set(
            "http.response.status_code",
            i64::from(answer.status().as_u16()),
        );
        if answer.status().is_server_error() {
            span.fail(answer.status().as_str().to_owned());
        }
        let took = started.elapsed();
        answered(self.route, answer.status(), took);
        let metrics = self
            .embeds_metrics
            .then(|| embedded(self.route, answer.status(), took, &counted).to_string());
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            { velure_telemetry::MEMBERS } = metrics,
            request.id = id,
            trace.id = trace_id,
            http.method = method,
            http.route = self.route.path,
            http.status = answer.status().as_u16(),
            duration_ms = millis,
            "request"
        );
        answer
    }

    async fn admit_and_handle(
        &self,
        parts: RequestParts,
        trace: TraceContext,
        received: Instant,
    ) -> Result<Reply, ApiError> {
        let Some(params) = self.route.match_path(&parts.path) else {
            return Err(ApiError::not_found());
        };
        let params = params
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let header_bytes = parts
            .headers
            .iter()
            .map(|(n, v)| n.as_str().len() + v.len())
            .sum::<usize>();
        if parts.body.len() > self.route.body_limit_bytes || header_bytes > HEADER_LIMIT {
            return Err(too_large(self.route.body_limit_bytes));
        }
        if !self.origin.allows(&parts.headers) {
            return Err(ApiError::new(Code::Forbidden)
                .detail("This address answers the shop's edge alone. Ask at the shop's own."));
        }
        let changes_something = !matches!(parts.method.as_str(), "GET" | "HEAD");
        if changes_something
            && self.route.auth != Auth::Service
            && !self.csrf.allows(&parts.headers)
        {
            return Err(ApiError::new(Code::CsrfRefused));
        }
        let caller = self
            .authenticator
            .authenticate(self.route.auth, &parts.headers)
            .await?;
        (self.handle)(Request::new(parts, params, caller, trace, received)).await
    }
}

/// The answer for a path and method that no route has: 405 when the path has others, else 404.
#[must_use]
pub fn fallback(parts: &RequestParts) -> Response<Bytes> {
    let mut allowed: Vec<&str> = routes()
        .iter()
        .filter(|r| r.match_path(&parts.path).is_some())
        .map(|r| r.method.as_str())
        .collect();
    allowed.sort_unstable();
    allowed.dedup();
    if allowed.is_empty() {
        return render(&parts.id, Err(ApiError::not_found()));
    }
    let mut answer = render(&parts.id, Err(ApiError::new(Code::MethodNotAllowed)));
    let allow = HeaderValue::from_str(&allowed.join(", ")).expect("methods are printable");
    answer.headers_mut().insert("allow", allow);
    answer
}

/// Turns an outcome into the answer on the wire, with the headers that every answer has.
#[must_use]
pub fn render(request_id: &str, outcome: Result<Reply, ApiError>) -> Response<Bytes> {
    let (status, mut headers, body) = match outcome {
        Ok(reply) => reply.into_parts(),
        Err(error) => problem(request_id, &error),
    };
    let mut set = |name: &'static str, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    if let Ok(id) = HeaderValue::from_str(request_id) {
        set("x-request-id", id);
    }
    set("cache-control", HeaderValue::from_static("no-store"));
    set(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

fn problem(request_id: &str, error: &ApiError) -> (StatusCode, HeaderMap, Bytes) {
    let problem = error.problem(request_id);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let cause = error.cause();
    if status.is_server_error() {
        tracing::error!(
            request.id = request_id,
            problem.code = problem.code.as_str(),
            error = cause,
            "request failed"
        );
    } else {
        tracing::debug!(
            request.id = request_id,
            problem.code = problem.code.as_str(),
            error = cause,
            "request refused"
        );
    }
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(seconds) = error.retry_after_seconds() {
        headers.insert("retry-after", HeaderValue::from(seconds));
    }
    for cookie in error.cookies() {
        headers.append(
            "set-cookie",
            HeaderValue::from_str(cookie).expect("a cookie of ours is printable"),
        );
    }
    let body = serde_json::to_vec(&problem).expect("a problem is JSON");
    (status, headers, body.into())
}

/// Answers as an endpoint would whose code failed: for a shell that saw a panic.
#[must_use]
pub fn internal_error(request_id: &str) -> Response<Bytes> {
    render(request_id, Err(ApiError::new(Code::Internal)))
}

/// Answers for a shell that stopped reading a body at its limit.
#[must_use]
pub fn body_too_large(request_id: &str, limit: usize) -> Response<Bytes> {
    render(request_id, Err(too_large(limit)))
}

/// Answers for a shell that waited as long as the route allows.
#[must_use]
pub fn timed_out(request_id: &str) -> Response<Bytes> {
    render(
        request_id,
        Err(ApiError::new(Code::Unavailable)
            .detail("The answer took too long.")
            .retry_after(1)),
    )
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(Code::BodyTooLarge).detail(format!("The body may have at most {limit} bytes."))
}
