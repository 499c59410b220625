//! The loop over the books: retries whose time has come, and orders whose holder died. It needs no broker.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::task::JoinSet;
use velure_postgres::fulfilment::{Fulfilment, FulfilmentError};
use velure_service::{Backoff, Heartbeat, Latch, StopToken};

use crate::budget::{Driven, RetryBudget};
use crate::metrics;
use crate::payment::PaymentProvider;
use crate::processor::Processor;

/// The longest the loop rests: what bounds how late it notices an order of another, dead process.
const REST: Duration = Duration::from_secs(1);
/// The shortest, so that orders due in a moment do not make it spin.
const PAUSE: Duration = Duration::from_millis(10);
/// How many orders one claim takes at most.
const BATCH: u16 = 64;

impl<P: PaymentProvider> Processor<P> {
    /// Claims the orders that are due now, drives each as far as it goes, and says how many there were.
    ///
    /// # Errors
    /// When they cannot be claimed.
    pub async fn run_due(&self) -> Result<usize, FulfilmentError> {
        let claimed = self.claim(BATCH).await?;
        let count = claimed.len();
        futures::future::join_all(claimed.into_iter().map(|order| self.resume(order))).await;
        Ok(count)
    }

    async fn claim(&self, limit: u16) -> Result<Vec<Fulfilment>, FulfilmentError> {
        let claimed = self.books.claim_due(limit).await?;
        Ok(claimed
            .into_iter()
            .filter_map(|order| {
                order
                    .inspect_err(|error| {
                        tracing::error!(
                            error = error as &dyn Error,
                            "an order on record cannot be read"
                        );
                    })
                    .ok()
            })
            .collect())
    }
}

/// Works on what is due until asked to stop.
pub(crate) async fn work_on_due<P: PaymentProvider>(
    processor: Arc<Processor<P>>,
    ready: Latch,
    heartbeat: Heartbeat,
    stop: StopToken,
) -> anyhow::Result<()> {
    let mut ready = Some(ready);
    let mut tasks = JoinSet::new();
    let mut backoff = Backoff::for_connections();
    let mut budget = RetryBudget::new(processor.settings.retries);
    while !stop.is_cancelled() {
        heartbeat.beat();
        while let Some(driven) = tasks.try_join_next() {
            budget.note(driven.unwrap_or(Driven::InVain));
        }
        metrics::retry_budget(budget.get());
        let rest = match look(&processor, budget.left(tasks.len())).await {
            Ok((claimed, rest)) => {
                backoff.reset();
                if let Some(ready) = ready.take() {
                    ready.release();
                }
                for order in claimed {
                    let processor = processor.clone();
                    tasks.spawn(async move { drive(&processor, order).await });
                }
                rest
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn Error, "what is due cannot be read");
                backoff.next_delay()
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest) => {}
            () = processor.retry_stored.notified() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
    Ok(())
}

/// The orders to work on now, and how long to rest before the next look.
async fn look<P: PaymentProvider>(
    processor: &Processor<P>,
    free: usize,
) -> Result<(Vec<Fulfilment>, Duration), FulfilmentError> {
    let limit = u16::try_from(free).unwrap_or(BATCH).min(BATCH);
    if limit == 0 {
        return Ok((Vec::new(), PAUSE));
    }
    let claimed = processor.claim(limit).await?;
    if claimed.len() == usize::from(limit) {
        return Ok((claimed, PAUSE));
    }
    let rest = processor
        .books
        .next_due()
        .await?
        .map_or(REST, |due| due.clamp(PAUSE, REST));
    Ok((claimed, rest))
}

async fn drive<P: PaymentProvider>(processor: &Processor<P>, order: Fulfilment) -> Driven {
    let order_id = order.order_id;
    // An order that makes us panic waits for its lease to end, and holds back nobody.
    Box::pin(AssertUnwindSafe(processor.resume(order)).catch_unwind())
        .await
        .unwrap_or_else(|_| {
            tracing::error!(order.id = %order_id, "an order made us panic");
            Driven::InVain
        })
}
