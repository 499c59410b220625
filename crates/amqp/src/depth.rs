use std::time::{Duration, Instant};

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use tokio::time::timeout;

use crate::{BrokerConfig, ConnectError, Connection};

/// How long the broker may take to tell of all queues.
const PATIENCE: Duration = Duration::from_secs(3);

/// What waits in one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The queue.
    pub queue: &'static str,
    /// Messages that no consumer has.
    pub messages: u32,
    /// For how long it has not been seen empty: so old is the oldest message at most, if it came after the first look.
    pub for_at_most: Duration,
}

/// The broker did not tell.
#[derive(Debug, thiserror::Error)]
pub enum DepthError {
    /// No connection.
    #[error("no connection to look at queues")]
    Connect(#[from] ConnectError),
    /// It broke, or a queue is not there.
    #[error("a queue could not be looked at")]
    Look(#[source] lapin::Error),
    /// It took longer than three seconds.
    #[error("the broker did not tell of its queues within {PATIENCE:?}")]
    Timeout,
}

/// Looks at queues, over a connection of its own that is made when it is needed: publishers' connections are blocked
/// when the broker is short of memory, which is when queues are worth a look.
#[derive(Debug)]
pub struct QueueDepths {
    broker: BrokerConfig,
    queues: &'static [&'static str],
    /// When each was last seen empty, or looked at first.
    empty: Vec<Instant>,
    open: Option<Connection>,
}

impl QueueDepths {
    /// Will look at these queues.
    #[must_use]
    pub fn new(broker: BrokerConfig, queues: &'static [&'static str]) -> Self {
        Self {
            broker,
            queues,
            empty: vec![Instant::now(); queues.len()],
            open: None,
        }
    }

    /// What waits in each queue now.
    ///
    /// # Errors
    /// When the broker is away, or too slow. The next look connects anew.
    pub async fn look(&mut self) -> Result<Vec<Waiting>, DepthError> {
        let looked = timeout(PATIENCE, self.ask()).await;
        let messages = match looked {
            Ok(Ok(messages)) => messages,
            Ok(Err(error)) => {
                self.open = None;
                return Err(error);
            }
            Err(_) => {
                self.open = None;
                return Err(DepthError::Timeout);
            }
        };
        let now = Instant::now();
        let waiting = self.queues.iter().zip(&mut self.empty).zip(messages);
        Ok(waiting
            .map(|((queue, empty), messages)| {
                if messages == 0 {
                    *empty = now;
                }
                Waiting {
                    queue,
                    messages,
                    for_at_most: now - *empty,
                }
            })
            .collect())
    }

    async fn ask(&mut self) -> Result<Vec<u32>, DepthError> {
        let connection = match self.open.take().filter(Connection::connected) {
            Some(connection) => connection,
            None => self.broker.connect("look at queues").await?,
        };
        let channel = connection.channel().await.map_err(DepthError::Look)?;
        let mut messages = Vec::with_capacity(self.queues.len());
        for queue in self.queues {
            // Passive: asks, and declares nothing.
            let options = QueueDeclareOptions {
                passive: true,
                ..Default::default()
            };
            let seen = channel
                .queue_declare((*queue).into(), options, FieldTable::default())
                .await
                .map_err(DepthError::Look)?;
            messages.push(seen.message_count());
        }
        let _ = channel.close(200, "looked".into()).await;
        self.open = Some(connection);
        Ok(messages)
    }
}
