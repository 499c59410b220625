//! The admin port: `/live`, `/ready`, `/metrics`.
//!
//! - `/live`: 200 when every loop has beaten in time, else 503 with the names of those that have not. It never looks
//!   at a dependency: an outage elsewhere must not restart this process.
//! - `/ready`: 200 when every latch is released and the process is not stopping, else 503 with what is missing.
//! - `/metrics`: Prometheus text.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use velure_telemetry::MetricsHandle;

use crate::heartbeat::Heartbeats;
use crate::readiness::Readiness;

/// How often recorded samples are folded into their histograms.
const UPKEEP: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) readiness: Readiness,
    pub(crate) hearts: Heartbeats,
    pub(crate) metrics: MetricsHandle,
}

/// The admin server's thread; it ends when this is dropped.
pub(crate) struct AdminServer {
    stop: Option<DropGuard>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl AdminServer {
    /// Serves on a thread with a runtime of its own, so that a data path that is stalled still answers.
    pub(crate) fn start(listen: SocketAddr, admin: Admin) -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind(listen)
            .with_context(|| format!("the admin port {listen} is not to be had"))?;
        let address = listener.local_addr().context("the admin port's address")?;
        tracing::info!(address = %address, "serving live, ready and metrics");
        listener.set_nonblocking(true).context("the admin port")?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the admin runtime")?;
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("admin".to_owned())
            .spawn(move || runtime.block_on(serve(listener, admin, stopped)))
            .context("the admin thread")?;
        Ok(Self {
            stop: Some(stop.drop_guard()),
            thread: Some(thread),
        })
    }
}

impl Drop for AdminServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the admin thread panicked");
        }
    }
}

async fn serve(listener: std::net::TcpListener, admin: Admin, stop: CancellationToken) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(error = %error, "the admin port cannot be served");
            return;
        }
    };
    let metrics = admin.metrics.clone();
    let upkeep = async {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            metrics.run_upkeep();
        }
    };
    tokio::select! {
        // Open connections end with the runtime: nothing here is worth waiting for.
        served = async { axum::serve(listener, router(admin)).await } => {
            if let Err(error) = served {
                tracing::error!(error = %error, "the admin server ended");
            }
        }
        () = upkeep => {}
        () = stop.cancelled() => {}
    }
}

fn router(admin: Admin) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(admin)
}

async fn live(State(admin): State<Admin>) -> Response {
    answer(&admin.hearts.stopped(Instant::now()))
}

async fn ready(State(admin): State<Admin>) -> Response {
    answer(&admin.readiness.waiting_for())
}

async fn metrics(State(admin): State<Admin>) -> Response {
    // Of the process as a whole: CPU time, memory, descriptors, start.
    metrics_process::Collector::default().collect();
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        admin.metrics.render(),
    )
        .into_response()
}

fn answer(missing: &[&str]) -> Response {
    if missing.is_empty() {
        (StatusCode::OK, "ok\n").into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{}\n", missing.join("\n")),
        )
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(admin: &Admin, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = router(admin.clone())
            .oneshot(request)
            .await
            .expect("an answer");
        let status = response.status();
        let body = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    fn admin() -> Admin {
        let metrics = velure_telemetry::install_metrics().expect("the recorder");
        Admin {
            readiness: Readiness::default(),
            hearts: Heartbeats::default(),
            metrics,
        }
    }

    #[tokio::test]
    async fn ready_says_what_is_missing() {
        let admin = admin();
        let latch = admin.readiness.latch("broker");
        assert_eq!(
            ask(&admin, "/ready").await,
            (StatusCode::SERVICE_UNAVAILABLE, "broker\n".to_owned())
        );
        latch.release();
        assert_eq!(
            ask(&admin, "/ready").await,
            (StatusCode::OK, "ok\n".to_owned())
        );
    }

    #[tokio::test]
    async fn live_names_the_loop_that_stands_still_and_does_not_care_about_readiness() {
        let admin = admin();
        let _latch = admin.readiness.latch("database");
        assert_eq!(ask(&admin, "/live").await.0, StatusCode::OK);
        let heart = admin.hearts.add("publish", Duration::ZERO);
        let born = Instant::now();
        while born.elapsed() < Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        assert_eq!(
            ask(&admin, "/live").await,
            (StatusCode::SERVICE_UNAVAILABLE, "publish\n".to_owned())
        );
        drop(heart);
        assert_eq!(ask(&admin, "/live").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn metrics_are_prometheus_text() {
        let admin = admin();
        metrics::gauge!("velure_test_level").set(3.0);
        assert!(
            ask(&admin, "/metrics")
                .await
                .1
                .contains("velure_test_level 3")
        );
    }
}
