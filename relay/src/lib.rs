//! The relay: outbox rows to RabbitMQ, status events into orders, and the sweeper.
//!
//! | task | does |
//! |---|---|
//! | `lease` | holds this replica's shards, by advisory locks on one connection |
//! | `publish` | reads the leased shards of both outboxes, publishes, stores the outcomes |
//! | `wake` | listens for writers that found the relay asleep |
//! | `status` | consumes status events, moves orders, tells whoever watches |
//! | `placed` | tells whoever watches of orders that were just placed |
//! | `sweep` | asks again for orders that stand still; measures; maintains the outboxes' partitions |

mod config;
mod hints;
mod lease;
mod metrics;
mod publish;
mod status;
mod sweep;
mod wake;
pub mod window;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{Notify, mpsc, watch};
use velure_amqp::{BrokerConfig, QueueDepths, Uses};
use velure_postgres::outbox;
use velure_postgres::status::{StatusStore, SweepRule};
use velure_redis::{Redis, StatusHints};
use velure_service::{Backoff, Readiness, Supervisor};

pub use config::Config;
use hints::Hints;
use lease::{Holding, LeaseTask};
use metrics::Metrics;
use publish::PublishTask;
pub use status::StatusEvent;
use status::StatusTask;
use sweep::SweepTask;

/// Orders that one sweep asks for again, in one transaction.
const SWEEP_BATCH: i64 = 500;

/// A loop that has not gone round for so long stands still. The longest step waits for a connection (2 s) and a
/// statement (3 s), a few times over.
const ALIVE: Duration = Duration::from_secs(60);

/// Starts the relay's tasks.
///
/// # Errors
/// When the configuration cannot be used, or the topology is not on the broker.
pub async fn start(
    config: Config,
    supervisor: &mut Supervisor,
    readiness: Readiness,
) -> anyhow::Result<()> {
    let connected = readiness.latch("broker");
    let metrics = Metrics::new();
    let pool = config.database.pool().context("the database's URL")?;
    let options = config
        .database
        .connect_options()
        .context("the database's URL")?;
    let redis = Redis::new(&config.redis).context("redis's URL")?;
    let hints = Hints {
        redis: StatusHints::new(redis),
        metrics: metrics.clone(),
    };
    let store = StatusStore::new(pool.clone());
    verify(&config.broker, supervisor).await?;
    connected.release();

    let (holding, held) = watch::channel(Holding::default());
    let (asks, asked) = mpsc::channel(64);
    let (placed, just_placed) = mpsc::channel(256);
    let wake = Arc::new(Notify::new());

    let lease = LeaseTask {
        options: options.clone(),
        holding,
        asks: asked,
        stop: supervisor.stop_token(),
        heart: supervisor.heartbeat("lease", ALIVE),
        metrics: metrics.clone(),
    };
    let publish = PublishTask {
        outbox: outbox::pool(options),
        broker: config.broker.clone(),
        window: config.window,
        retry: config.retry,
        holding: held,
        asks,
        wake: wake.clone(),
        asleep: Arc::new(Notify::new()),
        placed,
        stop: supervisor.stop_token(),
        heart: supervisor.heartbeat("publish", ALIVE),
        metrics: metrics.clone(),
    };
    let status = StatusTask {
        broker: config.broker.clone(),
        store: store.clone(),
        hints: hints.clone(),
        stop: supervisor.stop_token(),
        metrics: metrics.clone(),
    };
    let sweep = SweepTask {
        store: store.clone(),
        pool: pool.clone(),
        depths: QueueDepths::new(config.broker, sweep::QUEUES),
        rule: SweepRule {
            after: config.sweep_after,
            deadline: config.order_deadline,
            batch: SWEEP_BATCH,
        },
        every: config.sweep_every,
        stop: supervisor.stop_token(),
        heart: supervisor.heartbeat("sweep", ALIVE + config.sweep_every),
        metrics,
    };
    let stop = supervisor.stop_token();
    supervisor.spawn("lease", lease.run());
    supervisor.spawn("publish", publish.run());
    supervisor.spawn("wake", wake::listen(pool, wake, stop));
    supervisor.spawn("status", status.run());
    supervisor.spawn(
        "placed",
        hints::tell_of_placed_orders(hints, store, just_placed),
    );
    supervisor.spawn("sweep", sweep.run());
    Ok(())
}

/// Waits for the broker and makes sure that everything the relay uses was declared. A broker that is away is waited
/// for, as long as the start may take; a topology that is missing is refused at once.
async fn verify(broker: &BrokerConfig, supervisor: &Supervisor) -> anyhow::Result<()> {
    let stop = supervisor.stop_token();
    let mut backoff = Backoff::for_connections();
    let uses = Uses {
        queues: status::USES.queues,
        ..publish::USES
    };
    loop {
        match broker.connect("verify").await {
            Ok(connection) => {
                let verified = connection.verify(uses).await;
                connection.close().await;
                return verified.context("the broker is not ready for the relay");
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the broker is awaited"
            ),
        }
        backoff.wait(&stop).await?;
    }
}
