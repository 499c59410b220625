//! The gateway around `velure_sse_gateway::slot`, and the browsers at its other end.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use bytes::Bytes;
use chrono::DateTime;
use velure_sse_gateway::slot::{Next, Placed, Slot};

use crate::Trap;
use crate::chance::Ms;
use crate::world::{Happening, Kind, Life, Process, World};

/// What a stream tells of: one order by its versions, or all of a buyer's by their sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    Order(usize),
    Buyer(usize),
}

/// How often what no hint told is looked for.
const SWEEP: Ms = 2_000;

/// Events of a buyer in one reading.
const PAGE: i64 = 4;

/// A browser that watches a topic, across as many streams as it takes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Watcher {
    /// The last event's id that it has.
    pub(crate) last: i64,
    /// It has the order's last status, and asks for nothing more.
    pub(crate) done: bool,
    stalled_until: Ms,
}

#[derive(Debug)]
struct Stream {
    topic: Topic,
    slot: Slot,
    /// Hints reach it.
    listens: bool,
    /// It has written what was stored when it opened.
    open: bool,
    reading: bool,
    read_again_at: Ms,
}

#[derive(Debug, Default)]
pub(crate) struct Gateway {
    pub(crate) life: Life,
    pub(crate) watchers: BTreeMap<Topic, Watcher>,
    streams: BTreeMap<u64, Stream>,
    names: u64,
}

#[derive(Debug)]
pub(crate) enum Step {
    Connect(Topic),
    Listen(u64),
    FirstRead(u64),
    Advance(u64),
    Read(u64, i64),
    Hint(Topic, i64),
    Sweep,
}

fn frame(topic: Topic, position: i64) -> Placed {
    Placed {
        position,
        stored: DateTime::UNIX_EPOCH,
        bytes: Bytes::new(),
        last: matches!(topic, Topic::Order(_)) && position == 3,
    }
}

impl World {
    pub(crate) fn start_gateway(&mut self) {
        let process = self.process(Kind::Gateway, 0);
        self.gateway.streams.clear();
        let topics: Vec<Topic> = self.gateway.watchers.keys().copied().collect();
        for topic in topics {
            self.reconnect(topic);
        }
        self.after(SWEEP, Happening::Gateway(process, Step::Sweep));
    }

    /// A browser begins to watch.
    pub(crate) fn watch_topic(&mut self, topic: Topic, wait: Ms) {
        if let Entry::Vacant(new) = self.gateway.watchers.entry(topic) {
            new.insert(Watcher::default());
            let process = self.process(Kind::Gateway, 0);
            self.after(wait, Happening::Gateway(process, Step::Connect(topic)));
        }
    }

    fn reconnect(&mut self, topic: Topic) {
        let process = self.process(Kind::Gateway, 0);
        let wait = self.chance.between(10, 1_500);
        self.after(wait, Happening::Gateway(process, Step::Connect(topic)));
    }

    /// Cuts a stream, and the browser comes again.
    pub(crate) fn cut_stream(&mut self, name: u64) {
        if let Some(stream) = self.gateway.streams.remove(&name) {
            self.reconnect(stream.topic);
        }
    }

    pub(crate) fn any_stream(&mut self) -> Option<u64> {
        let names: Vec<u64> = self.gateway.streams.keys().copied().collect();
        (!names.is_empty()).then(|| names[self.chance.below(names.len())])
    }

    pub(crate) fn stall(&mut self, name: u64, time: Ms) {
        let until = self.now + time;
        let topic = self.gateway.streams.get(&name).map(|stream| stream.topic);
        if let Some(watcher) = topic.and_then(|topic| self.gateway.watchers.get_mut(&topic)) {
            watcher.stalled_until = until;
        }
    }

    pub(crate) fn open_streams(&self) -> impl Iterator<Item = Topic> {
        self.gateway.streams.values().map(|stream| stream.topic)
    }

    /// Tells whoever watches that an order has moved.
    pub(crate) fn hint(&mut self, order: usize, versions: &[i64]) {
        let Some(buyer) = self.database.orders.orders.get(&order).map(|o| o.buyer) else {
            return;
        };
        let moves = self.database.orders.moves[&buyer].clone();
        for version in versions {
            let place = moves.iter().position(|moved| *moved == (order, *version));
            let sequence = place.map_or(0, |place| i64::try_from(place + 1).expect("dozens"));
            for (topic, position) in [
                (Topic::Order(order), *version),
                (Topic::Buyer(buyer), sequence),
            ] {
                if self.no_hints || self.goes_wrong(self.plan.rates.hints_lost) {
                    continue;
                }
                let times = 1 + usize::from(self.goes_wrong(self.plan.rates.doubled));
                for _ in 0..times {
                    let wait = self.takes(5, 3_000);
                    let process = self.process(Kind::Gateway, 0);
                    self.after(
                        wait,
                        Happening::Gateway(process, Step::Hint(topic, position)),
                    );
                }
            }
        }
    }

    /// The position of the last event that is stored of a topic.
    pub(crate) fn stored(&self, topic: Topic) -> i64 {
        let orders = &self.database.orders;
        let count = match topic {
            Topic::Order(order) => orders.orders.get(&order).map_or(0, |o| o.history.len()),
            Topic::Buyer(buyer) => orders.moves.get(&buyer).map_or(0, Vec::len),
        };
        i64::try_from(count).expect("dozens")
    }

    pub(crate) fn gateway(&mut self, process: Process, step: Step) {
        match step {
            Step::Connect(topic) => self.connect(process, topic),
            Step::Listen(name) => {
                if let Some(stream) = self.gateway.streams.get_mut(&name) {
                    stream.listens = true;
                }
            }
            Step::FirstRead(name) => self.first_read(process, name),
            Step::Advance(name) => self.advance(process, name),
            Step::Read(name, after) => self.read_more(process, name, after),
            Step::Hint(topic, position) => self.hinted(process, topic, position),
            Step::Sweep => self.sweep_streams(process),
        }
    }

    fn connect(&mut self, process: Process, topic: Topic) {
        let done = self.gateway.watchers.get(&topic).is_some_and(|w| w.done);
        let open = self.gateway.streams.values().any(|s| s.topic == topic);
        if open || (done && !self.is_trapped(Trap::EndlessStream)) {
            return;
        }
        self.gateway.names += 1;
        let name = self.gateway.names;
        let late = self.is_trapped(Trap::ReadBeforeListening);
        let stream = Stream {
            topic,
            slot: Slot::default(),
            listens: !late,
            open: false,
            reading: false,
            read_again_at: 0,
        };
        self.gateway.streams.insert(name, stream);
        if late {
            let wait = self.chance.between(20, 400);
            self.after(wait, Happening::Gateway(process, Step::Listen(name)));
            return self.first_read(process, name);
        }
        let wait = self.takes(5, 3_000);
        self.after(wait, Happening::Gateway(process, Step::FirstRead(name)));
    }

    fn first_read(&mut self, process: Process, name: u64) {
        if self.database.down || self.goes_wrong(self.plan.rates.unheard / 2) {
            return self.cut_stream(name);
        }
        let Some(stream) = self.gateway.streams.get_mut(&name) else {
            return;
        };
        stream.open = true;
        let after = self.gateway.watchers[&stream.topic].last;
        self.settle(process, name, after);
    }

    /// Writes what is stored after a position, a page of it.
    fn settle(&mut self, process: Process, name: u64, after: i64) {
        let Some(topic) = self.gateway.streams.get(&name).map(|s| s.topic) else {
            return;
        };
        let stored = self.stored(topic);
        let until = match topic {
            Topic::Order(_) => stored,
            Topic::Buyer(_) => stored.min(after + PAGE),
        };
        let frames: Vec<Placed> = (after + 1..=until).map(|at| frame(topic, at)).collect();
        let whole = self.write(name, &frames);
        if let (true, Some(stream)) = (whole, self.gateway.streams.get_mut(&name)) {
            stream.reading = false;
            stream.slot.settle(until, until < stored);
            self.after(1, Happening::Gateway(process, Step::Advance(name)));
        }
    }

    fn advance(&mut self, process: Process, name: u64) {
        let now = self.now;
        let Some(stream) = self.gateway.streams.get_mut(&name) else {
            return;
        };
        if !stream.open || stream.reading {
            return;
        }
        let stalled_until = self.gateway.watchers[&stream.topic].stalled_until;
        if stalled_until > now {
            return self.at(
                stalled_until,
                Happening::Gateway(process, Step::Advance(name)),
            );
        }
        match stream.slot.next(stream.read_again_at <= now) {
            Next::Wait => {}
            Next::Read(after) => {
                stream.reading = true;
                let wait = self.takes(5, 2_000);
                self.after(wait, Happening::Gateway(process, Step::Read(name, after)));
            }
            Next::Write(frames) => {
                if self.write(name, &frames) {
                    self.after(1, Happening::Gateway(process, Step::Advance(name)));
                }
            }
        }
    }

    fn read_more(&mut self, process: Process, name: u64, after: i64) {
        if self.database.down || self.goes_wrong(self.plan.rates.unheard / 2) {
            let again = self.now + 500;
            if let Some(stream) = self.gateway.streams.get_mut(&name) {
                stream.reading = false;
                stream.slot.read_failed();
                stream.read_again_at = again;
                self.at(again, Happening::Gateway(process, Step::Advance(name)));
            }
            return;
        }
        self.settle(process, name, after);
    }

    /// Brings frames to the browser. False when the stream ended with it or on the way.
    fn write(&mut self, name: u64, frames: &[Placed]) -> bool {
        let Some(topic) = self.gateway.streams.get(&name).map(|s| s.topic) else {
            return false;
        };
        for frame in frames {
            if self.goes_wrong(self.plan.rates.lost / 4) {
                self.cut_stream(name);
                return false;
            }
            let watcher = self.gateway.watchers.entry(topic).or_default();
            let last = watcher.last;
            watcher.last = frame.position;
            watcher.done |= frame.last;
            if frame.position != last + 1 {
                let at = frame.position;
                self.wrong(format!("{topic:?}: a browser got {at} after {last}"));
            }
            if frame.last && !self.is_trapped(Trap::EndlessStream) {
                self.gateway.streams.remove(&name);
                return false;
            }
        }
        true
    }

    fn hinted(&mut self, process: Process, topic: Topic, position: i64) {
        self.witness.hinted.insert((topic, position));
        let names: Vec<u64> = self
            .gateway
            .streams
            .iter()
            .filter(|(_, stream)| stream.topic == topic && stream.listens)
            .map(|(name, _)| *name)
            .collect();
        for name in names {
            let stalled = self.gateway.watchers[&topic].stalled_until > self.now;
            if stalled && self.is_trapped(Trap::DropNewest) {
                continue;
            }
            self.tell_stream(process, name, position);
        }
    }

    fn tell_stream(&mut self, process: Process, name: u64, position: i64) {
        if let Some(stream) = self.gateway.streams.get_mut(&name) {
            stream.slot.offer(frame(stream.topic, position));
            self.after(1, Happening::Gateway(process, Step::Advance(name)));
        }
    }

    /// Offers what the streams do not know. What a hint has told must not be among it, unless they are just reading it.
    fn sweep_streams(&mut self, process: Process) {
        let quiet = self.is_calm() && self.at_rest();
        let wait = if quiet { 10_000 } else { SWEEP };
        self.after(wait, Happening::Gateway(process, Step::Sweep));
        if self.database.down || self.goes_wrong(self.plan.rates.unheard) {
            return;
        }
        let missing: Vec<(u64, Topic, i64)> = self
            .gateway
            .streams
            .iter()
            .filter(|(_, stream)| stream.listens && !stream.reading)
            .filter_map(|(name, s)| s.slot.known().map(|known| (*name, s.topic, known)))
            .collect();
        for (name, topic, known) in missing {
            for position in known + 1..=self.stored(topic).min(known + 16) {
                if self.witness.hinted.contains(&(topic, position)) {
                    self.wrong(format!("{topic:?}: a stream forgot hint {position}"));
                }
                self.tell_stream(process, name, position);
            }
        }
    }
}
