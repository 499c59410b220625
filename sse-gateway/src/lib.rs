//! The SSE gateway: stored events after `Last-Event-ID`, then live.
//!
//! A stream's life: who asks (`open`) → registered, so that hints queue (`registry`, `slot`) → what is stored is read
//! → written (`stream`, `socket`, `frame`) → live, until the order's last status, the end of the session or of the
//! stream's time. Hints come from Redis (`feed`) and make streams quick; PostgreSQL (`sweep`) makes them right.

mod config;
mod feed;
mod frame;
mod gateway;
mod limits;
mod metrics;
mod open;
mod registry;
pub mod resume;
mod routes;
mod server;
pub mod slot;
mod socket;
mod stream;
mod sweep;
mod trace;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Semaphore;
use velure_clients::{AuthClient, RemoteSessions};
use velure_http::ServiceSigner;
use velure_postgres::Pool;
use velure_postgres::gateway::GatewayStore;
use velure_redis::{HintFeed, Redis, SessionCache};
use velure_service::{Readiness, Supervisor};

pub use config::Config;
pub use gateway::Access;
pub use limits::Limits;

use crate::gateway::Gateway;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::sweep::{Sweep, SweepBell};

/// A loop that has not gone round for this long stands still: several times its longest wait.
const LOOP_STANDS_STILL: Duration = Duration::from_secs(60);

/// Starts the gateway with what its configuration names.
///
/// # Errors
/// When a client cannot be built or the port is taken.
pub async fn start(
    config: Config,
    supervisor: &mut Supervisor,
    readiness: Readiness,
) -> anyhow::Result<()> {
    server::raise_descriptor_limit();
    let pool = config.database.pool().context("the database's URL")?;
    let redis = Redis::new(&config.redis).context("the URL of Redis")?;
    let signer = ServiceSigner::new(config.signing_key);
    let auth = AuthClient::new(&config.auth_url, signer).context("a client for auth")?;
    let sessions = RemoteSessions::new(SessionCache::new(redis.clone()), auth);
    let access = Access {
        keys: config.access_keys,
        sessions: Arc::new(sessions),
    };
    let address = serve(
        config.listen,
        config.limits,
        pool,
        redis,
        access,
        supervisor,
        &readiness,
    )?;
    tracing::info!(address = %address, "listening");
    Ok(())
}

/// Starts the gateway on `listen` with these dependencies, and says on which address.
///
/// # Errors
/// When the port is taken.
pub fn serve(
    listen: SocketAddr,
    limits: Limits,
    pool: Pool,
    redis: Redis,
    access: Access,
    supervisor: &mut Supervisor,
    readiness: &Readiness,
) -> anyhow::Result<SocketAddr> {
    let listener = server::listen(listen, limits.send_buffer)?;
    let address = listener.local_addr().context("the port's address")?;
    let feed = HintFeed::new(redis);
    let metrics = Metrics::new();
    let registry = Registry::new(feed.subscriptions(), metrics.clone());
    let bell = SweepBell::default();
    let turns = pool.max_connections().saturating_sub(1).max(1);
    let turns = Semaphore::new(usize::try_from(turns).expect("invariant: a pool's size fits"));
    let store = GatewayStore::new(pool);
    let stop = supervisor.stop_token();

    let sweep = Sweep {
        store: store.clone(),
        registry: registry.clone(),
        bell: bell.clone(),
        limits: limits.clone(),
        metrics: metrics.clone(),
        heart: supervisor.heartbeat("sweep", LOOP_STANDS_STILL),
    };
    let database = readiness.latch("database");
    let stopping = stop.clone();
    supervisor.spawn("sweep", async move {
        sweep.run(database, stopping).await;
        Ok(())
    });

    let listening = feed::run(feed, registry.clone(), bell, metrics.clone(), stop.clone());
    supervisor.spawn("feed", async move {
        listening.await;
        Ok(())
    });

    let heart = supervisor.heartbeat("accept", LOOP_STANDS_STILL);
    let authenticator = access.authenticator();
    let gateway = Gateway {
        store,
        registry,
        authenticator,
        sessions: access.sessions,
        limits,
        metrics,
        stop,
        turns,
    };
    supervisor.spawn("accept", server::run(listener, Arc::new(gateway), heart));
    Ok(address)
}
