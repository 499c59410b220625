//! Reads what no hint has told.
//!
//! Hints may be lost; the database never is. Every few seconds, and at once when the feed of hints begins again, one
//! statement for all watched orders and one for all watched buyers bring what the streams do not know.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use velure_postgres::gateway::GatewayStore;
use velure_redis::Topic;
use velure_service::{Backoff, Heartbeat, Latch, StopToken};

use crate::Limits;
use crate::metrics::Metrics;
use crate::registry::Registry;

/// Topics in one statement, so that no statement comes near its time limit.
const BATCH: usize = 1_000;

/// Events of one buyer in one sweep; a stream that is further behind reads pages of its own.
const EVENTS_PER_BUYER: u32 = 16;

/// Tells the sweep how the feed of hints is.
#[derive(Clone, Default)]
pub(crate) struct SweepBell(Arc<Bell>);

#[derive(Default)]
struct Bell {
    up: AtomicBool,
    rung: Notify,
}

impl SweepBell {
    pub(crate) fn feed_is_up(&self) {
        self.0.up.store(true, Ordering::Relaxed);
        self.0.rung.notify_one();
    }

    pub(crate) fn feed_is_down(&self) {
        self.0.up.store(false, Ordering::Relaxed);
        self.0.rung.notify_one();
    }
}

/// What the sweep works with.
pub(crate) struct Sweep {
    pub(crate) store: GatewayStore,
    pub(crate) registry: Registry,
    pub(crate) bell: SweepBell,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) heart: Heartbeat,
}

impl Sweep {
    /// Sweeps until asked to stop. The process is ready once the database has answered for the first time.
    pub(crate) async fn run(self, database: Latch, stop: StopToken) {
        let mut backoff = Backoff::for_connections();
        while let Err(error) = self.store.ping().await {
            self.heart.beat();
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the database does not answer yet"
            );
            if backoff.wait(&stop).await.is_err() {
                return;
            }
        }
        database.release();
        loop {
            self.heart.beat();
            if let Err(error) = self.step().await {
                // The streams stay open: they know what they know, and the next sweep comes soon.
                tracing::warn!(error = &error as &dyn std::error::Error, "a sweep failed");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.pause()) => {}
                () = self.bell.0.rung.notified() => {}
            }
        }
    }

    fn pause(&self) -> Duration {
        if self.bell.0.up.load(Ordering::Relaxed) {
            self.limits.sweep
        } else {
            self.limits.sweep_without_feed
        }
    }

    /// Reads once, and tells the streams.
    async fn step(&self) -> Result<(), velure_postgres::gateway::ReadError> {
        let (orders, buyers) = self.registry.watches();
        for batch in orders.chunks(BATCH) {
            let missed = self.store.missed_by_orders(batch).await?;
            self.metrics.swept.increment(missed.len() as u64);
            for event in &missed {
                self.registry
                    .tell_stored(Topic::Order(event.frame.order_id.into()), event);
            }
        }
        for batch in buyers.chunks(BATCH) {
            let missed = self.store.missed_by_buyers(batch, EVENTS_PER_BUYER).await?;
            self.metrics.swept.increment(missed.len() as u64);
            for event in &missed {
                self.registry
                    .tell_stored(Topic::Buyer(event.buyer_id), event);
            }
        }
        Ok(())
    }
}
