//! Gauges, and forgetting what is too old to matter.

use std::error::Error;
use std::time::Duration;

use velure_postgres::fulfilment::FulfilmentStore;
use velure_service::{Heartbeat, StopToken};

use crate::metrics;

/// How often the gauges are set.
const ROUND: Duration = Duration::from_secs(10);
/// How long an event is remembered: longer than the outboxes keep theirs (14 days), and than a dead letter is looked
/// at and sent again.
const KEEP_INBOX: Duration = Duration::from_secs(60 * 24 * 3600);

pub(crate) async fn keep_house(
    books: FulfilmentStore,
    heartbeat: Heartbeat,
    stop: StopToken,
) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        heartbeat.beat();
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
