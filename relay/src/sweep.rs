//! The guarantee of progress: orders that stand still are asked for again. And the outboxes' partitions.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use velure_amqp::{QueueDepths, STATUS_DEAD_LETTERS, STATUS_QUEUE};
use velure_postgres::Pool;
use velure_postgres::outbox::{backlog, maintain};
use velure_postgres::status::{StatusStore, SweepRule};
use velure_service::Heartbeat;

use crate::metrics::{Metrics, float};

/// How often partitions are made and dropped.
const MAINTENANCE: Duration = Duration::from_secs(3_600);

/// How often the backlog is measured.
const MEASURE: Duration = Duration::from_secs(5);

/// After a broker lost everything, thousands of orders stand still at once. So many transactions follow each other
/// before the next pause.
const BATCHES: u32 = 100;

/// The queues that are looked at.
pub(crate) const QUEUES: &[&str] = &[STATUS_QUEUE, STATUS_DEAD_LETTERS];

pub(crate) struct SweepTask {
    pub(crate) store: StatusStore,
    pub(crate) pool: Pool,
    pub(crate) depths: QueueDepths,
    pub(crate) rule: SweepRule,
    pub(crate) every: Duration,
    pub(crate) stop: CancellationToken,
    pub(crate) heart: Heartbeat,
    pub(crate) metrics: Metrics,
}

impl SweepTask {
    /// Sweeps, measures and maintains until it is asked to stop. Every replica does; a lock in the database lets one
    /// at a time.
    pub(crate) async fn run(mut self) -> anyhow::Result<()> {
        let mut sweeps = interval(self.every);
        let mut measures = interval(MEASURE);
        let mut maintenance = interval(MAINTENANCE);
        for ticks in [&mut sweeps, &mut measures, &mut maintenance] {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        // An order has to stand still for a while anyway; the start has more urgent work.
        sweeps.reset_at(Instant::now() + self.every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                _ = sweeps.tick() => self.sweep().await,
                _ = measures.tick() => self.measure().await,
                _ = maintenance.tick() => self.maintain().await,
            }
            self.heart.beat();
        }
    }

    async fn sweep(&self) {
        for _ in 0..BATCHES {
            match self.store.sweep(&self.rule).await {
                Ok(swept) => {
                    if swept.redriven > 0 {
                        tracing::warn!(
                            orders = swept.redriven,
                            expired = swept.expired,
                            "orders stood still and are asked for again"
                        );
                    }
                    self.metrics.redriven_orders.increment(swept.redriven);
                    self.metrics.expired_orders.increment(swept.expired);
                    if i64::try_from(swept.redriven).is_ok_and(|count| count < self.rule.batch)
                        || self.stop.is_cancelled()
                    {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the sweep failed");
                    return;
                }
            }
        }
    }

    async fn measure(&mut self) {
        // While the database or the broker is away the last figures stand; that it is away shows elsewhere.
        if let Ok(backlog) = backlog(&self.pool).await {
            self.metrics
                .oldest_unsettled_seconds
                .set(backlog.oldest_unsettled.as_secs_f64());
            self.metrics.parked_events.set(float(backlog.parked));
        }
        if let Ok(open) = self.store.open_orders().await {
            self.metrics.open_orders(&open);
        }
        if let Ok(size) = self.store.database_size().await {
            self.metrics.database(size);
        }
        if let Ok(queues) = self.depths.look().await {
            self.metrics.waiting(&queues);
        }
    }

    async fn maintain(&self) {
        match maintain(&self.pool).await {
            Ok(dropped) if dropped.is_empty() => {}
            Ok(dropped) => tracing::info!(
                partitions = dropped.join(", "),
                "old partitions of the outboxes are dropped"
            ),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the outboxes' partitions could not be maintained"
            ),
        }
    }
}
