use futures::StreamExt;
use lapin::ConnectionStatus;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions, BasicRejectOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

use crate::Connection;
use crate::answer::{answered, while_it_stands};

/// Consuming ended or could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The channel or the connection failed, or the user may not read the queue.
    #[error("consuming failed")]
    Channel(#[source] lapin::Error),
    /// The broker ended it: the queue was deleted, for one.
    #[error("the broker ended the consumer")]
    Cancelled,
}

/// What a consumer answers. There is no fourth answer: a transient error is waited out while the message is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It had its effect, now or before.
    Ack,
    /// Nobody can ever handle it: to the dead-letter queue, by the broker.
    DeadLetter,
    /// This process stops; the next one shall have it.
    Requeue,
}

/// Deliveries of one queue, at most `prefetch` of them unanswered.
pub struct Consumer {
    stream: lapin::Consumer,
    channel: lapin::Channel,
    connection: ConnectionStatus,
}

impl Consumer {
    /// Begins to consume `queue`.
    ///
    /// # Errors
    /// When the user may not, or the connection is lost.
    pub async fn open(
        connection: &Connection,
        queue: &str,
        prefetch: u16,
    ) -> Result<Self, ConsumeError> {
        let status = connection.inner.status();
        let channel = connection.channel().await.map_err(ConsumeError::Channel)?;
        answered(
            status,
            channel.basic_qos(prefetch, BasicQosOptions::default()),
        )
        .await
        .map_err(ConsumeError::Channel)?;
        let consuming = channel.basic_consume(
            queue.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        let stream = answered(status, consuming)
            .await
            .map_err(ConsumeError::Channel)?;
        Ok(Self {
            stream,
            channel,
            connection: status.clone(),
        })
    }

    /// The next delivery. Dropping the future loses nothing.
    ///
    /// # Errors
    /// When the consumer is over; open another one.
    pub async fn next(&mut self) -> Result<Delivery, ConsumeError> {
        let next = while_it_stands(&self.connection, self.stream.next());
        match next.await.map_err(ConsumeError::Channel)? {
            Some(Ok(delivery)) => Ok(Delivery {
                inner: delivery,
                connection: self.connection.clone(),
            }),
            Some(Err(error)) => Err(ConsumeError::Channel(error)),
            None => Err(ConsumeError::Cancelled),
        }
    }

    /// Asks for no further delivery. What was delivered can still be answered.
    pub async fn stop(&self) {
        let stopping = self
            .channel
            .basic_cancel(self.stream.tag(), Default::default());
        // If it fails the channel is gone, and with it the deliveries.
        let _ = answered(&self.connection, stopping).await;
    }
}

/// A message as received, to be answered once.
#[derive(Debug)]
pub struct Delivery {
    inner: lapin::message::Delivery,
    connection: ConnectionStatus,
}

impl Delivery {
    /// The message's id, when it has one that is an id.
    #[must_use]
    pub fn message_id(&self) -> Option<Uuid> {
        let id = self.inner.properties.message_id().as_ref()?;
        Uuid::try_parse(id.as_str()).ok()
    }

    /// The routing key: the event's type.
    #[must_use]
    pub fn routing_key(&self) -> &str {
        self.inner.routing_key.as_str()
    }

    /// Whether it may have been delivered before.
    #[must_use]
    pub fn redelivered(&self) -> bool {
        self.inner.redelivered
    }

    /// A text header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self
            .inner
            .properties
            .headers()
            .as_ref()?
            .inner()
            .get(name)?;
        if let AMQPValue::LongString(text) = value {
            std::str::from_utf8(text.as_bytes()).ok()
        } else {
            None
        }
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.inner.data
    }

    /// Answers it.
    ///
    /// # Errors
    /// When the channel is gone. The broker then delivers the message again, to whoever consumes the queue.
    pub async fn settle(self, outcome: Outcome) -> Result<(), ConsumeError> {
        let acker = &self.inner.acker;
        let answering = async {
            match outcome {
                Outcome::Ack => acker.ack(BasicAckOptions::default()).await,
                Outcome::DeadLetter => acker.reject(BasicRejectOptions { requeue: false }).await,
                Outcome::Requeue => {
                    acker
                        .nack(BasicNackOptions {
                            requeue: true,
                            multiple: false,
                        })
                        .await
                }
            }
        };
        answered(&self.connection, answering)
            .await
            .map(|_| ())
            .map_err(ConsumeError::Channel)
    }
}
