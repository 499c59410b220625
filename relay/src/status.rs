//! Status events: decoded, applied to their order, told to whoever watches, and then acknowledged.
//!
//! Events of one order go through one lane and stay in order; lanes run beside each other. An event is acknowledged
//! after its move is committed: what dies in between is delivered again and changes nothing.

mod dead_letter;
mod event;

use std::time::Duration;

use anyhow::bail;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use velure_amqp::{
    BrokerConfig, ConnectError, ConsumeError, Consumer, Delivery, Outcome, STATUS_QUEUE,
    TopologyError, Uses,
};
use velure_contracts::events::headers;
use velure_domain::OrderId;
use velure_faults::{Point, reach};
use velure_postgres::outbox::shard_of;
use velure_postgres::status::{Applied, StatusChange, StatusStore};
use velure_service::Backoff;
use velure_telemetry::{Span, SpanKind, TraceContext};

use crate::hints::Hints;
use crate::metrics::Metrics;
use dead_letter::DeadLetters;
pub use event::StatusEvent;

/// What consuming uses on the broker.
pub(crate) const USES: Uses<'static> = Uses {
    exchanges: &[],
    queues: &[STATUS_QUEUE],
};

/// Unanswered deliveries at most.
const PREFETCH: u16 = 200;

/// Orders that are moved at the same time at most: the database has 12 connections, and publishing needs some.
const LANES: usize = 8;

/// The status consumer.
#[derive(Clone)]
pub(crate) struct StatusTask {
    pub(crate) broker: BrokerConfig,
    pub(crate) store: StatusStore,
    pub(crate) hints: Hints,
    pub(crate) stop: CancellationToken,
    pub(crate) metrics: Metrics,
}

/// Consuming cannot go on over this connection.
#[derive(Debug, thiserror::Error)]
enum SessionEnded {
    #[error("no connection")]
    Connect(#[from] ConnectError),
    #[error("the topology is not there")]
    Topology(#[from] TopologyError),
    #[error("the consumer is lost")]
    Consume(#[from] ConsumeError),
    #[error("a lane ended")]
    Lane,
}

impl StatusTask {
    /// Consumes until it is asked to stop; then takes nothing more, and finishes what it holds.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let mut backoff = Backoff::for_connections();
        loop {
            match self.session(&mut backoff).await {
                Ok(()) => return Ok(()),
                Err(SessionEnded::Lane) => bail!("a lane of the status consumer panicked"),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "consuming status events is interrupted"
                ),
            }
            if backoff.wait(&self.stop).await.is_err() {
                return Ok(());
            }
        }
    }

    async fn session(&self, backoff: &mut Backoff) -> Result<(), SessionEnded> {
        let connection = self.broker.connect("status").await?;
        connection.verify(USES).await?;
        let mut consumer = Consumer::open(&connection, STATUS_QUEUE, PREFETCH).await?;
        backoff.reset();
        let dead_letters = std::sync::Arc::new(Mutex::new(DeadLetters::new(self.broker.clone())));
        let mut lanes = JoinSet::new();
        let senders: Vec<_> = (0..LANES)
            .map(|_| {
                // The prefetch bounds what all lanes hold together, so a sender never waits.
                let (sender, deliveries) = mpsc::channel(usize::from(PREFETCH));
                let lane = Lane {
                    task: self.clone(),
                    dead_letters: dead_letters.clone(),
                };
                lanes.spawn(lane.run(deliveries));
                sender
            })
            .collect();
        let ended = loop {
            tokio::select! {
                () = self.stop.cancelled() => {
                    consumer.stop().await;
                    break Ok(());
                }
                delivery = consumer.next() => match delivery {
                    Ok(delivery) => {
                        let decoded = StatusEvent::of(&delivery);
                        let lane = decoded.as_ref().map_or(0, |event| lane_of(event.order_id));
                        if senders[lane].send((delivery, decoded)).await.is_err() {
                            break Ok(());
                        }
                    }
                    Err(error) => break Err(error),
                },
            }
        };
        drop(senders);
        while let Some(lane) = lanes.join_next().await {
            lane.map_err(|_| SessionEnded::Lane)?;
        }
        connection.close().await;
        Ok(ended?)
    }
}

/// A delivery is handled, within the trace that it names.
fn receiving(delivery: &Delivery) -> Span {
    let parent = delivery
        .header(headers::TRACEPARENT)
        .and_then(|parent| TraceContext::parse(parent, delivery.header(headers::TRACESTATE)));
    let name = format!("process {}", delivery.routing_key());
    let mut span = Span::continuing(SpanKind::Consumer, name, parent.as_ref());
    span.set("messaging.system", "rabbitmq");
    span.set("messaging.operation.type", "process");
    span.set("messaging.destination.name", STATUS_QUEUE);
    if let Some(id) = delivery.message_id() {
        span.set_with("messaging.message.id", || id.to_string());
    }
    span
}

fn lane_of(order_id: OrderId) -> usize {
    usize::try_from(shard_of(order_id.as_uuid())).expect("invariant: a shard is not negative")
        % LANES
}

/// Handles its deliveries one after the other.
struct Lane {
    task: StatusTask,
    dead_letters: std::sync::Arc<Mutex<DeadLetters>>,
}

impl Lane {
    async fn run(self, mut deliveries: mpsc::Receiver<(Delivery, Result<StatusEvent, String>)>) {
        while let Some((delivery, decoded)) = deliveries.recv().await {
            let mut outcome = self.handle(&delivery, decoded).await;
            if reach(Point::S4).await.is_err() {
                outcome = Outcome::Requeue;
            }
            // If the channel is gone the event comes again, and is then known.
            if let Err(error) = delivery.settle(outcome).await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "a delivery could not be answered"
                );
            }
            // Nothing is left to fail.
            let _ = reach(Point::S5).await;
        }
    }

    async fn handle(&self, delivery: &Delivery, decoded: Result<StatusEvent, String>) -> Outcome {
        let mut span = receiving(delivery);
        let event = match decoded {
            Ok(event) => event,
            Err(reason) => {
                span.fail("undecodable");
                return self.dead_letter(delivery, &reason).await;
            }
        };
        span.set_with("order.id", || event.order_id.to_string());
        let outcome = self.apply(delivery, event, span.context()).await;
        if outcome != Outcome::Ack {
            span.fail("not_applied");
        }
        outcome
    }

    async fn apply(&self, delivery: &Delivery, event: StatusEvent, step: &TraceContext) -> Outcome {
        let change = StatusChange {
            order_id: event.order_id,
            status: event.status,
            failure: event.failure,
            steps: event.steps,
            traceparent: Some(step.traceparent()),
        };
        // An outage is waited out while the delivery is held: requeueing would only spin.
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
        let applied = loop {
            match self.task.store.apply(&change).await {
                Ok(applied) => break applied,
                Err(error) if error.is_transient() => {
                    tracing::warn!(order.id = %change.order_id, error = &error as &dyn std::error::Error, "a status waits for the database");
                    if backoff.wait(&self.task.stop).await.is_err() {
                        return Outcome::Requeue;
                    }
                }
                Err(error) => {
                    tracing::error!(order.id = %change.order_id, error = &error as &dyn std::error::Error, "a status cannot be stored");
                    return self
                        .dead_letter(delivery, "the order refuses this status")
                        .await;
                }
            }
        };
        match applied {
            Applied::Moved(moves) => {
                self.task.metrics.moved(&moves);
                if reach(Point::S3).await.is_ok() {
                    self.task.hints.tell(&moves).await;
                }
                Outcome::Ack
            }
            Applied::Known => {
                self.task.metrics.statuses_known.increment(1);
                Outcome::Ack
            }
            Applied::UnknownOrder => self.dead_letter(delivery, "there is no such order").await,
        }
    }

    async fn dead_letter(&self, delivery: &Delivery, reason: &str) -> Outcome {
        self.task.metrics.dead_letters.increment(1);
        tracing::error!(event.id = ?delivery.message_id(), event.kind = delivery.routing_key(), reason, "a status event goes to the dead-letter queue");
        self.dead_letters
            .lock()
            .await
            .publish(delivery, reason)
            .await
    }
}
