//! The books of fulfilment, as `velure_postgres::fulfilment` keeps them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use velure_domain::{Cart, FailureCode, Money, OrderFailure, PaymentMethod};
use velure_order_processor::process::{Decision, charge_key};
use velure_postgres::fulfilment::{Fulfilment, Lease, Payment, PaymentStatus, Phase};

use crate::outbox::{Fact, id_of, number_of};

/// How long an order is held without being renewed, in milliseconds.
pub(crate) const LEASE: i64 = 5_000;

#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) order: Fulfilment,
    pub(crate) leased_until: Option<i64>,
    pub(crate) next_attempt: i64,
    initiated: i64,
}

/// What the event says that is recorded.
#[derive(Debug, Clone)]
pub(crate) struct New {
    pub(crate) event: usize,
    pub(crate) order: usize,
    pub(crate) cart: Cart,
    pub(crate) total: Money,
    pub(crate) method: PaymentMethod,
    pub(crate) expired: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recorded {
    Claimed(Box<Fulfilment>),
    Waiting,
    Final,
    Contradicts,
}

/// The order's lease has passed on, or it is in another phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stale;

#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) orders: BTreeMap<usize, Book>,
    pub(crate) inbox: BTreeSet<usize>,
}

impl Books {
    /// What is on record of an order, as a reader sees it.
    fn read(&self, order: usize, now: i64) -> Option<Fulfilment> {
        let book = self.orders.get(&order)?;
        let mut found = book.order.clone();
        if let Some(payment) = &mut found.payment {
            payment.age = Duration::from_millis((now - book.initiated).max(0).unsigned_abs());
        }
        Some(found)
    }

    /// Records an event, and says what is to be appended to the outbox with it.
    pub(crate) fn record(&mut self, new: &New, now: i64) -> (Recorded, Vec<Fact>) {
        let Some(known) = self.read(new.order, now) else {
            self.inbox.insert(new.event);
            let order = new.claimed();
            let book = Book {
                order: order.clone(),
                leased_until: Some(now + LEASE),
                next_attempt: now + LEASE,
                initiated: now,
            };
            self.orders.insert(new.order, book);
            return (Recorded::Claimed(Box::new(order)), Vec::new());
        };
        let same = known.cart == new.cart
            && known.total == new.total
            && known.payment_method == new.method;
        if !same {
            return (Recorded::Contradicts, Vec::new());
        }
        let mut facts = Vec::new();
        let book = self
            .orders
            .get_mut(&new.order)
            .expect("invariant: just read");
        if self.inbox.insert(new.event) {
            facts = answer_so_far(&known);
            book.order.expired |= new.expired;
            if book.leased_until.is_none() {
                book.next_attempt = now;
            }
        }
        if known.phase.is_final() {
            return (Recorded::Final, facts);
        }
        if book.next_attempt > now {
            return (Recorded::Waiting, facts);
        }
        (
            Recorded::Claimed(Box::new(self.claim(new.order, now))),
            facts,
        )
    }

    fn claim(&mut self, order: usize, now: i64) -> Fulfilment {
        let book = self.orders.get_mut(&order).expect("invariant: on record");
        book.order.lease = Lease(book.order.lease.0 + 1);
        book.leased_until = Some(now + LEASE);
        book.next_attempt = now + LEASE;
        self.read(order, now).expect("invariant: on record")
    }

    /// Claims what is due.
    pub(crate) fn claim_due(&mut self, limit: usize, now: i64) -> Vec<Fulfilment> {
        let mut due: Vec<(i64, usize)> = self
            .orders
            .iter()
            .filter(|(_, book)| !book.order.phase.is_final() && book.next_attempt <= now)
            .map(|(order, book)| (book.next_attempt, *order))
            .collect();
        due.sort_unstable();
        due.truncate(limit);
        due.into_iter()
            .map(|(_, order)| self.claim(order, now))
            .collect()
    }

    /// How long until the next order is due.
    pub(crate) fn next_due(&self, now: i64) -> Option<u64> {
        self.orders
            .values()
            .filter(|book| !book.order.phase.is_final())
            .map(|book| (book.next_attempt - now).max(0).unsigned_abs())
            .min()
    }

    pub(crate) fn renew(&mut self, order: usize, lease: Lease, now: i64) {
        if let Some(book) = self.orders.get_mut(&order)
            && book.order.lease == lease
            && book.leased_until.is_some()
            && !book.order.phase.is_final()
        {
            book.leased_until = Some(now + LEASE);
            book.next_attempt = now + LEASE;
        }
    }

    /// Gives the order back for another try.
    pub(crate) fn postpone(
        &mut self,
        held: &Fulfilment,
        delay: Duration,
        now: i64,
    ) -> Result<(), Stale> {
        let book = self.guarded(held, false)?;
        book.order.attempts += 1;
        book.leased_until = None;
        book.next_attempt = now + i64::try_from(delay.as_millis()).expect("minutes");
        Ok(())
    }

    /// The row, when the holder still holds it.
    fn guarded(&mut self, held: &Fulfilment, same_phase: bool) -> Result<&mut Book, Stale> {
        let book = self
            .orders
            .get_mut(&number_of(held.order_id.as_uuid()))
            .ok_or(Stale)?;
        let fits = book.order.lease == held.lease
            && if same_phase {
                book.order.phase == held.phase
            } else {
                !book.order.phase.is_final()
            };
        if fits { Ok(book) } else { Err(Stale) }
    }

    /// Whether a decision may be stored: what its first statement finds under the row's lock.
    pub(crate) fn may_store(&mut self, held: &Fulfilment) -> bool {
        self.guarded(held, true).is_ok()
    }

    /// Stores a decision, and says what is appended to the outbox with it.
    pub(crate) fn store(
        &mut self,
        held: &Fulfilment,
        decision: &Decision,
        now: i64,
    ) -> Result<(Fulfilment, Vec<Fact>), Stale> {
        let order = number_of(held.order_id.as_uuid());
        let book = self.guarded(held, true)?;
        let answered = |status| {
            let payment = held.payment.clone();
            payment.map(|payment| Payment { status, ..payment })
        };
        let (phase, facts) = match decision {
            Decision::Reserved => {
                book.order.payment = Some(Payment {
                    idempotency_key: charge_key(held),
                    status: PaymentStatus::Initiated,
                    age: Duration::ZERO,
                    answered_at: None,
                });
                book.initiated = now;
                (Phase::Reserved, vec![Fact::Processing])
            }
            Decision::RefusedByStock(failure) => {
                book.order.failure = Some(failure.clone());
                (
                    Phase::Failed,
                    vec![Fact::Processing, Fact::Failed(failure.code)],
                )
            }
            Decision::GivenUp(failure) => {
                book.order.failure = Some(failure.clone());
                (Phase::Refused, vec![Fact::Processing])
            }
            Decision::Charged { .. } => {
                book.order.payment = answered(PaymentStatus::Succeeded);
                (Phase::Charged, Vec::new())
            }
            Decision::Declined { failure, .. } => {
                book.order.payment = answered(PaymentStatus::Declined);
                book.order.failure = Some(failure.clone());
                (Phase::Declined, Vec::new())
            }
            Decision::Completed => (Phase::Completed, vec![Fact::Completed]),
            Decision::Failed => (Phase::Failed, vec![Fact::Failed(code_of(held))]),
            Decision::Retry { .. } => return Err(Stale),
        };
        book.order.phase = phase;
        book.order.attempts = 0;
        book.leased_until = (!phase.is_final()).then_some(now + LEASE);
        book.next_attempt = now + if phase.is_final() { 0 } else { LEASE };
        let moved = self.read(order, now).expect("invariant: on record");
        Ok((moved, facts))
    }
}

fn code_of(order: &Fulfilment) -> FailureCode {
    order
        .failure
        .as_ref()
        .map_or(FailureCode::Internal, |failure: &OrderFailure| failure.code)
}

/// What has gone out about the order so far, for a reader that lost it.
fn answer_so_far(order: &Fulfilment) -> Vec<Fact> {
    match order.phase {
        Phase::Recorded => Vec::new(),
        Phase::Reserved | Phase::Charged | Phase::Declined | Phase::Refused => {
            vec![Fact::Processing]
        }
        Phase::Completed => vec![Fact::Processing, Fact::Completed],
        Phase::Failed => vec![Fact::Processing, Fact::Failed(code_of(order))],
    }
}

impl New {
    fn claimed(&self) -> Fulfilment {
        Fulfilment {
            order_id: id_of(self.order).into(),
            phase: Phase::Recorded,
            cart: self.cart.clone(),
            total: self.total,
            payment_method: self.method.clone(),
            expired: self.expired,
            failure: None,
            attempts: 0,
            payment: None,
            published_at: None,
            received_at: chrono::DateTime::UNIX_EPOCH,
            trace: Default::default(),
            cause: Default::default(),
            lease: Lease::FIRST,
        }
    }
}
