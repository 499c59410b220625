//! The relay around `velure_relay::window`: leases, reading, publishing and the statuses that come back, done here with
//! a database and a broker that fail.

mod leases;
mod publishing;

use std::collections::BTreeSet;

use velure_amqp::Ticket;
use velure_postgres::outbox::{OutboxRow, PendingRow, ReadFrom};
use velure_relay::window::{AGE, Reach, Sent, Window};

pub(crate) use publishing::{Arrival, Confirmed};

use crate::Trap;
use crate::broker::Delivery;
use crate::chance::Ms;
use crate::orders::{Applied, SWEEP_EVERY};
use crate::outbox::{is_fulfilment, number_of};
use crate::transaction::{Lock, Work};
use crate::world::{Happening, Kind, Life, Process, World};

/// How many messages are on their way at most.
const IN_FLIGHT: usize = 6;

/// Rows of each shard and outbox in one read, so few that one read is not enough.
const READ: usize = 3;

/// Of how many of them the events are read at once.
const EVENTS: usize = 5;

#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Published,
    Failed {
        retry_in: i64,
        park_after: Option<i32>,
    },
}

#[derive(Debug, Default)]
pub(crate) struct Relay {
    pub(crate) life: Life,
    pub(crate) window: Window,
    /// Rises with every connection to the broker.
    session: u32,
    connected_at: Ms,
    tickets: u64,
    waiting: Vec<(Sent, Outcome)>,
    storing: bool,
    reading: bool,
    next_full: Ms,
    /// The connection on which the leases live.
    connection: Option<u32>,
    /// The server has ended that connection, and the relay has not heard of it.
    cut: bool,
    shards: BTreeSet<i16>,
    giving_back: BTreeSet<i16>,
    /// Only in traps: the highest numbers that were seen, and a confirm that came for the wrong message.
    newest: [i64; 2],
    desynchronised: bool,
}

#[derive(Debug)]
pub(crate) enum Step {
    /// Looks for something to do, again and again.
    Tick,
    /// Looks because a writer said so.
    Look,
    Age(u32),
    Balance,
    LeasesLost(u32),
    Sweep,
    Snapshot {
        session: u32,
        from: Vec<ReadFrom>,
        limit: usize,
    },
    Found {
        session: u32,
        found: Option<Vec<PendingRow>>,
    },
    Read {
        session: u32,
        rows: Option<Vec<OutboxRow>>,
    },
    Confirmed {
        session: u32,
        ticket: Ticket,
        confirmed: Confirmed,
    },
    /// Outcomes arrive at the database.
    Mark {
        session: u32,
        outcomes: Vec<(Sent, Outcome)>,
    },
    /// A status is delivered.
    Status(Delivery),
}

impl World {
    pub(crate) fn start_relay(&mut self, replica: usize) {
        let process = self.process(Kind::Relay, replica);
        let now = self.now;
        let life = self.relays[replica].life;
        self.relays[replica] = Relay {
            life,
            connected_at: now + 20,
            ..Relay::default()
        };
        for (wait, step) in [
            (1, Step::Balance),
            (5, Step::Tick),
            (10_000, Step::Age(0)),
            (SWEEP_EVERY + replica as u64, Step::Sweep),
        ] {
            self.after(wait, Happening::Relay(process, step));
        }
    }

    /// A hint that there is something in the outbox.
    pub(crate) fn wake_relays(&mut self) {
        for replica in 0..2 {
            if !self.goes_wrong(self.plan.rates.hints_lost) && !self.database.down {
                let process = self.process(Kind::Relay, replica);
                self.after(2, Happening::Relay(process, Step::Look));
            }
        }
    }

    pub(crate) fn relay(&mut self, process: Process, step: Step) {
        let replica = process.replica;
        match step {
            Step::Tick => {
                let idle = self.relays[replica].window.is_empty();
                let quiet = self.is_calm() && self.database.outboxes.waiting() == 0;
                let wait = match (idle, quiet) {
                    (false, _) => 40,
                    (true, false) => 250,
                    (true, true) => 5_000,
                };
                self.after(wait, Happening::Relay(process, Step::Tick));
                if !self.is_trapped(Trap::NoPoll) || self.relays[replica].window.in_flight() > 0 {
                    self.look(process);
                }
            }
            Step::Look => self.look(process),
            Step::Age(session) => {
                if self.relays[replica].session == session {
                    self.relays[replica].window.age();
                    let age = u64::try_from(AGE.as_millis()).expect("seconds");
                    self.after(age, Happening::Relay(process, Step::Age(session)));
                }
            }
            Step::Balance => self.balance(process),
            Step::LeasesLost(connection) => self.leases_lost(process, connection),
            Step::Sweep => {
                let orders = Vec::new();
                if !self.is_trapped(Trap::NeverAskAgain) && !self.no_sweeps {
                    self.begin(Some(process), Work::Sweep { orders });
                }
                self.after(SWEEP_EVERY, Happening::Relay(process, Step::Sweep));
            }
            Step::Snapshot {
                session,
                from,
                limit,
            } => self.snapshot(process, session, &from, limit),
            Step::Found { session, found } => self.found(process, session, found),
            Step::Read { session, rows } => self.read(process, session, rows),
            Step::Confirmed {
                session,
                ticket,
                confirmed,
            } => {
                if self.relays[replica].session == session {
                    self.confirmed(process, ticket, confirmed);
                    self.look(process);
                }
            }
            Step::Mark { session, outcomes } => self.mark(process, session, outcomes),
            Step::Status(delivery) => self.status(process, delivery),
        }
    }

    fn look(&mut self, process: Process) {
        let relay = &self.relays[process.replica];
        if self.now < relay.connected_at {
            return;
        }
        while self.relays[process.replica].window.in_flight() < IN_FLIGHT {
            let Some(row) = self.relays[process.replica].window.next_row() else {
                break;
            };
            self.publish(process, row);
        }
        self.begin_read(process);
        self.begin_mark(process);
    }

    fn begin_read(&mut self, process: Process) {
        let now = self.now;
        let trapped = self.is_trapped(Trap::CursorOnSerial);
        let relay = &mut self.relays[process.replica];
        if relay.reading || relay.window.shards() == 0 || relay.window.ready() > READ {
            return;
        }
        if self.read_found(process) {
            return;
        }
        let relay = &mut self.relays[process.replica];
        let full = now >= relay.next_full && !trapped;
        if full {
            relay.next_full = now + 1_000;
        }
        let limit = READ + relay.window.most_held();
        let mut from = relay
            .window
            .begin_read(if full { Reach::Full } else { Reach::Recent });
        if trapped {
            for from in &mut from {
                [from.orders, from.fulfilment] = relay.newest;
            }
        }
        relay.reading = true;
        let session = relay.session;
        let wait = self.takes(3, 3_000);
        let step = Step::Snapshot {
            session,
            from,
            limit,
        };
        self.after(wait, Happening::Relay(process, step));
    }

    fn snapshot(&mut self, process: Process, session: u32, from: &[ReadFrom], limit: usize) {
        let fails = self.database.down || self.goes_wrong(self.plan.rates.unheard / 2);
        let now = self.database_now();
        let found = (!fails).then(|| self.database.outboxes.pending(from, limit, now));
        let wait = self.takes(3, 2_000);
        self.after(
            wait,
            Happening::Relay(process, Step::Found { session, found }),
        );
    }

    fn found(&mut self, process: Process, session: u32, found: Option<Vec<PendingRow>>) {
        let relay = &mut self.relays[process.replica];
        if relay.session != session {
            return;
        }
        let Some(found) = found else {
            relay.reading = false;
            return;
        };
        for row in &found {
            let newest = &mut relay.newest[usize::from(is_fulfilment(row.outbox))];
            *newest = (*newest).max(row.sequence);
        }
        relay.reading = false;
        relay.window.found(found);
        self.read_found(process);
    }

    /// Reads the next events of what was found. Whether there are any.
    fn read_found(&mut self, process: Process) -> bool {
        let relay = &mut self.relays[process.replica];
        let unread = relay.window.next_unread(EVENTS);
        if unread.is_empty() {
            return false;
        }
        relay.reading = true;
        let session = relay.session;
        let fails = self.database.down || self.goes_wrong(self.plan.rates.unheard / 2);
        let mut rows = (!fails).then(|| self.database.outboxes.read(&unread));
        if self.is_trapped(Trap::SkipLocked) {
            for row in rows.iter_mut().flatten() {
                row.order_id = row.event_id;
            }
        }
        let wait = self.takes(3, 2_000);
        self.after(
            wait,
            Happening::Relay(process, Step::Read { session, rows }),
        );
        true
    }

    fn read(&mut self, process: Process, session: u32, rows: Option<Vec<OutboxRow>>) {
        let relay = &mut self.relays[process.replica];
        if relay.session != session {
            return;
        }
        relay.reading = false;
        let Some(rows) = rows else {
            relay.window.unreadable();
            return;
        };
        if relay.window.take(rows) > 0 {
            self.look(process);
        }
    }

    fn begin_mark(&mut self, process: Process) {
        let relay = &mut self.relays[process.replica];
        if relay.storing || relay.waiting.is_empty() {
            return;
        }
        relay.storing = true;
        let outcomes = std::mem::take(&mut relay.waiting);
        let session = relay.session;
        let wait = self.takes(5, 3_000);
        let step = Step::Mark { session, outcomes };
        self.after(wait, Happening::Relay(process, step));
    }

    fn mark(&mut self, process: Process, session: u32, outcomes: Vec<(Sent, Outcome)>) {
        let failed = self.database.down || self.goes_wrong(self.plan.rates.unheard / 2);
        let now = self.database_now();
        if !failed {
            for (sent, outcome) in &outcomes {
                let (fulfilment, sequence) = (is_fulfilment(sent.outbox), sent.row.1);
                match outcome {
                    Outcome::Published => {
                        self.marked(number_of(sent.event_id));
                        self.database.outboxes.mark_published(fulfilment, sequence);
                    }
                    Outcome::Failed {
                        retry_in,
                        park_after,
                    } => self.database.outboxes.mark_failed(
                        fulfilment,
                        sequence,
                        now + retry_in,
                        *park_after,
                    ),
                }
            }
        }
        let unheard = failed || self.goes_wrong(self.plan.rates.unheard);
        let relay = &mut self.relays[process.replica];
        if relay.session != session {
            return;
        }
        relay.storing = false;
        if unheard {
            relay.waiting.splice(0..0, outcomes);
            return;
        }
        for (sent, outcome) in &outcomes {
            match outcome {
                Outcome::Published => relay.window.published(sent),
                Outcome::Failed { .. } => relay.window.failed(sent),
            }
        }
        self.look(process);
    }

    /// The connection to the broker is gone: what was confirmed is still stored, everything else begins anew.
    pub(crate) fn end_session(&mut self, replica: usize) {
        let process = self.process(Kind::Relay, replica);
        let wait = self.chance.between(50, 1_500);
        let now = self.now;
        let relay = &mut self.relays[replica];
        let (session, outcomes) = (relay.session, std::mem::take(&mut relay.waiting));
        relay.session += 1;
        relay.window = Window::default();
        relay.window.set_shards(&relay.shards);
        relay.connected_at = now + wait;
        relay.reading = false;
        relay.storing = false;
        let next = relay.session;
        self.after(10_000, Happening::Relay(process, Step::Age(next)));
        if !outcomes.is_empty() {
            let step = Step::Mark { session, outcomes };
            self.after(1, Happening::Relay(process, step));
        }
    }

    fn status(&mut self, process: Process, delivery: Delivery) {
        let Some(message) = self.broker.with(delivery) else {
            return;
        };
        let event = self.database.outboxes.events[message.event];
        if self.is_trapped(Trap::AckBeforeCommit) {
            self.acknowledge(delivery);
        }
        let locked = self.database.locks.contains_key(&Lock::Order(event.order));
        if self.database.down || locked || self.goes_wrong(self.plan.rates.unheard / 2) {
            let wait = self.chance.between(50, 1_000);
            return self.after(wait, Happening::Relay(process, Step::Status(delivery)));
        }
        let now = self.database_now();
        let guarded = !self.is_trapped(Trap::UnguardedStatus);
        let applied = self
            .database
            .orders
            .apply(event.order, event.fact, now, guarded);
        self.witness.touched.insert(event.order);
        self.tell(|_| format!("order {}: {:?} is {applied:?}", event.order, event.fact));
        if self.goes_wrong(self.plan.rates.unheard) {
            let wait = self.chance.between(50, 1_000);
            return self.after(wait, Happening::Relay(process, Step::Status(delivery)));
        }
        match applied {
            Applied::Moved(versions) => self.hint(event.order, &versions),
            Applied::Known => {}
            Applied::UnknownOrder => {
                self.witness.put_aside.insert(message.event);
            }
        }
        self.acknowledge(delivery);
    }
}
