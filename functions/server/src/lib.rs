//! Any chosen set of endpoints in one process: the all-EKS side of a placement, the quick local mode, and what tests
//! and benchmarks drive. It answers exactly as the Lambda functions do; the conformance suite holds them together.

mod config;
mod contexts;
mod listen;
mod router;

pub use config::Config;
pub use contexts::{ContextName, mount};
pub use listen::serve;
pub use router::router;

use anyhow::Context as _;
use tokio::net::TcpListener;
use velure_service::{Readiness, Supervisor};

/// Connects the endpoints, opens the port and serves until asked to stop.
///
/// # Errors
/// When the variables do not allow an endpoint, or the port is taken.
pub async fn start(
    config: Config,
    supervisor: &mut Supervisor,
    readiness: Readiness,
) -> anyhow::Result<()> {
    let connected = readiness.latch("endpoints");
    let endpoints = mount(&config.contexts, &config.env).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("VELURE_SERVER_LISTEN: {} cannot be opened", config.listen))?;
    tracing::info!(server.listen = %config.listen, server.endpoints = endpoints.len(), "serving");
    let service = router(endpoints, config.trusted_hops);
    supervisor.spawn("serve", serve(listener, service, supervisor.stop_token()));
    connected.release();
    Ok(())
}
