//! A Secrets Manager that answers one request after the other, as the real one answers for a secret, and that lets
//! nobody write before everybody has looked.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{Barrier, Mutex};
use tokio::task::JoinSet;

/// Passes requests on to the Secrets Manager behind it.
pub(crate) struct OneAtATime {
    pub(crate) endpoint: String,
    _server: JoinSet<()>,
}

struct Gate {
    behind: String,
    client: Mutex<reqwest::Client>,
    everybody_looked: Barrier,
}

impl OneAtATime {
    /// For `runs` that all look before one of them may write.
    pub(crate) async fn before(behind: &str, runs: usize) -> Self {
        let client = reqwest::Client::builder().no_proxy().build();
        let gate = Arc::new(Gate {
            behind: behind.to_owned(),
            client: Mutex::new(client.expect("a client")),
            everybody_looked: Barrier::new(runs),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
        let router = Router::new().fallback(pass).with_state(gate);
        let mut server = JoinSet::new();
        server.spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self {
            endpoint,
            _server: server,
        }
    }
}

async fn pass(State(gate): State<Arc<Gate>>, request: Request) -> (StatusCode, HeaderMap, Bytes) {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 65_536).await.expect("a request has a body");
    let text = String::from_utf8_lossy(&body);
    let asked = head.headers["x-amz-target"].to_str().expect("an action");
    // The first thing that every run does, and the first that it writes.
    let first = asked.ends_with("PutSecretValue") && text.contains("/access-signing-key");
    if first {
        gate.everybody_looked.wait().await;
    }
    let client = gate.client.lock().await;
    let answer = client
        .post(&gate.behind)
        .headers(head.headers)
        .body(body)
        .send()
        .await
        .expect("the server behind answers");
    let (status, headers) = (answer.status(), answer.headers().clone());
    (
        status,
        headers,
        answer.bytes().await.expect("a whole answer"),
    )
}
