//! Publishing: outbox rows to the broker, through a window of unconfirmed messages that is never drained between
//! batches. While confirms are awaited the next rows are read and the last outcomes are stored.
//!
//! No transaction is open while anything is published. If the process dies after a confirm and before its outcome is
//! stored, the row is published again with the same message id.

mod outcome;
mod reading;
mod session;
mod trace;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use velure_amqp::{
    BrokerConfig, ConnectError, Message, ORDERS_EXCHANGE, Publisher, PublisherLost, TopologyError,
    Unpublishable, Uses,
};
use velure_contracts::events::headers;
use velure_postgres::Pool;
use velure_postgres::outbox::OutboxRow;
use velure_service::{Backoff, Heartbeat};
use velure_telemetry::TraceContext;

use crate::lease::{Ask, Holding};
use crate::metrics::Metrics;
use session::Session;

/// What publishing uses on the broker.
pub(crate) const USES: Uses<'static> = Uses {
    exchanges: &[ORDERS_EXCHANGE],
    queues: &[],
};

/// The publishing task.
pub(crate) struct PublishTask {
    /// Of [`velure_postgres::outbox::pool`].
    pub(crate) outbox: Pool,
    pub(crate) broker: BrokerConfig,
    pub(crate) window: NonZeroUsize,
    pub(crate) retry: Duration,
    pub(crate) holding: watch::Receiver<Holding>,
    pub(crate) asks: mpsc::Sender<Ask>,
    pub(crate) wake: Arc<Notify>,
    /// Writers are told from now on to wake the relay.
    pub(crate) asleep: Arc<Notify>,
    /// Orders that were just placed, for whoever watches a list of orders.
    pub(crate) placed: mpsc::Sender<Vec<Uuid>>,
    pub(crate) stop: CancellationToken,
    pub(crate) heart: Heartbeat,
    pub(crate) metrics: Metrics,
}

/// Publishing cannot go on over this connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionEnded {
    #[error("no connection")]
    Connect(#[from] ConnectError),
    #[error("the topology is not there")]
    Topology(#[from] TopologyError),
    #[error("the publisher is lost")]
    Publisher(#[from] PublisherLost),
    #[error("the channel is lost: {0}")]
    Channel(String),
    #[error("the channel is lost")]
    Injected(#[from] velure_faults::Injected),
}

impl PublishTask {
    /// Publishes until it is asked to stop; then sends nothing more, and waits for what is in flight.
    pub(crate) async fn run(mut self) -> anyhow::Result<()> {
        let mut backoff = Backoff::for_connections();
        loop {
            match self.session(&mut backoff).await {
                Ok(()) => return Ok(()),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "publishing is interrupted"
                ),
            }
            self.heart.beat();
            // What waits in the outbox meanwhile is no news: wake-ups are asked for again by the next session.
            if backoff.wait(&self.stop).await.is_err() {
                return Ok(());
            }
        }
    }

    async fn session(&mut self, backoff: &mut Backoff) -> Result<(), SessionEnded> {
        let connection = self.broker.connect("publish").await?;
        connection.verify(USES).await?;
        let publisher = Publisher::open(&connection).await?;
        let mut session = Session::new(self, publisher, backoff);
        let ended = session.run().await;
        session.store_outcomes().await;
        connection.close().await;
        ended
    }
}

/// The message of a row, as it stands there, sent in this step of its trace.
fn message_of(row: &OutboxRow, step: &TraceContext) -> Result<Message, Unpublishable> {
    let order_id = row.order_id.to_string();
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    Ok(Message::new(
        ORDERS_EXCHANGE,
        &row.event_type,
        row.event_id,
        row.body.clone(),
    )?
    .header(headers::ORDER_ID, Some(&order_id))
    .header(headers::TRACEPARENT, Some(&step.traceparent()))
    .header(headers::TRACESTATE, step.tracestate().as_deref())
    .header(headers::PUBLISHED_AT, Some(&now))
    .header(headers::REASON, row.reason.as_deref())
    .version(row.version))
}
