use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use velure_domain::RequestId;
use velure_faults::{Point, reach};
use velure_http::{Mounted, RequestParts, body_too_large, fallback, internal_error, timed_out};

/// How long a client may take to send its body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// The peer of a connection, put into each of its requests by the listener.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// A router over `endpoints`, by their rows in the route table. What no route has is answered as everywhere.
pub fn router(endpoints: Vec<Mounted>, trusted_hops: usize) -> Router {
    let mut paths = BTreeMap::<&str, MethodRouter>::new();
    for endpoint in endpoints {
        let route = endpoint.route();
        let filter = match route.method.as_str() {
            "GET" => MethodFilter::GET,
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            "PATCH" => MethodFilter::PATCH,
            "DELETE" => MethodFilter::DELETE,
            other => unreachable!("the route table has no method {other}"),
        };
        let handler = on(filter, move |request: Request| {
            host(endpoint.clone(), request, trusted_hops)
        });
        let methods = paths.remove(route.path.as_str()).unwrap_or_default();
        paths.insert(&route.path, methods.merge(handler));
    }
    let unrouted = move |request: Request| async move {
        let (parts, _) = take(request, trusted_hops);
        fallback(&parts).map(Body::from)
    };
    let mut router = Router::new();
    for (path, methods) in paths {
        // axum answers HEAD by GET on its own; the gateway does not.
        router = router.route(
            path,
            methods.on(MethodFilter::HEAD, unrouted).fallback(unrouted),
        );
    }
    router.fallback(unrouted)
}

async fn host(endpoint: Mounted, request: Request, trusted_hops: usize) -> Response<Body> {
    let (mut parts, body) = take(request, trusted_hops);
    let id = parts.id.clone();
    let route = endpoint.route();
    let body = tokio::time::timeout(BODY_DEADLINE, to_bytes(body, route.body_limit_bytes)).await;
    match body {
        Ok(Ok(bytes)) => parts.body = bytes,
        Ok(Err(_)) => return body_too_large(&id, route.body_limit_bytes).map(Body::from),
        Err(_) => return timed_out(&id).map(Body::from),
    }
    let deadline = Duration::from_secs(route.timeout_s.into());
    let is_order = route.name == "place-order";
    #[expect(
        clippy::disallowed_methods,
        reason = "awaited right below; a client that leaves must not cancel a transaction half way"
    )]
    let answer = tokio::spawn(async move { endpoint.answer(parts).await });
    let answer: Response<Bytes> = match tokio::time::timeout(deadline, answer).await {
        Ok(Ok(answer)) => answer,
        // The panic itself was logged by the process's panic hook.
        Ok(Err(_)) => internal_error(&id),
        Err(_) => timed_out(&id),
    };
    if is_order && reach(Point::A5).await.is_err() {
        return answer.map(broken_off);
    }
    answer.map(Body::from)
}

/// Half of an answer, and then the end of the connection.
fn broken_off(whole: Bytes) -> Body {
    let half: std::io::Result<Bytes> = Ok(whole.slice(..whole.len() / 2));
    let end = Err(std::io::ErrorKind::ConnectionReset.into());
    Body::from_stream(futures::stream::iter([half, end]))
}

fn take(request: Request, trusted_hops: usize) -> (RequestParts, Body) {
    let (head, body) = request.into_parts();
    let peer = head.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let parts = RequestParts {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        client_ip: client_ip(&head.headers, peer, trusted_hops),
        headers: head.headers,
        body: Bytes::new(),
        id: RequestId::generate().to_string(),
    };
    (parts, body)
}

/// The address before the trusted proxies: what the outermost of them saw.
fn client_ip(headers: &HeaderMap, peer: Option<IpAddr>, trusted_hops: usize) -> Option<IpAddr> {
    if trusted_hops == 0 {
        return peer;
    }
    let lines = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let seen: Vec<&str> = lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    let position = seen.len().checked_sub(trusted_hops)?;
    seen[position].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_trusted_proxy_wrote_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "6.6.6.6, 203.0.113.9".parse().expect("a header value"),
        );
        let peer = Some(IpAddr::from([127, 0, 0, 1]));
        assert_eq!(client_ip(&headers, peer, 0), peer);
        assert_eq!(
            client_ip(&headers, peer, 1),
            Some(IpAddr::from([203, 0, 113, 9]))
        );
        assert_eq!(client_ip(&headers, peer, 3), None);
    }
}
