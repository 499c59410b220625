//! What an exporter sends, and what it is told.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

use super::span;
use super::store::Store;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// `POST /v1/traces`.
pub(super) async fn traces(
    State(store): State<Store>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let named = |name: header::HeaderName| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let named_kind = named(header::CONTENT_TYPE).split(';').next();
    let Some(kind) = [PROTOBUF, JSON]
        .into_iter()
        .find(|kind| Some(*kind) == named_kind)
    else {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send OTLP over HTTP: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf or http/json",
        );
    };
    if !["", "identity"].contains(&named(header::CONTENT_ENCODING)) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send it uncompressed: unset OTEL_EXPORTER_OTLP_COMPRESSION",
        );
    }
    let request = if kind == JSON {
        serde_json::from_slice(&body).ok()
    } else {
        ExportTraceServiceRequest::decode(body).ok()
    };
    let Some(request) = request else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "this is no ExportTraceServiceRequest",
        );
    };
    match store.add(&span::spans(request)) {
        // An empty answer says that all were taken; it is written in the language of the question.
        Ok(()) => {
            let taken = if kind == JSON { "{}" } else { "" };
            ([(header::CONTENT_TYPE, kind)], taken).into_response()
        }
        Err(error) => {
            eprintln!("velure trace: {error:#}");
            // 503 is one of the answers after which an exporter tries again.
            refuse(StatusCode::SERVICE_UNAVAILABLE, "the spans cannot be kept")
        }
    }
}

fn refuse(status: StatusCode, why: &'static str) -> Response {
    (status, why).into_response()
}
