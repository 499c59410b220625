//! Who watches what at this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use velure_contracts::sse::{BuyerCursor, StatusFrame};
use velure_domain::{OrderId, OrderStatus, UserId};
use velure_postgres::gateway::{BuyerWatch, OrderWatch, StoredEvent};
use velure_redis::{StatusHint, Subscriptions, Topic};

use crate::frame::{self, FrameId};
use crate::metrics::Metrics;
use crate::slot::{Offered, Placed, Slot};
use crate::trace::{Telling, Way};

/// One open stream, as those see it who have something to tell it.
#[derive(Debug)]
pub(crate) struct Subscriber {
    buyer: UserId,
    slot: Mutex<Slot>,
    /// Rung when the slot may have something to write. A ring before anybody waits is kept.
    pub(crate) wake: Notify,
}

impl Subscriber {
    pub(crate) fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All streams of this process, by topic and by user.
#[derive(Clone)]
pub(crate) struct Registry {
    tables: Arc<Mutex<Tables>>,
    subscriptions: Subscriptions,
    metrics: Metrics,
}

#[derive(Default)]
struct Tables {
    topics: HashMap<Topic, Vec<Arc<Subscriber>>>,
    users: HashMap<UserId, usize>,
}

/// An event of an order: a hint's or the database's.
pub(crate) struct Moved<'a> {
    buyer: UserId,
    buyer_sequence: i64,
    frame: &'a StatusFrame,
}

impl<'a> Moved<'a> {
    pub(crate) fn of(event: &StoredEvent, telling: &'a Telling<'_>) -> Self {
        Self {
            buyer: event.buyer_id,
            buyer_sequence: event.buyer_sequence,
            frame: &telling.frame,
        }
    }

    /// The frame as the streams of `topic` get it.
    pub(crate) fn placed(&self, topic: Topic) -> Placed {
        let version = i64::from(self.frame.version);
        match topic {
            Topic::Order(_) => Placed {
                position: version,
                stored: self.frame.at,
                bytes: frame::status(FrameId::Version(version), self.frame),
                last: is_final(&self.frame.status),
            },
            Topic::Buyer(_) => Placed {
                position: self.buyer_sequence,
                stored: self.frame.at,
                bytes: frame::status(
                    FrameId::Cursor(BuyerCursor(self.buyer_sequence)),
                    self.frame,
                ),
                last: false,
            },
        }
    }
}

/// Whether nothing comes after this status.
pub(crate) fn is_final(status: &str) -> bool {
    status.parse().is_ok_and(OrderStatus::is_final)
}

impl Registry {
    pub(crate) fn new(subscriptions: Subscriptions, metrics: Metrics) -> Self {
        Self {
            tables: Arc::default(),
            subscriptions,
            metrics,
        }
    }

    /// A seat for one more stream of `user`, when there is one left of `seats`.
    pub(crate) fn seat(&self, user: UserId, seats: usize) -> Option<Seat> {
        let mut tables = self.tables();
        let taken = tables.users.entry(user).or_default();
        if *taken >= seats {
            return None;
        }
        *taken += 1;
        Some(Seat {
            registry: self.clone(),
            user,
        })
    }

    /// Adds a stream. When this returns, hints on `topic` reach its slot, or Redis is away.
    pub(crate) async fn join(&self, topic: Topic, buyer: UserId) -> Membership {
        let subscriber = Arc::new(Subscriber {
            buyer,
            slot: Mutex::default(),
            wake: Notify::new(),
        });
        let membership = {
            let mut tables = self.tables();
            tables
                .topics
                .entry(topic)
                .or_default()
                .push(subscriber.clone());
            self.metrics.topics.set(count(tables.topics.len()));
            Membership {
                registry: self.clone(),
                topic,
                subscriber,
            }
        };
        self.subscriptions.watch(topic).await;
        membership
    }

    /// Tells a hint to all who watch its order or its buyer.
    pub(crate) fn tell(&self, hint: &StatusHint) {
        let tables = self.tables();
        let topics = [
            Topic::Order(hint.order_id.into()),
            Topic::Buyer(hint.buyer_id.into()),
        ];
        let watched = topics.map(|topic| Some((topic, tables.topics.get(&topic)?)));
        if watched.iter().all(Option::is_none) {
            return;
        }
        let telling = Telling::of(&hint.frame, Way::Hint);
        let moved = Moved {
            buyer: hint.buyer_id.into(),
            buyer_sequence: hint.buyer_sequence,
            frame: &telling.frame,
        };
        for (topic, subscribers) in watched.into_iter().flatten() {
            self.offer(subscribers, topic, &moved);
        }
    }

    /// Tells the streams of one topic what was stored.
    pub(crate) fn tell_stored(&self, topic: Topic, event: &StoredEvent) {
        let tables = self.tables();
        if let Some(subscribers) = tables.topics.get(&topic) {
            let telling = Telling::of(&event.frame, Way::Sweep);
            self.offer(subscribers, topic, &Moved::of(event, &telling));
        }
    }

    /// Offers and rings; short enough to be done under the lock. The frame is written once for all.
    fn offer(&self, subscribers: &[Arc<Subscriber>], topic: Topic, moved: &Moved<'_>) {
        let placed = moved.placed(topic);
        // A hint is no proof of whose an order is; a stream's own reading was.
        for subscriber in subscribers
            .iter()
            .filter(|subscriber| subscriber.buyer == moved.buyer)
        {
            match subscriber.slot().offer(placed.clone()) {
                Offered::Known => continue,
                Offered::Queued => {}
                Offered::Gap => self.metrics.gaps.increment(1),
                Offered::Full => self.metrics.coalesced.increment(1),
            }
            subscriber.wake.notify_one();
        }
    }

    /// Everything that is watched, with the least that a stream of it knows. Streams that are about to read anyway
    /// are left out.
    pub(crate) fn watches(&self) -> (Vec<OrderWatch>, Vec<BuyerWatch>) {
        let (mut orders, mut buyers) = (Vec::new(), Vec::new());
        for (topic, subscribers) in &self.tables().topics {
            let known = subscribers
                .iter()
                .filter_map(|subscriber| Some((subscriber.slot().known()?, subscriber.buyer)));
            match *topic {
                // Another user may try to watch the order: each is asked about with their own name.
                Topic::Order(order) => {
                    orders.extend(least(known).map(|(version, buyer)| watch(buyer, order, version)))
                }
                Topic::Buyer(_) => {
                    buyers.extend(
                        least(known).map(|(sequence, buyer)| BuyerWatch { buyer, sequence }),
                    );
                }
            }
        }
        (orders, buyers)
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The least position; all who got as far as having one are the same buyer.
fn least(known: impl Iterator<Item = (i64, UserId)>) -> Option<(i64, UserId)> {
    known.min_by_key(|(position, _)| *position)
}

fn watch(buyer: UserId, order: OrderId, version: i64) -> OrderWatch {
    OrderWatch {
        buyer,
        order,
        version,
    }
}

/// For a gauge; exact up to 2^32.
pub(crate) fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// A stream's place among those who watch its topic; it is left when this is dropped.
pub(crate) struct Membership {
    registry: Registry,
    topic: Topic,
    subscriber: Arc<Subscriber>,
}

impl Membership {
    pub(crate) fn topic(&self) -> Topic {
        self.topic
    }

    pub(crate) fn buyer(&self) -> UserId {
        self.subscriber.buyer
    }

    pub(crate) fn subscriber(&self) -> &Subscriber {
        &self.subscriber
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let registry = &self.registry;
        let mut tables = registry.tables();
        let Some(subscribers) = tables.topics.get_mut(&self.topic) else {
            return;
        };
        subscribers.retain(|subscriber| !Arc::ptr_eq(subscriber, &self.subscriber));
        if subscribers.is_empty() {
            tables.topics.remove(&self.topic);
            // Under the lock: whoever joins next watches after this, and is not unwatched by it.
            registry.subscriptions.unwatch(self.topic);
        }
        registry.metrics.topics.set(count(tables.topics.len()));
    }
}

/// One of a user's few seats; it is free again when this is dropped.
pub(crate) struct Seat {
    registry: Registry,
    user: UserId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut tables = self.registry.tables();
        if let Some(taken) = tables.users.get_mut(&self.user) {
            *taken -= 1;
            if *taken == 0 {
                tables.users.remove(&self.user);
            }
        }
    }
}
