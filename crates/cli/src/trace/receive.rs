//! What an exporter sends, and what it is told.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;

use super::span;
use super::store::Store;

const PROTOBUF: &str = "application/x-protobuf";

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
    let kind = named(header::CONTENT_TYPE);
    if kind.split(';').next() != Some(PROTOBUF) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/x-protobuf: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        );
    }
    if !["", "identity"].contains(&named(header::CONTENT_ENCODING)) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send it uncompressed: unset OTEL_EXPORTER_OTLP_COMPRESSION",
        );
    }
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "this is no ExportTraceServiceRequest",
        );
    };
    match store.add(&span::spans(request)) {
        Ok(()) => (
            [(header::CONTENT_TYPE, PROTOBUF)],
            ExportTraceServiceResponse::default().encode_to_vec(),
        )
            .into_response(),
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
