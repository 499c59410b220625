//! What has to hold after every step, and when everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use velure_domain::OrderStatus;
use velure_postgres::fulfilment::Phase;

use crate::broker::{CIRCLE, Message, Queue};
use crate::catalog::State;
use crate::gateway::Topic;
use crate::outbox::Fact;
use crate::world::{Happening, World};

/// Whoever has not come to rest so long after the last fault never will, in milliseconds.
const PATIENCE: u64 = 40 * 60_000;

/// What was seen, apart from what anybody stored.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    pub(crate) wrong: Option<String>,
    /// Orders that something happened to since the last look.
    pub(crate) touched: BTreeSet<usize>,
    /// Events that nobody can handle, and that were put aside for a person.
    pub(crate) put_aside: BTreeSet<usize>,
    /// Hints that reached the gateway.
    pub(crate) hinted: BTreeSet<(Topic, i64)>,
    had_effect: BTreeSet<usize>,
    /// How much of an order's history was there at the last look.
    histories: BTreeMap<usize, Vec<OrderStatus>>,
    looked_at: usize,
}

impl World {
    pub(crate) fn wrong(&mut self, what: String) {
        self.tell(|_| format!("WRONG: {what}"));
        self.witness.wrong.get_or_insert(what);
    }

    /// Looks at every order that something happened to.
    pub(crate) fn check(&mut self) {
        for order in std::mem::take(&mut self.witness.touched) {
            self.check_order(order);
        }
        self.check_wire();
    }

    fn check_order(&mut self, order: usize) {
        self.check_history(order);
        let Some(content) = self.shoppers.contents.get(&order) else {
            return;
        };
        let price = content.price;
        let taken: Vec<i64> = self.provider.taken(order).map(|t| t.amount).collect();
        if taken.len() > 1 {
            self.wrong(format!("order {order} is charged {} times", taken.len()));
        }
        if taken.iter().any(|amount| *amount != price) {
            self.wrong(format!(
                "order {order} costs {price}, and {taken:?} was taken"
            ));
        }
        let Some(book) = self.database.books.orders.get(&order) else {
            return;
        };
        let (phase, charged) = (book.order.phase, !taken.is_empty());
        let stock = self
            .catalog
            .reservations
            .get(&order)
            .map(|(state, _)| *state);
        let fits = match phase {
            Phase::Completed => charged && stock == Some(State::Committed),
            Phase::Charged => charged && matches!(stock, Some(State::Held | State::Committed)),
            Phase::Failed => !charged && matches!(stock, None | Some(State::Released)),
            Phase::Declined | Phase::Refused => !charged && stock != Some(State::Committed),
            Phase::Reserved => matches!(stock, Some(State::Held)),
            Phase::Recorded => !charged && stock != Some(State::Committed),
        };
        if !fits {
            self.wrong(format!(
                "order {order} is {phase:?}, charged: {charged}, its stock: {stock:?}"
            ));
        }
    }

    /// A history grows, and by legal moves alone.
    fn check_history(&mut self, order: usize) {
        let Some(stored) = self.database.orders.orders.get(&order) else {
            return;
        };
        let history = stored.history.clone();
        let before = self.witness.histories.insert(order, history.clone());
        let grown = before.is_none_or(|before| history.starts_with(&before));
        let legal = history.windows(2).all(|two| two[0].advance(two[1]).is_ok());
        if !grown || !legal {
            self.wrong(format!("order {order} went {history:?}"));
        }
        let phase = self
            .database
            .books
            .orders
            .get(&order)
            .map(|b| b.order.phase);
        let truthful = match stored_status(&history) {
            OrderStatus::Created | OrderStatus::Processing => true,
            OrderStatus::Completed => phase == Some(Phase::Completed),
            OrderStatus::Failed => phase == Some(Phase::Failed),
        };
        if !truthful {
            self.wrong(format!("order {order} shows {history:?} and is {phase:?}"));
        }
    }

    /// Nothing is below zero, and nothing comes or goes but with an order.
    pub(crate) fn check_stock(&mut self) {
        for product in 0..self.catalog.available.len() {
            let (left, out) = (
                self.catalog.available[product],
                self.catalog.with_orders(product),
            );
            if left < 0 || left + out != self.catalog.initial {
                self.wrong(format!(
                    "product {product}: {left} left and {out} with orders"
                ));
            }
        }
    }

    /// On the wire an order's events come in the order in which they were stored.
    fn check_wire(&mut self) {
        while let Some(event) = self.broker.wire_order.get(self.witness.looked_at).copied() {
            self.witness.looked_at += 1;
            let fact = self.database.outboxes.events[event];
            let fulfilment = !matches!(fact.fact, Fact::Created { .. } | Fact::Poison);
            let stored = self.database.outboxes.stored.get(&(fulfilment, fact.order));
            let before = stored
                .into_iter()
                .flatten()
                .take_while(|other| **other != event);
            let missing = before
                .copied()
                .find(|other| !self.broker.wire.contains(other));
            if let Some(missing) = missing {
                let order = fact.order;
                self.wrong(format!("order {order}: event {event} overtook {missing}"));
            }
        }
    }

    /// An event is marked as published: the broker has to have had it.
    pub(crate) fn marked(&mut self, event: usize) {
        if !self.broker.wire.contains(&event) {
            self.wrong(format!("event {event} counts as published, and never was"));
        }
    }

    /// A delivery is answered for good: what it says has to be stored.
    pub(crate) fn acknowledged(&mut self, message: Message) {
        let event = message.event;
        if self.witness.put_aside.contains(&event) {
            return;
        }
        let fact = self.database.outboxes.events[event];
        let order = self.database.orders.orders.get(&fact.order);
        let had = |version| order.is_some_and(|order| order.history.len() >= version);
        let books = &self.database.books;
        let stored = match fact.fact {
            Fact::Created { .. } => {
                books.inbox.contains(&event) && books.orders.contains_key(&fact.order)
            }
            Fact::Processing => had(2),
            Fact::Completed | Fact::Failed(_) => had(3),
            Fact::Poison => false,
        };
        if !stored {
            self.wrong(format!(
                "event {event} ({fact:?}) is acknowledged and not stored"
            ));
        }
    }

    /// A message that the broker had confirmed is gone, and nothing was wiped.
    pub(crate) fn lost(&mut self, event: usize) {
        self.wrong(format!(
            "the broker lost event {event}, which it had confirmed"
        ));
    }

    pub(crate) fn recorded_for_the_first_time(&mut self, event: usize) {
        if !self.witness.had_effect.insert(event) {
            self.wrong(format!("event {event} had its effect twice"));
        }
    }

    /// Whether nothing is left to be done.
    pub(crate) fn at_rest(&self) -> bool {
        self.shoppers.are_answered()
            && self.database.outboxes.waiting() == 0
            && self.broker.messages.is_empty()
            && self.database.locks.is_empty()
            && self
                .database
                .orders
                .orders
                .values()
                .all(|order| order.status().is_final())
            && self
                .database
                .books
                .orders
                .values()
                .all(|book| book.order.phase.is_final())
            && self
                .gateway
                .watchers
                .iter()
                .all(|(topic, watcher)| match topic {
                    Topic::Order(_) => watcher.done,
                    Topic::Buyer(_) => watcher.last == self.stored(*topic),
                })
    }

    pub(crate) fn watch(&mut self) {
        if let Some(message) = self
            .broker
            .messages
            .values()
            .find(|m| m.deliveries > CIRCLE)
        {
            let (event, times) = (message.event, message.deliveries);
            return self.wrong(format!("event {event} was delivered {times} times"));
        }
        if !self.at_rest() {
            if self.now > self.plan.calm + PATIENCE {
                let what = self.what_is_left();
                return self.wrong(format!("it never comes to rest: {what}"));
            }
            return self.after(1_000, Happening::Watch);
        }
        let orders: Vec<usize> = self.database.orders.orders.keys().copied().collect();
        self.witness.touched.extend(orders);
        self.check();
        self.check_stock();
        for (order, (state, _)) in &self.catalog.reservations {
            if *state == State::Held {
                let order = *order;
                return self.wrong(format!("order {order} still holds its stock"));
            }
        }
        let endless = self
            .open_streams()
            .find(|topic| matches!(topic, Topic::Order(_)));
        if let Some(topic) = endless {
            return self.wrong(format!(
                "{topic:?}: a stream has nothing to tell and stays open"
            ));
        }
        self.rest();
    }

    fn what_is_left(&self) -> String {
        let open: Vec<usize> = self
            .database
            .orders
            .orders
            .iter()
            .filter(|(_, order)| !order.status().is_final())
            .map(|(order, _)| *order)
            .collect();
        let behind: Vec<Topic> = self
            .gateway
            .watchers
            .iter()
            .filter(|(topic, watcher)| !watcher.done && watcher.last < self.stored(**topic))
            .map(|(topic, _)| *topic)
            .collect();
        format!(
            "open orders {open:?}, {} rows to publish, queues {:?}, behind {behind:?}, answered: {}",
            self.database.outboxes.waiting(),
            [Queue::Process, Queue::Status].map(|queue| {
                let of = |m: &&Message| m.queue == queue;
                self.broker.messages.values().filter(of).count()
            }),
            self.shoppers.are_answered(),
        )
    }
}

fn stored_status(history: &[OrderStatus]) -> OrderStatus {
    history.last().copied().unwrap_or(OrderStatus::Created)
}
