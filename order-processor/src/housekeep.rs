//! Gauges, and forgetting what is too old to matter.

use std::error::Error;
use std::time::Duration;

use velure_amqp::{BrokerConfig, PROCESS_DEAD_LETTERS, PROCESS_QUEUE, QueueDepths};
use velure_postgres::fulfilment::FulfilmentStore;
use velure_service::{Heartbeat, StopToken};

use crate::metrics;

/// How often the gauges are set.
const ROUND: Duration = Duration::from_secs(5);
/// How long an event is remembered: longer than the outboxes keep theirs (14 days), and than a dead letter is looked
/// at and sent again.
const KEEP_INBOX: Duration = Duration::from_secs(60 * 24 * 3600);

/// What is looked at on the broker.
const QUEUES: &[&str] = &[PROCESS_QUEUE, PROCESS_DEAD_LETTERS];

pub(crate) async fn keep_house(
    books: FulfilmentStore,
    broker: BrokerConfig,
    heartbeat: Heartbeat,
    stop: StopToken,
) -> anyhow::Result<()> {
    let mut depths = QueueDepths::new(broker, QUEUES);
    while !stop.is_cancelled() {
        heartbeat.beat();
        // While the broker is away the last figures stand; that it is away shows elsewhere.
        if let Ok(queues) = depths.look().await {
            queues.iter().for_each(metrics::waiting);
        }
        match books.backlog().await {
            Ok(backlog) => metrics::backlog(&backlog),
            Err(error) => tracing::warn!(
                error = &error as &dyn Error,
                "the backlog cannot be counted"
            ),
        }
        match books.forget_inbox(KEEP_INBOX).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot old inbox rows"),
            Err(error) => tracing::warn!(
                error = &error as &dyn Error,
                "old inbox rows cannot be forgotten"
            ),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
    Ok(())
}
