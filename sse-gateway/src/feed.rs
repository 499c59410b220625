//! From Redis to the registry.

use velure_redis::{FeedEvent, HintFeed};
use velure_service::{Backoff, StopToken};

use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::sweep::SweepBell;

/// Listens for hints until asked to stop. Whenever the feed begins, also again after it was lost, everything that is
/// watched is read: hints may have been missed.
pub(crate) async fn run(
    mut feed: HintFeed,
    registry: Registry,
    bell: SweepBell,
    metrics: Metrics,
    stop: StopToken,
) {
    let mut backoff = Backoff::for_connections();
    loop {
        let lost = tokio::select! {
            () = stop.cancelled() => return,
            lost = feed.listen(|event| match event {
                FeedEvent::Connected => {
                    backoff.reset();
                    metrics.feed_up.set(1.0);
                    bell.feed_is_up();
                    tracing::info!("the feed of hints is up");
                }
                FeedEvent::Hint(hint) => registry.tell(&hint),
            }) => lost,
        };
        metrics.feed_up.set(0.0);
        bell.feed_is_down();
        let Err(error) = lost;
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the feed of hints was lost"
        );
        if backoff.wait(&stop).await.is_err() {
            return;
        }
    }
}
