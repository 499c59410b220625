//! Transactions that append to an outbox: numbers are taken at the start, rows are seen from the commit on, and whoever
//! asked may never hear what became of it.

use std::collections::BTreeMap;

use velure_order_processor::process::Decision;
use velure_postgres::fulfilment::Fulfilment;
use velure_postgres::outbox::Outbox;

use crate::Trap;
use crate::books::{New, Recorded};
use crate::broker::Delivery;
use crate::chance::Ms;
use crate::outbox::Fact;
use crate::world::{Happening, Process, World};
use crate::{processor, shopper};

/// A row that a transaction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lock {
    Key(usize, usize),
    Order(usize),
    Book(usize),
    Sweep,
}

pub(crate) type Locks = BTreeMap<Lock, Ms>;

/// What is to be stored.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// The order of a request.
    Place { want: usize, order: usize },
    /// Orders that stand still, asked for anew.
    Sweep { orders: Vec<(usize, bool)> },
    /// An order as its event tells of it.
    Record { delivery: Delivery, new: New },
    /// What nobody can read.
    DeadLetter { delivery: Delivery, event: usize },
    /// What an answer means for an order.
    Store {
        job: u64,
        held: Box<Fulfilment>,
        decision: Decision,
    },
}

#[derive(Debug)]
pub(crate) enum Step {
    Begin(Option<Process>, Work),
    Commit {
        by: Option<Process>,
        work: Work,
        sequences: Vec<i64>,
        epoch: u32,
    },
}

/// What whoever asked hears. Nothing when the statement failed, or when its result was lost.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    Placed(usize),
    Recorded(Recorded),
    Moved(Box<Fulfilment>),
    Stale,
    Stored,
}

impl World {
    pub(crate) fn begin(&mut self, by: Option<Process>, work: Work) {
        let wait = self.takes(2, 200);
        self.after(wait, Happening::Transaction(Step::Begin(by, work)));
    }

    pub(crate) fn transaction(&mut self, step: Step) {
        match step {
            Step::Begin(by, work) => self.start(by, work),
            Step::Commit {
                by,
                work,
                sequences,
                epoch,
            } => self.commit(by, work, &sequences, epoch),
        }
    }

    fn locks_of(&self, work: &Work) -> Vec<Lock> {
        match work {
            Work::Place { want, .. } => {
                let (buyer, key) = self.shoppers.key_of(*want);
                vec![Lock::Key(buyer, key)]
            }
            Work::Sweep { orders } => orders
                .iter()
                .map(|(order, _)| Lock::Order(*order))
                .chain([Lock::Sweep])
                .collect(),
            Work::Record { new, .. } => vec![Lock::Book(new.order)],
            Work::DeadLetter { .. } => Vec::new(),
            Work::Store { held, .. } => {
                vec![Lock::Book(crate::outbox::number_of(
                    held.order_id.as_uuid(),
                ))]
            }
        }
    }

    fn start(&mut self, by: Option<Process>, mut work: Work) {
        if by.is_some_and(|process| !self.lives(process)) {
            return;
        }
        if self.database.down || self.goes_wrong(self.plan.rates.unheard / 2) {
            return self.hear(by, work, None);
        }
        if let Work::Sweep { orders } = &mut work {
            if self.database.locks.contains_key(&Lock::Sweep) {
                return;
            }
            *orders = self.database.orders.standing_still(self.database_now());
            orders.retain(|(order, _)| {
                !self.database.outboxes.has_failed(*order)
                    && !self.database.locks.contains_key(&Lock::Order(*order))
            });
            if orders.is_empty() {
                return;
            }
        }
        let locks = self.locks_of(&work);
        let held = locks
            .iter()
            .filter_map(|lock| self.database.locks.get(lock));
        if let Some(until) = held.max() {
            let at = until + 1;
            self.at(at, Happening::Transaction(Step::Begin(by, work)));
            return;
        }
        if let Work::Store { held, .. } = &work
            && !self.database.books.may_store(held)
        {
            return self.hear(by, work, Some(Heard::Stale));
        }
        let wanted = if let Work::Sweep { orders } = &work {
            orders.len()
        } else {
            2
        };
        let sequences = (0..wanted)
            .map(|_| self.database.outboxes.take_sequence())
            .collect();
        // A statement ends after 3 s, and a transaction that does nothing after 5.
        let ends = self.now + self.takes(5, 7_900);
        for lock in locks {
            self.database.locks.insert(lock, ends);
        }
        let epoch = self.database.epoch;
        let commit = Step::Commit {
            by,
            work,
            sequences,
            epoch,
        };
        self.at(ends, Happening::Transaction(commit));
    }

    fn commit(&mut self, by: Option<Process>, work: Work, sequences: &[i64], epoch: u32) {
        if epoch != self.database.epoch {
            return self.hear(by, work, None);
        }
        for lock in self.locks_of(&work) {
            self.database.locks.remove(&lock);
        }
        // Who dies in a transaction may have sent the commit.
        if by.is_some_and(|process| !self.lives(process)) && self.chance.permille(500) {
            return;
        }
        let heard = self.apply(by, &work, sequences);
        let unheard = self.goes_wrong(self.plan.rates.unheard);
        if unheard {
            self.tell(|_| "a commit is not heard of".to_owned());
        }
        self.hear(by, work, heard.filter(|_| !unheard));
    }

    fn append(&mut self, outbox: Outbox, order: usize, fact: Fact, mut sequence: i64, by: usize) {
        if self.is_trapped(Trap::WriterClock) {
            // The writers' clocks are ten seconds apart.
            let clock = i64::try_from(self.now + 10_000 * by as u64).expect("days");
            sequence += clock * 100_000;
        }
        let event = self.database.outboxes.append(outbox, order, fact, sequence);
        self.tell(|_| {
            format!(
                "order {order}: {fact:?} goes into {} as event {event}, number {sequence}",
                outbox.table()
            )
        });
        self.wake_relays();
    }

    fn apply(&mut self, by: Option<Process>, work: &Work, sequences: &[i64]) -> Option<Heard> {
        let now = self.database_now();
        let writer = by.map_or(0, |process| process.replica);
        match work {
            Work::Place { want, order } => {
                let key = self.shoppers.key_of(*want);
                let key = if self.is_trapped(Trap::KeyOfNobody) {
                    (0, key.1)
                } else {
                    key
                };
                let buyer = self.shoppers.buyer_of(*want);
                if self.database.orders.place(key, *order, buyer, now) {
                    self.place_content(*want, *order);
                    let fact = Fact::Created { expired: false };
                    self.append(Outbox::Orders, *order, fact, sequences[0], 0);
                    self.hint(*order, &[1]);
                }
                Some(Heard::Placed(self.database.orders.keys[&key]))
            }
            Work::Sweep { orders } => {
                for ((order, expired), sequence) in orders.iter().zip(sequences) {
                    let fact = Fact::Created { expired: *expired };
                    self.append(Outbox::Orders, *order, fact, *sequence, writer);
                    self.database.orders.redriven(*order, now);
                }
                Some(Heard::Stored)
            }
            Work::Record { new, .. } => {
                if self.is_trapped(Trap::ForgetfulInbox) {
                    self.database.books.inbox.remove(&new.event);
                }
                let known = self.database.books.inbox.contains(&new.event);
                let (recorded, facts) = self.database.books.record(new, now);
                if !known && recorded != Recorded::Contradicts {
                    self.recorded_for_the_first_time(new.event);
                }
                for (fact, sequence) in facts.into_iter().zip(sequences) {
                    self.append(Outbox::Fulfilment, new.order, fact, *sequence, writer);
                }
                Some(Heard::Recorded(recorded))
            }
            Work::DeadLetter { event, .. } => {
                self.witness.put_aside.insert(*event);
                Some(Heard::Stored)
            }
            Work::Store { held, decision, .. } => {
                let order = crate::outbox::number_of(held.order_id.as_uuid());
                match self.database.books.store(held, decision, now) {
                    Ok((moved, facts)) => {
                        self.tell(|_| format!("order {order}: {:?}", moved.phase));
                        for (fact, sequence) in facts.into_iter().zip(sequences) {
                            self.append(Outbox::Fulfilment, order, fact, *sequence, writer);
                        }
                        Some(Heard::Moved(Box::new(moved)))
                    }
                    Err(crate::books::Stale) => Some(Heard::Stale),
                }
            }
        }
    }

    fn hear(&mut self, by: Option<Process>, work: Work, heard: Option<Heard>) {
        match (work, by) {
            (Work::Place { want, .. }, _) => {
                let order = match heard {
                    Some(Heard::Placed(order)) => Some(order),
                    _ => None,
                };
                let answer = shopper::Step::Answer { want, order };
                self.after(1, Happening::Shopper(answer));
            }
            (Work::Sweep { .. }, _) | (_, None) => {}
            (work, Some(process)) => {
                let step = processor::Step::Heard(Box::new(work), heard);
                self.after(1, Happening::Processor(process, step));
            }
        }
    }
}
