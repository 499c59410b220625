use std::time::Duration;

use uuid::Uuid;
use velure_amqp::{
    BrokerConfig, Connection, Delivery, Message, ORDERS_EXCHANGE, Outcome, Publisher, STATUS_QUEUE,
    dead_letter_key,
};
use velure_contracts::events::headers;
use velure_service::Backoff;

/// How often a dead letter is published before the broker is left to do it without our reason.
const TRIES: u32 = 4;

/// Puts messages that nobody can handle into the dead-letter queue, with the reason in a header.
///
/// It has a connection of its own, made when it is first needed: the broker blocks connections that publish, and
/// acknowledgements must not wait behind that.
pub(crate) struct DeadLetters {
    broker: BrokerConfig,
    open: Option<(Connection, Publisher)>,
}

impl DeadLetters {
    pub(crate) fn new(broker: BrokerConfig) -> Self {
        Self { broker, open: None }
    }

    /// How the delivery is to be answered: acknowledged once the dead letter is confirmed, and else rejected, which
    /// has the broker move it as it is.
    pub(crate) async fn publish(&mut self, delivery: &Delivery, reason: &str) -> Outcome {
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
        for _ in 0..TRIES {
            let Some(message) = message_of(delivery, reason) else {
                return Outcome::DeadLetter;
            };
            match self.try_publish(message).await {
                Ok(()) => return Outcome::Ack,
                Err(error) => tracing::warn!(
                    error = format!("{error:#}"),
                    "a dead letter could not be published"
                ),
            }
            self.open = None;
            tokio::time::sleep(backoff.next_delay()).await;
        }
        Outcome::DeadLetter
    }

    async fn try_publish(&mut self, message: Message) -> anyhow::Result<()> {
        if self
            .open
            .as_ref()
            .is_none_or(|(connection, _)| !connection.connected())
        {
            let connection = self.broker.connect("dead letters").await?;
            let publisher = Publisher::open(&connection).await?;
            self.open = Some((connection, publisher));
        }
        let (_, publisher) = self.open.as_mut().expect("invariant: opened above");
        Ok(publisher.publish_one(message).await??)
    }
}

fn message_of(delivery: &Delivery, reason: &str) -> Option<Message> {
    let id = delivery.message_id().unwrap_or_else(Uuid::new_v4);
    let message = Message::new(
        ORDERS_EXCHANGE,
        &dead_letter_key(STATUS_QUEUE),
        id,
        delivery.body().to_vec(),
    )
    .ok()?;
    let carried = [headers::ORDER_ID, headers::TRACEPARENT, headers::TRACESTATE];
    let message = carried.into_iter().fold(message, |message, name| {
        message.header(name, delivery.header(name))
    });
    Some(message.header(headers::REASON, Some(reason)))
}
