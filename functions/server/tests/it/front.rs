//! In front of the catalog: what happens to a hold is the test's to say, and everything else is passed on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use tokio::task::JoinSet;

/// Says what becomes of a hold, by its number from 1 on: an answer, or nothing, which passes it on.
type Decide = Arc<dyn Fn(u32) -> BoxFuture<'static, Option<StatusCode>> + Send + Sync>;

/// It serves until it is dropped.
pub(crate) struct Front {
    pub(crate) url: String,
    _serving: JoinSet<std::io::Result<()>>,
}

#[derive(Clone)]
struct Shared {
    catalog: String,
    holds: Arc<AtomicU32>,
    decide: Decide,
    client: reqwest::Client,
}

impl Front {
    pub(crate) async fn start(
        catalog: String,
        decide: impl Fn(u32) -> BoxFuture<'static, Option<StatusCode>> + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared {
            catalog,
            holds: Arc::default(),
            decide: Arc::new(decide),
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(shared);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            _serving: serving,
        }
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    if request.method() == "PUT" {
        let number = shared.holds.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(status) = (shared.decide)(number).await {
            return status.into_response();
        }
    }
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 1 << 20).await.expect("a body");
    let passed_on = shared
        .client
        .request(parts.method, format!("{}{}", shared.catalog, parts.uri))
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .expect("the catalog answers");
    let (status, headers) = (passed_on.status(), passed_on.headers().clone());
    let body = passed_on.bytes().await.expect("a body");
    (status, headers, body).into_response()
}
