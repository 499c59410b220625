//! The broker: two queues, each message with somebody until it is answered.

use std::collections::{BTreeMap, BTreeSet};

/// The queue of placed orders, and the queue of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Queue {
    Process,
    Status,
}

/// A message in a queue or with a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) event: usize,
    pub(crate) queue: Queue,
    pub(crate) deliveries: usize,
    /// Which consumer has it.
    pub(crate) with: Option<usize>,
}

/// One delivery of a message: an answer to an earlier one is no answer to this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) tag: u64,
    pub(crate) number: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Broker {
    /// By tag; a tag is one message, however often it is delivered.
    pub(crate) messages: BTreeMap<u64, Message>,
    tags: u64,
    /// Rises when every connection is cut.
    pub(crate) epoch: u32,
    pub(crate) unbound: bool,
    /// Every event that ever came in, in the order in which each came for the first time.
    pub(crate) wire: BTreeSet<usize>,
    pub(crate) wire_order: Vec<usize>,
}

/// A message that is delivered so often turns in a circle.
pub(crate) const CIRCLE: usize = 400;

impl Broker {
    /// Takes a message in.
    pub(crate) fn enqueue(&mut self, queue: Queue, event: usize) -> u64 {
        if self.wire.insert(event) {
            self.wire_order.push(event);
        }
        self.tags += 1;
        let message = Message {
            event,
            queue,
            deliveries: 0,
            with: None,
        };
        self.messages.insert(self.tags, message);
        self.tags
    }

    /// Gives a message to a consumer, when it is still there and nobody has it.
    pub(crate) fn give(&mut self, tag: u64, consumer: usize) -> Option<(Queue, Delivery)> {
        let message = self.messages.get_mut(&tag)?;
        if message.with.is_some() {
            return None;
        }
        message.with = Some(consumer);
        message.deliveries += 1;
        let number = message.deliveries;
        Some((message.queue, Delivery { tag, number }))
    }

    /// The message of a delivery, unless it was taken back since.
    pub(crate) fn with(&self, delivery: Delivery) -> Option<Message> {
        self.messages
            .get(&delivery.tag)
            .filter(|message| message.with.is_some() && message.deliveries == delivery.number)
            .copied()
    }

    /// Takes back what a consumer has, and says which messages have to be delivered anew.
    pub(crate) fn take_back(&mut self, queue: Option<Queue>, consumer: Option<usize>) -> Vec<u64> {
        let mut back = Vec::new();
        for (tag, message) in &mut self.messages {
            let its = queue.is_none_or(|queue| queue == message.queue)
                && consumer.is_none_or(|consumer| message.with == Some(consumer));
            if message.with.is_some() && its {
                message.with = None;
                back.push(*tag);
            }
        }
        back
    }
}
