//! The outboxes: what is stored of events, and what the relay reads of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use uuid::Uuid;
use velure_domain::FailureCode;
use velure_postgres::outbox::{Outbox, OutboxRow, PendingRow, ReadFrom};

use crate::chance::Ms;

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    /// An order was placed. Told again when it stands still, as expired when it is over its time.
    Created { expired: bool },
    /// It is worked on.
    Processing,
    /// It is paid and its stock taken.
    Completed,
    /// It failed.
    Failed(FailureCode),
    /// Nobody can read this.
    Poison,
}

/// An event: its place in [`Outboxes::events`] is its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) order: usize,
    pub(crate) fact: Fact,
}

/// That an event is not published yet.
#[derive(Debug, Clone)]
struct Pending {
    row: PendingRow,
    order_id: Uuid,
    not_before: i64,
    parked: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Outboxes {
    pub(crate) events: Vec<Event>,
    rows: BTreeMap<(bool, i64), OutboxRow>,
    pending: BTreeMap<(bool, i64), Pending>,
    sequence: i64,
    /// Events of an order in the order in which they were stored, for each outbox: what the wire has to show.
    pub(crate) stored: BTreeMap<(bool, usize), Vec<usize>>,
    /// The rows that are marked as published.
    pub(crate) published: BTreeSet<usize>,
}

pub(crate) fn is_fulfilment(outbox: Outbox) -> bool {
    outbox == Outbox::Fulfilment
}

pub(crate) fn id_of(number: usize) -> Uuid {
    Uuid::from_u128(1 + number as u128)
}

pub(crate) fn number_of(id: Uuid) -> usize {
    usize::try_from(id.as_u128() - 1).expect("invariant: made by id_of")
}

/// So few that two relays share them, and that each has several orders.
pub(crate) const SHARDS: i16 = 4;

pub(crate) fn shard_of(order: usize) -> i16 {
    i16::try_from(order % 4).expect("below four")
}

impl Outboxes {
    /// Takes a number before the commit, as a writer does.
    pub(crate) fn take_sequence(&mut self) -> i64 {
        self.sequence += 1;
        self.sequence
    }

    /// A new event that is in no outbox.
    pub(crate) fn event(&mut self, order: usize, fact: Fact) -> usize {
        self.events.push(Event { order, fact });
        self.events.len() - 1
    }

    /// Stores an event under a number that was taken before.
    pub(crate) fn append(
        &mut self,
        outbox: Outbox,
        order: usize,
        fact: Fact,
        sequence: i64,
    ) -> usize {
        let event = self.event(order, fact);
        let event_type = match fact {
            Fact::Created { .. } => "order.created",
            Fact::Processing => "order.processing",
            Fact::Completed => "order.completed",
            Fact::Failed(_) => "order.failed",
            Fact::Poison => "dead.order-processor",
        };
        let row = OutboxRow {
            outbox,
            shard: shard_of(order),
            sequence,
            event_id: id_of(event),
            order_id: id_of(order),
            version: 0,
            event_type: event_type.to_owned(),
            body: Vec::new(),
            reason: None,
            traceparent: None,
            tracestate: None,
            attempts: 0,
        };
        let pending = Pending {
            row: PendingRow {
                outbox,
                shard: row.shard,
                sequence,
                created_at: DateTime::UNIX_EPOCH,
                attempts: 0,
            },
            order_id: row.order_id,
            not_before: i64::MIN,
            parked: false,
        };
        self.rows.insert((is_fulfilment(outbox), sequence), row);
        self.pending
            .insert((is_fulfilment(outbox), sequence), pending);
        self.stored
            .entry((is_fulfilment(outbox), order))
            .or_default()
            .push(event);
        event
    }

    /// What a reader sees: `velure_postgres::outbox::read_pending`.
    pub(crate) fn pending(&self, from: &[ReadFrom], limit: usize, now: i64) -> Vec<PendingRow> {
        let mut rows = Vec::new();
        for from in from {
            for (fulfilment, after) in [(false, from.orders), (true, from.fulfilment)] {
                let readable = self
                    .pending
                    .range((fulfilment, after + 1)..=(fulfilment, i64::MAX))
                    .map(|(_, pending)| pending)
                    .filter(|p| p.row.shard == from.shard && !p.parked && p.not_before <= now)
                    .filter(|p| !self.is_held_back(fulfilment, p))
                    .take(limit)
                    .map(|p| p.row.clone());
                rows.extend(readable);
            }
        }
        rows
    }

    /// `velure_postgres::outbox::read_events`.
    pub(crate) fn read(&self, of: &[PendingRow]) -> Vec<OutboxRow> {
        let row = |pending: &PendingRow| OutboxRow {
            attempts: pending.attempts,
            ..self.rows[&(is_fulfilment(pending.outbox), pending.sequence)].clone()
        };
        let mut rows: Vec<_> = of.iter().map(row).collect();
        rows.sort_by_key(|row| row.sequence);
        rows
    }

    /// Whether an earlier row of its order has failed.
    fn is_held_back(&self, fulfilment: bool, pending: &Pending) -> bool {
        self.pending
            .range((fulfilment, i64::MIN)..(fulfilment, pending.row.sequence))
            .any(|(_, p)| p.order_id == pending.order_id && p.row.attempts > 0)
    }

    pub(crate) fn mark_published(&mut self, fulfilment: bool, sequence: i64) {
        if self.pending.remove(&(fulfilment, sequence)).is_some() {
            let row = &self.rows[&(fulfilment, sequence)];
            self.published.insert(number_of(row.event_id));
        }
    }

    pub(crate) fn mark_failed(
        &mut self,
        fulfilment: bool,
        sequence: i64,
        not_before: i64,
        park_after: Option<i32>,
    ) {
        if let Some(pending) = self.pending.get_mut(&(fulfilment, sequence)) {
            pending.row.attempts += 1;
            pending.not_before = not_before;
            pending.parked = park_after.is_some_and(|most| pending.row.attempts >= most);
        }
    }

    /// Whether the order has a row that failed: then nothing is asked for again.
    pub(crate) fn has_failed(&self, order: usize) -> bool {
        self.pending
            .range((false, i64::MIN)..=(false, i64::MAX))
            .any(|(_, p)| p.order_id == id_of(order) && p.row.attempts > 0)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.pending.len()
    }
}

/// The database's clock against simulated time.
pub(crate) fn database_time(now: Ms, offset: i64) -> i64 {
    i64::try_from(now).expect("days in milliseconds") + offset
}
