//! The loop over the broker's deliveries.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures::FutureExt;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use velure_amqp::{
    BrokerConfig, Connection, Consumer, Delivery, Outcome, PROCESS_QUEUE, TopologyError, Uses,
};
use velure_faults::{Point, reach};
use velure_service::{Backoff, Heartbeat, Latch, StopToken};

use crate::handle::Incoming;
use crate::metrics;
use crate::payment::PaymentProvider;
use crate::processor::Processor;

/// How often the loop goes round when nothing comes.
const IDLE_ROUND: Duration = Duration::from_secs(5);

/// Consumes until asked to stop, and connects again whenever the broker is lost.
///
/// One order is worked on by one holder at a time, here as across replicas: the order's lease is the key. A second
/// delivery of an order in work is answered at once, and everything else runs beside it, at most `prefetch` orders.
///
/// # Errors
/// When the topology was never declared: a consumer that starts without it would look healthy and get nothing.
pub(crate) async fn consume<P: PaymentProvider>(
    processor: Arc<Processor<P>>,
    broker: BrokerConfig,
    ready: Latch,
    heartbeat: Heartbeat,
    stop: StopToken,
) -> anyhow::Result<()> {
    let mut ready = Some(ready);
    let mut backoff = Backoff::for_connections();
    let mut work = Work::new(processor, stop.clone());
    loop {
        heartbeat.beat();
        match open(&broker, work.processor.settings.prefetch).await {
            Ok((connection, mut consumer)) => {
                backoff.reset();
                if let Some(ready) = ready.take() {
                    ready.release();
                }
                tracing::info!(queue = PROCESS_QUEUE, "consuming");
                let asked_to_stop = work.consume(&mut consumer, &heartbeat).await;
                if asked_to_stop {
                    consumer.stop().await;
                    work.drain().await;
                    connection.close().await;
                    return Ok(());
                }
                tracing::warn!(queue = PROCESS_QUEUE, "the broker is lost");
            }
            Err(error) => {
                let missing = error
                    .downcast_ref::<TopologyError>()
                    .is_some_and(|e| matches!(e, TopologyError::Missing { .. }));
                if missing && ready.is_some() {
                    return Err(error);
                }
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the broker cannot be consumed from"
                );
            }
        }
        if backoff.wait(&stop).await.is_err() {
            work.drain().await;
            return Ok(());
        }
    }
}

async fn open(broker: &BrokerConfig, prefetch: u16) -> anyhow::Result<(Connection, Consumer)> {
    let connection = broker.connect("consume").await.context("no connection")?;
    connection
        .verify(Uses {
            exchanges: &[],
            queues: &[PROCESS_QUEUE],
        })
        .await?;
    let consumer = Consumer::open(&connection, PROCESS_QUEUE, prefetch)
        .await
        .context("no consumer")?;
    Ok((connection, consumer))
}

/// The orders in work. They outlive a lost connection; what cannot be answered then is delivered again and is a
/// duplicate.
struct Work<P> {
    processor: Arc<Processor<P>>,
    tasks: JoinSet<()>,
    places: Arc<Semaphore>,
    stop: StopToken,
}

impl<P: PaymentProvider> Work<P> {
    fn new(processor: Arc<Processor<P>>, stop: StopToken) -> Self {
        // Counted beside the broker's prefetch: after a reconnect it delivers anew what is still in work here.
        let places = Arc::new(Semaphore::new(processor.settings.prefetch.into()));
        Self {
            processor,
            tasks: JoinSet::new(),
            places,
            stop,
        }
    }

    /// Takes deliveries until asked to stop (`true`) or the consumer is over (`false`).
    async fn consume(&mut self, consumer: &mut Consumer, heartbeat: &Heartbeat) -> bool {
        loop {
            heartbeat.beat();
            let place = tokio::select! {
                biased;
                () = self.stop.cancelled() => return true,
                _ = self.tasks.join_next(), if !self.tasks.is_empty() => continue,
                place = self.places.clone().acquire_owned() => place.expect("the semaphore is never closed"),
                () = tokio::time::sleep(IDLE_ROUND) => continue,
            };
            let delivery = loop {
                heartbeat.beat();
                tokio::select! {
                    biased;
                    () = self.stop.cancelled() => return true,
                    _ = self.tasks.join_next(), if !self.tasks.is_empty() => {}
                    next = consumer.next() => break next,
                    () = tokio::time::sleep(IDLE_ROUND) => {}
                }
            };
            match delivery {
                Ok(delivery) => {
                    let (processor, stop) = (self.processor.clone(), self.stop.clone());
                    self.tasks.spawn(async move {
                        answer(&processor, delivery, &stop).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn Error, "no more deliveries");
                    return false;
                }
            }
        }
    }

    /// Lets the orders in work come to their end or to a stored retry. Each step has a deadline.
    async fn drain(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn answer<P: PaymentProvider>(
    processor: &Processor<P>,
    delivery: Delivery,
    stop: &StopToken,
) {
    let handling = processor.handle(Incoming::of(&delivery), stop);
    // A delivery that makes us panic must not take the others with it, nor a place for ever.
    let outcome = Box::pin(AssertUnwindSafe(handling).catch_unwind())
        .await
        .unwrap_or_else(|_| {
            metrics::delivery("panicked");
            tracing::error!(
                event.id = delivery.message_id().map(|id| id.to_string()),
                "a delivery made us panic"
            );
            Outcome::DeadLetter
        });
    if let Err(error) = delivery.settle(outcome).await {
        tracing::debug!(
            error = &error as &dyn Error,
            "a delivery could not be answered and will come again"
        );
    }
    // Nothing is left to fail.
    let _ = reach(Point::P8).await;
}
