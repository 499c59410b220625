//! The orders and their histories, as `velure_postgres::orders` and `::status` keep them.

use std::collections::BTreeMap;

use velure_domain::{FailureCode, OrderStatus};

use crate::outbox::Fact;

/// When an order is asked for again, in milliseconds: `velure_postgres::status::SweepRule`, ten times as eager as the
/// relay's defaults.
pub(crate) const SWEEP_EVERY: u64 = 3_000;
const SWEEP_AFTER: i64 = 6_000;
const DEADLINE: i64 = 90_000;

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) buyer: usize,
    /// Its statuses, oldest first; the place in it is the version, from 1.
    pub(crate) history: Vec<OrderStatus>,
    pub(crate) failure: Option<FailureCode>,
    created: i64,
    updated: i64,
    redriven: Option<i64>,
    redrives: u32,
}

impl Order {
    pub(crate) fn status(&self) -> OrderStatus {
        *self
            .history
            .last()
            .expect("invariant: an order has a status")
    }
}

/// What became of a status event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Applied {
    /// The versions that the order went through.
    Moved(Vec<i64>),
    Known,
    UnknownOrder,
}

#[derive(Debug, Default)]
pub(crate) struct Orders {
    pub(crate) orders: BTreeMap<usize, Order>,
    /// A buyer's key, and the order it stands for.
    pub(crate) keys: BTreeMap<(usize, usize), usize>,
    /// Every move of a buyer's orders, oldest first: the place in it is the buyer's sequence, from 1.
    pub(crate) moves: BTreeMap<usize, Vec<(usize, i64)>>,
}

impl Orders {
    /// Stores an order under its key, unless the key stands for one.
    pub(crate) fn place(
        &mut self,
        key: (usize, usize),
        order: usize,
        buyer: usize,
        now: i64,
    ) -> bool {
        if self.keys.contains_key(&key) {
            return false;
        }
        self.keys.insert(key, order);
        let placed = Order {
            buyer,
            history: vec![OrderStatus::Created],
            failure: None,
            created: now,
            updated: now,
            redriven: None,
            redrives: 0,
        };
        self.orders.insert(order, placed);
        self.moves.entry(buyer).or_default().push((order, 1));
        true
    }

    /// Brings an order to a status with every move on the way: `StatusStore::apply`.
    pub(crate) fn apply(&mut self, order: usize, fact: Fact, now: i64, guarded: bool) -> Applied {
        let Some(found) = self.orders.get_mut(&order) else {
            return Applied::UnknownOrder;
        };
        let (to, failure) = match fact {
            Fact::Processing => (OrderStatus::Processing, None),
            Fact::Completed => (OrderStatus::Completed, None),
            Fact::Failed(code) => (OrderStatus::Failed, Some(code)),
            Fact::Created { .. } | Fact::Poison => return Applied::UnknownOrder,
        };
        let before = found.history.len();
        if guarded {
            for step in found.status().way_to(to) {
                found.history.push(step);
            }
        } else {
            found.history.push(to);
        }
        if found.history.len() == before {
            return Applied::Known;
        }
        found.failure = failure.or(found.failure);
        found.updated = now;
        let versions: Vec<i64> = (before + 1..=found.history.len())
            .map(|version| i64::try_from(version).expect("three"))
            .collect();
        let buyer = found.buyer;
        self.moves
            .entry(buyer)
            .or_default()
            .extend(versions.iter().map(|version| (order, *version)));
        Applied::Moved(versions)
    }

    /// The orders that stand still, and whether each is over its time: `StatusStore::sweep`.
    pub(crate) fn standing_still(&self, now: i64) -> Vec<(usize, bool)> {
        self.orders
            .iter()
            .filter(|(_, order)| !order.status().is_final() && order.updated <= now - SWEEP_AFTER)
            .filter(|(_, order)| {
                let wait = SWEEP_AFTER * (1 << order.redrives.min(4));
                let asked = order.redriven.unwrap_or(i64::MIN);
                let due = order.updated.max(asked) <= now - wait;
                let over = order.created <= now - DEADLINE
                    && order.redriven.unwrap_or(order.created) < order.created + DEADLINE;
                due || over
            })
            .map(|(number, order)| (*number, order.created <= now - DEADLINE))
            .collect()
    }

    pub(crate) fn redriven(&mut self, order: usize, now: i64) {
        if let Some(order) = self.orders.get_mut(&order) {
            order.redriven = Some(now);
            order.redrives += 1;
        }
    }
}
