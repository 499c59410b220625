//! What the relay holds in memory, and the order in which it may let go of it. Pure: no clock, no I/O.
//!
//! A row is *known* from when it is read until its outcome is stored. One order has at most one row on its way at a
//! time; the next waits here until the outcome of the one before is stored. So a refusal of the first can never let
//! the second overtake it, whatever the broker does.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use uuid::Uuid;
use velure_amqp::Ticket;
use velure_postgres::outbox::{Outbox, OutboxRow, PendingRow, ReadFrom, RowKey};

/// Identifies a row among all.
type Key = (Outbox, i64);

/// A row without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// In which outbox.
    pub outbox: Outbox,
    /// Its place there.
    pub row: RowKey,
    /// The message id.
    pub event_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// How often publishing it has failed.
    pub attempts: i32,
    /// Whether it tells that an order was placed.
    pub placed: bool,
}

impl Sent {
    /// What stays of a row.
    #[must_use]
    pub fn of(row: &OutboxRow) -> Self {
        Self {
            outbox: row.outbox,
            row: (row.shard, row.sequence),
            event_id: row.event_id,
            order_id: row.order_id,
            attempts: row.attempts,
            placed: row.outbox == Outbox::Orders && row.event_type == "order.created",
        }
    }

    fn key(&self) -> Key {
        (self.outbox, self.row.1)
    }
}

/// From where to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// From where reading was [`AGE`] ago. A transaction that took its sequence since then and committed late is
    /// found, and found before anything that its order appended later. Reading on from the newest row instead would
    /// skip the former and publish the latter first.
    Recent,
    /// From the start: rows that were held back are there.
    Full,
}

/// How far behind a read begins at least. Longer than any writer's transaction can last: its statements end after
/// 3 s, and it may idle for 5 s.
pub const AGE: Duration = Duration::from_secs(10);

/// How far one shard was read: now, some time ago, and at least [`AGE`] ago.
#[derive(Debug, Clone, Copy, Default)]
struct Cursor {
    now: [i64; 2],
    before: [i64; 2],
    recent: [i64; 2],
}

impl Cursor {
    fn go_back(&mut self, outbox: usize, sequence: i64) {
        for at in [&mut self.now, &mut self.before, &mut self.recent] {
            at[outbox] = at[outbox].min(sequence);
        }
    }
}

/// The rows that a relay knows and has not settled.
#[derive(Debug, Default)]
pub struct Window {
    cursors: BTreeMap<i16, Cursor>,
    /// What the last read found pending, and the events of which are still to be read.
    unread: VecDeque<PendingRow>,
    ready: VecDeque<OutboxRow>,
    /// Orders with a row on its way, and what waits behind it.
    busy: HashMap<(Outbox, Uuid), VecDeque<OutboxRow>>,
    in_flight: HashMap<Ticket, OutboxRow>,
    known: HashSet<Key>,
    /// Outcomes are stored, but a read that began before may still return the row.
    settled: Vec<Key>,
    /// Rows on each shard whose outcome is not stored.
    held: HashMap<i16, usize>,
    /// Rises when a read that is under way must not count any more: what it saw may be out of order by now.
    generation: u64,
    reading: u64,
}

fn index(outbox: Outbox) -> usize {
    match outbox {
        Outbox::Orders => 0,
        Outbox::Fulfilment => 1,
    }
}

impl Window {
    /// Reads these shards from now on and no others. What was read of others and not sent is forgotten; what is in
    /// flight stays until its outcome is stored.
    pub fn set_shards(&mut self, shards: &BTreeSet<i16>) {
        self.generation += 1;
        self.cursors.retain(|shard, _| shards.contains(shard));
        for shard in shards {
            self.cursors.entry(*shard).or_default();
        }
        let (ready, dropped) = std::mem::take(&mut self.ready)
            .into_iter()
            .partition(|row| shards.contains(&row.shard));
        self.ready = ready;
        let dropped: VecDeque<OutboxRow> = dropped;
        for row in &dropped {
            self.forget(&Sent::of(row));
        }
        let mut waiting = Vec::new();
        for queue in self.busy.values_mut() {
            if queue
                .front()
                .is_some_and(|row| !shards.contains(&row.shard))
            {
                waiting.extend(queue.drain(..));
            }
        }
        for row in &waiting {
            self.drop_known(&Sent::of(row));
        }
    }

    /// How many shards are read.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.cursors.len()
    }

    /// Whether nothing of this shard is held any more.
    #[must_use]
    pub fn is_drained(&self, shard: i16) -> bool {
        !self.held.contains_key(&shard)
    }

    /// Begins a read: where each shard is read from.
    pub fn begin_read(&mut self, reach: Reach) -> Vec<ReadFrom> {
        // A read that begins now sees every outcome that is stored by now.
        for key in self.settled.drain(..) {
            self.known.remove(&key);
        }
        self.reading = self.generation;
        let from = |cursor: &Cursor| match reach {
            Reach::Recent => cursor.recent,
            Reach::Full => [0, 0],
        };
        self.cursors
            .iter()
            .map(|(shard, cursor)| {
                let [orders, fulfilment] = from(cursor);
                ReadFrom {
                    shard: *shard,
                    orders,
                    fulfilment,
                }
            })
            .collect()
    }

    /// The most rows that a read may return on one shard only because they are held already.
    #[must_use]
    pub fn most_held(&self) -> usize {
        self.held.values().copied().max().unwrap_or(0)
    }

    /// Keeps what a read found pending and is not known. A read begins some seconds back, so that much of what it finds
    /// may be known, and the events of that are not worth reading.
    pub fn found(&mut self, mut rows: Vec<PendingRow>) {
        rows.retain(|row| {
            self.cursors.contains_key(&row.shard)
                && !self.known.contains(&(row.outbox, row.sequence))
        });
        rows.sort_unstable_by_key(|row| row.sequence);
        self.unread = rows.into();
    }

    /// The next, at most `limit`, of what was found, in the order of their sequence: their events are to be read and to
    /// be given to [`Self::take`] before the next ones are asked for, and none when what was found does not count any
    /// more. When there are none, it is time to begin a read.
    pub fn next_unread(&mut self, limit: usize) -> Vec<PendingRow> {
        if self.reading != self.generation {
            self.unread.clear();
        }
        let count = limit.min(self.unread.len());
        self.unread.drain(..count).collect()
    }

    /// Events could not be read: what was found after them must not overtake them, and is to be found again.
    pub fn unreadable(&mut self) {
        self.unread.clear();
    }

    /// Takes rows that were read. How many of them are new.
    pub fn take(&mut self, rows: Vec<OutboxRow>) -> usize {
        if self.reading != self.generation {
            return 0;
        }
        let mut new = 0;
        for row in rows {
            let Some(cursor) = self.cursors.get_mut(&row.shard) else {
                continue;
            };
            let at = &mut cursor.now[index(row.outbox)];
            *at = (*at).max(row.sequence);
            if !self.known.insert((row.outbox, row.sequence)) {
                continue;
            }
            new += 1;
            *self.held.entry(row.shard).or_default() += 1;
            if let Some(waiting) = self.busy.get_mut(&(row.outbox, row.order_id)) {
                // A row that was committed late can belong before one that waits already.
                let place = waiting.partition_point(|other| other.sequence < row.sequence);
                waiting.insert(place, row);
            } else {
                self.busy
                    .insert((row.outbox, row.order_id), VecDeque::new());
                self.ready.push_back(row);
            }
        }
        new
    }

    /// Some seconds have passed.
    pub fn age(&mut self) {
        for cursor in self.cursors.values_mut() {
            cursor.recent = cursor.before;
            cursor.before = cursor.now;
        }
    }

    /// The next row to be published.
    pub fn next_row(&mut self) -> Option<OutboxRow> {
        self.ready.pop_front()
    }

    /// The row is on its way.
    pub fn sent(&mut self, ticket: Ticket, row: OutboxRow) {
        self.in_flight.insert(ticket, row);
    }

    /// Nobody knows what became of it: it goes out again, before anything else of its order.
    pub fn send_again(&mut self, row: OutboxRow) {
        self.ready.push_front(row);
    }

    /// How many rows can be published now.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// How many rows are on their way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// How many rows are held whose outcome is not stored.
    #[must_use]
    pub fn held(&self) -> usize {
        self.known.len() - self.settled.len()
    }

    /// Whether there is nothing on its way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// What was published with this ticket. It stays known until its outcome is stored.
    pub fn outcome(&mut self, ticket: Ticket) -> Option<OutboxRow> {
        self.in_flight.remove(&ticket)
    }

    /// The row is recorded as published: the order's next one may go, unless its shard is given up.
    ///
    /// When it had failed before, the order's later rows were held back with it, and reading has gone on beyond them.
    /// So reading goes back to it: read on from the newest row, the next event of this order would come before them.
    pub fn published(&mut self, sent: &Sent) {
        self.settle(sent);
        if sent.attempts > 0 {
            self.generation += 1;
            if let Some(cursor) = self.cursors.get_mut(&sent.row.0) {
                cursor.go_back(index(sent.outbox), sent.row.1 - 1);
            }
        }
        let order = (sent.outbox, sent.order_id);
        match self.busy.get_mut(&order).and_then(VecDeque::pop_front) {
            Some(next) => self.ready.push_back(next),
            None => {
                self.busy.remove(&order);
            }
        }
    }

    /// The row is recorded as failed: what waits behind it is held back with it, and read again when its time comes.
    pub fn failed(&mut self, sent: &Sent) {
        self.generation += 1;
        self.settle(sent);
        self.drop_waiting(sent);
    }

    /// It was never sent, and nothing is recorded.
    fn forget(&mut self, sent: &Sent) {
        self.drop_known(sent);
        self.drop_waiting(sent);
    }

    /// Stops sending: what was read and not sent is forgotten.
    pub fn drop_ready(&mut self) {
        self.generation += 1;
        while let Some(row) = self.ready.pop_front() {
            self.forget(&Sent::of(&row));
        }
        let waiting: Vec<Sent> = self
            .busy
            .values_mut()
            .flat_map(|queue| queue.drain(..))
            .map(|row| Sent::of(&row))
            .collect();
        for sent in &waiting {
            self.drop_known(sent);
        }
    }

    fn drop_waiting(&mut self, sent: &Sent) {
        for row in self
            .busy
            .remove(&(sent.outbox, sent.order_id))
            .unwrap_or_default()
        {
            self.drop_known(&Sent::of(&row));
        }
    }

    fn drop_known(&mut self, sent: &Sent) {
        self.known.remove(&sent.key());
        self.release(sent.row.0);
    }

    fn settle(&mut self, sent: &Sent) {
        self.settled.push(sent.key());
        self.release(sent.row.0);
    }

    fn release(&mut self, shard: i16) {
        if let Some(held) = self.held.get_mut(&shard) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&shard);
            }
        }
    }
}

#[cfg(test)]
mod tests;
