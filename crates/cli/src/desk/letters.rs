//! Dead letters, held while somebody looks at them: what is not answered goes back when the connection ends.

use std::time::Duration;

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use velure_amqp::{
    BrokerConfig, Connection, Consumer, Delivery, Message, Outcome, PROCESS_DEAD_LETTERS,
    PROCESS_QUEUE, Publisher, QueueDepths, STATUS_DEAD_LETTERS, STATUS_QUEUE, Waiting,
};
use velure_config::{Env, Reader};
use velure_contracts::events::headers;

/// The most that are looked at at once: each is in memory, 1 MiB at most.
const MOST: u16 = 1_000;

/// How long the broker may take to hand out a letter that it has.
const PATIENCE: Duration = Duration::from_secs(10);

const QUEUES: &[&str] = &[PROCESS_DEAD_LETTERS, STATUS_DEAD_LETTERS];

/// A dead letter that is held.
pub(crate) struct Letter {
    /// The queue of dead letters that it is in.
    pub(crate) queue: &'static str,
    delivery: Delivery,
}

impl Letter {
    /// What it is called: the event's id, or one made of its body when it has none.
    pub(crate) fn id(&self) -> String {
        self.delivery
            .message_id()
            .map_or_else(|| id_of_body(self.body()), |id| id.to_string())
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.delivery.body()
    }

    /// Why it is dead.
    pub(crate) fn reason(&self) -> String {
        let ours = self.delivery.header(headers::REASON);
        let brokers = self.delivery.header("x-first-death-reason");
        match (ours, brokers) {
            (Some(reason), _) => reason.to_owned(),
            (None, Some("delivery_limit")) => {
                "it was delivered too often without an answer: a process died of it".to_owned()
            }
            (None, Some(reason)) => format!("the broker: {reason}"),
            (None, None) => "nobody said why".to_owned(),
        }
    }

    /// The order that it says it is about.
    pub(crate) fn order_id(&self) -> Option<Uuid> {
        let header = self.delivery.header(headers::ORDER_ID);
        let body: Option<serde_json::Value> = serde_json::from_slice(self.body()).ok();
        let inside = body.as_ref().and_then(|body| body["order_id"].as_str());
        header.or(inside)?.parse().ok()
    }

    /// Where it belongs: the queue whose consumer could not handle it.
    pub(crate) fn origin(&self) -> &'static str {
        if self.queue == PROCESS_DEAD_LETTERS {
            PROCESS_QUEUE
        } else {
            STATUS_QUEUE
        }
    }

    /// Puts it back where it came from, and then takes it out of the dead letters. What dies in between leaves two copies,
    /// which is harmless: who handled an event once knows it.
    ///
    /// # Errors
    /// When the broker did not take the copy. Then the letter stays.
    pub(crate) async fn replay(self, publisher: &mut Publisher) -> anyhow::Result<()> {
        publisher.publish_one(self.again()?).await??;
        self.take_out().await
    }

    /// Takes it out of the dead letters for good.
    ///
    /// # Errors
    /// When the broker does not hear of it. Then the letter stays.
    pub(crate) async fn take_out(self) -> anyhow::Result<()> {
        Ok(self.delivery.settle(Outcome::Ack).await?)
    }

    /// A copy for the queue that it came from, and nobody else.
    fn again(&self) -> anyhow::Result<Message> {
        let id = self.delivery.message_id().unwrap_or_else(Uuid::new_v4);
        let mut message = Message::new("", self.origin(), id, self.body().to_vec())?;
        for name in [
            headers::TRACEPARENT,
            headers::TRACESTATE,
            headers::ORDER_ID,
            headers::PUBLISHED_AT,
        ] {
            message = message.header(name, self.delivery.header(name));
        }
        Ok(message)
    }
}

/// How many letters there are in both queues.
///
/// # Errors
/// When the broker does not answer or refuses.
pub(crate) async fn waiting(env: &Env) -> anyhow::Result<u32> {
    let waiting = depths(&broker(env)?).await?;
    Ok(waiting.iter().map(|queue| queue.messages).sum())
}

fn broker(env: &Env) -> anyhow::Result<BrokerConfig> {
    let mut reader = Reader::new(env);
    let url = reader.secret_url("VELURE_OPERATOR_AMQP_URL");
    Ok(BrokerConfig::new(reader.finish(url)?, "velure desk"))
}

async fn depths(broker: &BrokerConfig) -> anyhow::Result<Vec<Waiting>> {
    let waiting = QueueDepths::new(broker.clone(), QUEUES).look().await;
    waiting.context("the dead letters cannot be counted")
}

/// What stands for a message without an id: the beginning of its body's SHA-256.
fn id_of_body(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let digits: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("body-{digits}")
}

/// The dead letters of both queues, held as long as this lives.
pub(crate) struct Letters {
    connection: Connection,
    // Dropped last: their channels hold the letters.
    _consumers: Vec<Consumer>,
    /// Those that were there.
    pub(crate) held: Vec<Letter>,
    /// How many more there are.
    pub(crate) more: u32,
}

impl Letters {
    /// Takes what is there, a thousand of each queue at most. Who looks at the same time sees the others.
    ///
    /// # Errors
    /// When the broker does not answer or refuses.
    pub(crate) async fn take(env: &Env) -> anyhow::Result<Self> {
        let broker = broker(env)?;
        let waiting = depths(&broker).await?;
        let connection = broker.connect("dead letters").await?;
        let (mut held, mut consumers, mut more) = (Vec::new(), Vec::new(), 0);
        for there in waiting {
            let count = u16::try_from(there.messages).unwrap_or(MOST).min(MOST);
            more += there.messages - u32::from(count);
            if count == 0 {
                continue;
            }
            let mut consumer = Consumer::open(&connection, there.queue, count).await?;
            for _ in 0..count {
                // Somebody else may have been quicker.
                let Ok(delivery) = tokio::time::timeout(PATIENCE, consumer.next()).await else {
                    break;
                };
                held.push(Letter {
                    queue: there.queue,
                    delivery: delivery?,
                });
            }
            consumers.push(consumer);
        }
        Ok(Self {
            connection,
            _consumers: consumers,
            held,
            more,
        })
    }

    /// Those that are called so, taken out of what is held.
    ///
    /// # Errors
    /// When one of them is not there.
    pub(crate) fn pick(&mut self, ids: &[String]) -> anyhow::Result<Vec<Letter>> {
        for id in ids {
            ensure!(
                self.held.iter().any(|letter| letter.id() == *id),
                "no dead letter is called {id}: `velure dlq ls` names them"
            );
        }
        Ok(self
            .held
            .extract_if(.., |letter| ids.contains(&letter.id()))
            .collect())
    }

    /// For putting letters back.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(crate) async fn publisher(&self) -> anyhow::Result<Publisher> {
        Ok(Publisher::open(&self.connection).await?)
    }

    /// Gives the rest back, and waits until the broker has it.
    ///
    /// # Errors
    /// When the connection broke; the broker has it then as well.
    pub(crate) async fn give_back(self) -> anyhow::Result<()> {
        for letter in self.held {
            letter.delivery.settle(Outcome::Requeue).await?;
        }
        self.connection.close().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_an_id_is_called_by_its_body() {
        assert_eq!(id_of_body(b""), "body-e3b0c44298fc1c14");
        assert_ne!(id_of_body(b"a"), id_of_body(b"b"));
    }
}
