//! The receiver and its page.

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::store::Store;
use super::{page, receive};

/// A batch of 512 spans is about 300 KiB.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Receives until it is asked to stop.
pub(super) async fn run(listen: SocketAddr, store: Store) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("{listen} cannot be listened on"))?;
    let address = listener.local_addr().context("a listener has an address")?;
    crate::say(&format!(
        "Spans go to http://{address}/v1/traces and into {}",
        store.folder().display()
    ))?;
    crate::say(&format!("Traces are shown at http://{address}/"))?;
    let mut terminate = signal(SignalKind::terminate()).context("signals can be listened to")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals can be listened to")?;
    let asked = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    axum::serve(listener, router(store))
        .with_graceful_shutdown(asked)
        .await
        .context("the receiver failed")
}

fn router(store: Store) -> Router {
    Router::new()
        .route("/v1/traces", post(receive::traces))
        .route("/", get(page::recent))
        .route("/of/{id}", get(page::one))
        .route("/live", get(|| async { "ok" }))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(store)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
    use prost::Message as _;
    use tower::ServiceExt as _;

    use super::*;

    fn named(key: &str, value: &str) -> KeyValue {
        KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue {
                value: Some(Value::StringValue(value.to_owned())),
            }),
            ..KeyValue::default()
        }
    }

    fn export(name: &str) -> Vec<u8> {
        let span = Span {
            trace_id: vec![0xab; 16],
            span_id: vec![0xcd; 8],
            name: name.to_owned(),
            kind: 2,
            start_time_unix_nano: 5_000_000,
            end_time_unix_nano: 8_000_000,
            attributes: vec![named("order.id", "o-1")],
            status: Some(Status {
                message: "no stock".to_owned(),
                code: 2,
            }),
            ..Span::default()
        };
        ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(Resource {
                    attributes: vec![named("service.name", "server")],
                    ..Resource::default()
                }),
                scope_spans: vec![ScopeSpans {
                    spans: vec![span],
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        }
        .encode_to_vec()
    }

    fn send(kind: &str, body: Vec<u8>) -> Request<Body> {
        Request::post("/v1/traces")
            .header("content-type", kind)
            .body(Body::from(body))
            .expect("a request")
    }

    async fn ask(router: Router, request: Request<Body>) -> (StatusCode, String) {
        let answer = router.oneshot(request).await.expect("an answer");
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    fn get(path: &str) -> Request<Body> {
        Request::get(path).body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn what_an_exporter_sends_is_shown_and_nothing_in_it_becomes_markup() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::at(folder.path().to_path_buf());
        let router = router(store.clone());
        let body = export("<script>alert(1)</script>");
        let (status, _) = ask(router.clone(), send("application/x-protobuf", body)).await;
        assert_eq!(status, StatusCode::OK);
        let traces = store.traces_of("o-1").expect("readable");
        let span = &traces[0].spans[0];
        assert_eq!(traces[0].id, "ab".repeat(16));
        assert_eq!(
            (span.service.as_str(), span.kind.as_str()),
            ("server", "server")
        );
        assert_eq!(
            (span.length(), span.error.as_str()),
            (3_000_000, "no stock")
        );
        for path in ["/", "/of/o-1"] {
            let (status, page) = ask(router.clone(), get(path)).await;
            assert_eq!(status, StatusCode::OK);
            assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
            assert!(!page.contains("<script"), "{page}");
        }
        let (status, _) = ask(router.clone(), get("/of/o-2")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let answer = router.oneshot(get("/?id=+o-1%0d%0a")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"], "/of/o-1");
    }

    #[tokio::test]
    async fn the_json_that_the_shop_sends_is_understood() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::at(folder.path().to_path_buf());
        // As crates/telemetry writes it: ids in hexadecimal, 64-bit numbers as text, kinds and codes as numbers.
        let body = serde_json::json!({ "resourceSpans": [{
            "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "relay" } }] },
            "scopeSpans": [{ "scope": { "name": "velure" }, "spans": [{
                "traceId": "0af7651916cd43dd8448eb211c80319c",
                "spanId": "b7ad6b7169203331",
                "parentSpanId": "00f067aa0ba902b7",
                "traceState": "vendor=1",
                "name": "publish",
                "kind": 4,
                "startTimeUnixNano": "1764119347000000001",
                "endTimeUnixNano": "1764119347002500001",
                "attributes": [
                    { "key": "order.id", "value": { "stringValue": "o-1" } },
                    { "key": "messaging.batch.message_count", "value": { "intValue": "3" } },
                    { "key": "retried", "value": { "boolValue": true } }
                ],
                "status": { "code": 2, "message": "returned" }
            }] }]
        }] });
        let body = serde_json::to_vec(&body).expect("plain data");
        let answer = ask(router(store.clone()), send("application/json", body)).await;
        assert_eq!(answer, (StatusCode::OK, "{}".to_owned()));
        let traces = store.traces_of("o-1").expect("readable");
        let span = &traces[0].spans[0];
        assert_eq!(traces[0].id, "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(span.parent, "00f067aa0ba902b7");
        assert_eq!(
            (span.service.as_str(), span.kind.as_str()),
            ("relay", "producer")
        );
        assert_eq!(
            (span.length(), span.error.as_str()),
            (2_500_000, "returned")
        );
        assert_eq!(span.attributes["messaging.batch.message_count"], "3");
        assert_eq!(span.attributes["retried"], "true");
    }

    #[tokio::test]
    async fn an_exporter_with_other_settings_is_told_which_to_use() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let router = router(Store::at(folder.path().to_path_buf()));
        let (status, why) = ask(router.clone(), send("application/grpc", Vec::new())).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(why.contains("OTEL_EXPORTER_OTLP_PROTOCOL"), "{why}");
        let mut compressed = send("application/x-protobuf", export("a"));
        compressed
            .headers_mut()
            .insert("content-encoding", "gzip".parse().expect("a value"));
        let (status, why) = ask(router.clone(), compressed).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(why.contains("OTEL_EXPORTER_OTLP_COMPRESSION"), "{why}");
        for (kind, body) in [
            ("application/x-protobuf", vec![0xff; 9]),
            ("application/json", b"{\"resourceSpans\":1}".to_vec()),
        ] {
            let (status, _) = ask(router.clone(), send(kind, body)).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{kind}");
        }
    }
}
