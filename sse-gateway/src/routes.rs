//! The gateway's three routes:
//!
//! - `GET /api/me/orders/{id}/events`: one order's statuses.
//! - `GET /api/me/orders/events`: the statuses of all my orders.
//! - `GET /api/health`

use std::time::Instant;

use bytes::Bytes;
use chrono::Utc;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Version};
use http_body_util::Full;
use velure_contracts::Code;
use velure_contracts::http::Health;
use velure_domain::RequestId;
use velure_http::{ApiError, Reply, render};

use crate::gateway::Gateway;
use crate::open::{self, Opened, Wanted};
use crate::stream::Granted;

/// What a request gets.
pub(crate) enum Answer {
    /// A response with an end.
    Whole(Response<Full<Bytes>>),
    /// A stream, and the version of HTTP to write it in.
    Stream(Box<Granted>, Version, RequestId),
}

enum Route {
    Stream(Wanted, &'static str),
    Health,
    None,
}

fn route(path: &str) -> Route {
    if path == "/api/health" {
        return Route::Health;
    }
    match path.strip_prefix("/api/me/orders/") {
        Some("events") => Route::Stream(Wanted::Mine, "/api/me/orders/events"),
        Some(rest) => match rest.strip_suffix("/events") {
            Some(id) if !id.contains('/') => {
                Route::Stream(Wanted::Order(id.parse().ok()), "/api/me/orders/{id}/events")
            }
            Some(_) | None => Route::None,
        },
        None => Route::None,
    }
}

/// Answers a request, and logs it: a stream is logged once more when it ends.
pub(crate) async fn answer<B>(gateway: &Gateway, request: &Request<B>) -> Answer {
    let started = Instant::now();
    let id = RequestId::generate();
    let (outcome, name) = match route(request.uri().path()) {
        Route::None => (Err(ApiError::not_found()), "none"),
        Route::Health | Route::Stream(..) if request.method() != Method::GET => {
            (Err(ApiError::new(Code::MethodNotAllowed)), "none")
        }
        Route::Health => (
            Ok(Reply::ok(&Health {
                status: "ok".to_owned(),
            })),
            "/api/health",
        ),
        Route::Stream(wanted, name) => {
            // Boxed: a stream that is open should not keep the room that opening it took.
            match Box::pin(open::open(
                gateway,
                &wanted,
                request.headers(),
                request.uri(),
            ))
            .await
            {
                Ok(Opened::Stream(mut granted)) => {
                    granted.headers = stream_headers(id);
                    return Answer::Stream(granted, request.version(), id);
                }
                Ok(Opened::Nothing) => (Ok(Reply::no_content()), name),
                Err(error) => (Err(error), name),
            }
        }
    };
    if let Err(error) = &outcome {
        gateway.metrics.rejected(error.code().as_str());
        if let Some(cause) = error.cause() {
            tracing::warn!(request.id = %id, error = cause, "a request could not be served");
        }
    }
    let not_allowed = outcome
        .as_ref()
        .err()
        .is_some_and(|error| error.code() == Code::MethodNotAllowed);
    let mut response = render(&id.to_string(), outcome);
    if not_allowed {
        response
            .headers_mut()
            .insert("allow", HeaderValue::from_static("GET"));
    }
    tracing::info!(
        request.id = %id,
        http.method = method_name(request.method()),
        http.route = name,
        http.status = response.status().as_u16(),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    Answer::Whole(response.map(Full::new))
}

/// The method as it is logged: a client may send any word for one, and that could be anything.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn stream_headers(id: RequestId) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(
        "content-type",
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(
        "cache-control",
        HeaderValue::from_static("no-store, no-transform"),
    );
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    for (name, value) in [
        ("x-request-id", id.to_string()),
        (
            "date",
            Utc::now().format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        ),
    ] {
        headers.insert(
            name,
            HeaderValue::try_from(value).expect("invariant: an id and a date are visible ASCII"),
        );
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_paths_lead_somewhere() {
        assert!(matches!(route("/api/health"), Route::Health));
        assert!(matches!(
            route("/api/me/orders/events"),
            Route::Stream(Wanted::Mine, _)
        ));
        let id = velure_domain::OrderId::generate();
        let path = format!("/api/me/orders/{id}/events");
        assert!(
            matches!(route(&path), Route::Stream(Wanted::Order(Some(found)), _) if found == id)
        );
        assert!(matches!(
            route("/api/me/orders/nonsense/events"),
            Route::Stream(Wanted::Order(None), _)
        ));
        for path in [
            "/",
            "/api/me/orders",
            "/api/me/orders/",
            "/api/me/orders/a/b/events",
            "/api/me/orders/events/",
            "/live",
        ] {
            assert!(matches!(route(path), Route::None), "{path}");
        }
    }
}
