//! The subscriber's side of hints: one connection for all topics of a process.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use redis::RedisError;
use redis::aio::{PubSubSink, PubSubStream};
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::{DEADLINE, Redis, StatusHint, Topic};

/// How long Redis may take to accept a connection or a change of subscriptions.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a silent connection is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(5);

/// Topics in one command. More would let one command hold up the messages behind it.
const BATCH: usize = 500;

/// The feed has ended and has to be started again.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Redis refused, or the connection broke.
    #[error("redis gave up the feed")]
    Redis(#[source] RedisError),
    /// Redis did not answer in time.
    #[error("redis does not answer")]
    Silent,
    /// Redis closed the connection.
    #[error("redis closed the feed")]
    Closed,
}

/// What the feed tells.
#[derive(Debug)]
pub enum FeedEvent {
    /// Every watched topic is subscribed to. What happened before may have been missed: read it again.
    Connected,
    /// An order has moved.
    Hint(StatusHint),
}

/// Which topics the process watches. Cheap to clone; changes are carried to Redis in batches.
#[derive(Debug, Clone)]
pub struct Subscriptions {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    wishes: Mutex<Wishes>,
    changed: Notify,
    /// The number of the last change that Redis has confirmed.
    confirmed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Wishes {
    /// Each watched topic, with the change that added it.
    wanted: HashMap<Topic, u64>,
    /// Topics that changed since the feed last looked.
    dirty: HashSet<Topic>,
    /// Counts changes.
    change: u64,
}

impl Subscriptions {
    /// Watches a topic. When this returns, Redis has confirmed it, or did not do so within [`DEADLINE`]; then what is
    /// published meanwhile is missed, and [`FeedEvent::Connected`] or the next reading brings it.
    pub async fn watch(&self, topic: Topic) {
        let change = {
            let mut wishes = self.shared.wishes();
            match wishes.wanted.get(&topic) {
                Some(change) => *change,
                None => {
                    wishes.change += 1;
                    let change = wishes.change;
                    wishes.wanted.insert(topic, change);
                    wishes.dirty.insert(topic);
                    self.shared.changed.notify_one();
                    change
                }
            }
        };
        let mut confirmed = self.shared.confirmed.subscribe();
        // The sender lives as long as `self`, so only the deadline can end this early.
        let _ = timeout(
            DEADLINE,
            confirmed.wait_for(|confirmed| *confirmed >= change),
        )
        .await;
    }

    /// No longer watches a topic.
    pub fn unwatch(&self, topic: Topic) {
        let mut wishes = self.shared.wishes();
        if wishes.wanted.remove(&topic).is_some() {
            wishes.dirty.insert(topic);
            wishes.change += 1;
            self.shared.changed.notify_one();
        }
    }
}

impl Shared {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens for hints on the topics of its [`Subscriptions`].
#[derive(Debug)]
pub struct HintFeed {
    redis: Redis,
    shared: Arc<Shared>,
}

impl HintFeed {
    /// A feed that watches nothing yet.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        let shared = Shared {
            wishes: Mutex::default(),
            changed: Notify::new(),
            confirmed: watch::Sender::new(0),
        };
        Self {
            redis,
            shared: Arc::new(shared),
        }
    }

    /// Says what to watch.
    #[must_use]
    pub fn subscriptions(&self) -> Subscriptions {
        Subscriptions {
            shared: self.shared.clone(),
        }
    }

    /// Connects and tells `deliver` what happens until the connection is lost. Call it again, with a backoff that is
    /// reset by [`FeedEvent::Connected`].
    ///
    /// `deliver` must not take long: what Redis sends meanwhile is held in memory.
    ///
    /// # Errors
    /// Always in the end: when the connection is lost.
    pub async fn listen(
        &mut self,
        mut deliver: impl FnMut(FeedEvent),
    ) -> Result<Infallible, FeedError> {
        let connection = timeout(PATIENCE, self.redis.client().get_async_pubsub()).await;
        let (mut sink, mut messages) = connection
            .map_err(|_| FeedError::Silent)?
            .map_err(FeedError::Redis)?
            .split();
        let mut subscribed = HashSet::new();
        // Everything is new to a new connection.
        {
            let mut wishes = self.shared.wishes();
            let all: Vec<Topic> = wishes.wanted.keys().copied().collect();
            wishes.dirty.extend(all);
        }
        self.apply(&mut sink, &mut subscribed).await?;
        deliver(FeedEvent::Connected);
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = next(&mut messages) => {
                    if let Some(hint) = message? {
                        deliver(FeedEvent::Hint(hint));
                    }
                }
                () = self.shared.changed.notified() => self.apply(&mut sink, &mut subscribed).await?,
                _ = pings.tick() => {
                    let pong = timeout(PATIENCE, sink.ping::<redis::Value>()).await;
                    pong.map_err(|_| FeedError::Silent)?.map_err(FeedError::Redis)?;
                }
            }
        }
    }

    /// Carries every change since the last time to Redis.
    async fn apply(
        &self,
        sink: &mut PubSubSink,
        subscribed: &mut HashSet<Topic>,
    ) -> Result<(), FeedError> {
        let (change, added, removed) = {
            let mut wishes = self.shared.wishes();
            let dirty = std::mem::take(&mut wishes.dirty);
            let (wanted, unwanted): (Vec<_>, Vec<_>) = dirty
                .into_iter()
                .partition(|topic| wishes.wanted.contains_key(topic));
            (wishes.change, wanted, unwanted)
        };
        let added: Vec<Topic> = added
            .into_iter()
            .filter(|topic| subscribed.insert(*topic))
            .collect();
        for batch in added.chunks(BATCH) {
            let channels = self.channels(batch);
            let done = timeout(PATIENCE, sink.subscribe(channels)).await;
            done.map_err(|_| FeedError::Silent)?
                .map_err(FeedError::Redis)?;
        }
        let removed: Vec<Topic> = removed
            .into_iter()
            .filter(|topic| subscribed.remove(topic))
            .collect();
        for batch in removed.chunks(BATCH) {
            let channels = self.channels(batch);
            let done = timeout(PATIENCE, sink.unsubscribe(channels)).await;
            done.map_err(|_| FeedError::Silent)?
                .map_err(FeedError::Redis)?;
        }
        self.shared.confirmed.send_replace(change);
        Ok(())
    }

    fn channels(&self, topics: &[Topic]) -> Vec<String> {
        topics
            .iter()
            .map(|topic| self.redis.keys().channel(*topic))
            .collect()
    }
}

/// The next message; `None` for one that cannot be read, which another version of ours may have sent: the database
/// tells what it would have told.
async fn next(messages: &mut PubSubStream) -> Result<Option<StatusHint>, FeedError> {
    let message = messages.next().await.ok_or(FeedError::Closed)?;
    let hint = serde_json::from_slice(message.get_payload_bytes());
    if let Err(error) = &hint {
        tracing::warn!(
            error = velure_contracts::fault(error),
            "a hint cannot be read"
        );
    }
    Ok(hint.ok())
}
