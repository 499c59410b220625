//! Everything there is in a run, and the order in which it happens.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;

use crate::Trap;
use crate::books::Books;
use crate::broker::{Broker, Delivery, Queue};
use crate::catalog::Catalog;
use crate::chance::{Chance, Ms};
use crate::gateway::{self, Gateway};
use crate::invariants::Witness;
use crate::orders::Orders;
use crate::outbox::{Outboxes, database_time};
use crate::plan::{Blow, Plan};
use crate::processor::{self, Processor};
use crate::provider::Provider;
use crate::relay::{self, Relay};
use crate::shopper::{self, Shoppers};
use crate::transaction::{self, Locks};

/// A process: what it has asked for and not heard of yet is lost when it dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) kind: Kind,
    pub(crate) replica: usize,
    pub(crate) life: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Relay,
    Processor,
    Gateway,
}

/// Whether a process lives, and whether it does anything.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Life {
    pub(crate) number: u32,
    pub(crate) frozen_until: Ms,
}

/// Something that happens. What happens at a process does not happen when it is dead, and later when it is frozen.
#[derive(Debug)]
pub(crate) enum Happening {
    Shopper(shopper::Step),
    Relay(Process, relay::Step),
    /// A message arrives at the broker.
    Arrives(Process, relay::Arrival),
    Processor(Process, processor::Step),
    Gateway(Process, gateway::Step),
    Transaction(transaction::Step),
    /// A request arrives at the catalog or at the payment provider.
    Asked(Process, processor::Call),
    /// The broker hands a message to whoever consumes.
    Deliver(u64),
    Strike(Blow),
    Heal(Blow),
    /// Look whether everything is at rest.
    Watch,
}

struct Scheduled {
    at: Ms,
    number: u64,
    what: Happening,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// PostgreSQL.
#[derive(Debug, Default)]
pub(crate) struct Database {
    pub(crate) down: bool,
    /// Rises when every connection is cut and every transaction rolled back.
    pub(crate) epoch: u32,
    /// Its clock against simulated time.
    pub(crate) offset: i64,
    pub(crate) outboxes: Outboxes,
    pub(crate) orders: Orders,
    pub(crate) books: Books,
    pub(crate) locks: Locks,
    /// Which relay has a shard, by the connection that holds the lease.
    pub(crate) leases: BTreeMap<i16, u32>,
}

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) trap: Option<Trap>,
    pub(crate) now: Ms,
    pub(crate) chance: Chance,
    pub(crate) database: Database,
    pub(crate) broker: Broker,
    pub(crate) catalog: Catalog,
    pub(crate) provider: Provider,
    pub(crate) relays: [Relay; 2],
    pub(crate) processors: [Processor; 2],
    pub(crate) gateway: Gateway,
    pub(crate) shoppers: Shoppers,
    pub(crate) witness: Witness,
    pub(crate) no_hints: bool,
    pub(crate) no_sweeps: bool,
    pub(crate) steps: u64,
    pub(crate) story: Option<Vec<String>>,
    agenda: BinaryHeap<Reverse<Scheduled>>,
    numbers: u64,
    connections: u32,
}

impl World {
    pub(crate) fn new(seed: u64, trap: Option<Trap>, tell: bool) -> Self {
        let mut chance = Chance::new(seed);
        let plan = Plan::draw(&mut chance);
        let mut world = Self {
            trap,
            now: 0,
            database: Database::default(),
            broker: Broker::default(),
            catalog: Catalog::new(plan.products, plan.stock),
            provider: Provider::default(),
            relays: Default::default(),
            processors: Default::default(),
            gateway: Gateway::default(),
            shoppers: Shoppers::default(),
            witness: Witness::default(),
            no_hints: false,
            no_sweeps: false,
            steps: 0,
            story: tell.then(Vec::new),
            agenda: BinaryHeap::new(),
            numbers: 0,
            connections: 0,
            chance,
            plan,
        };
        world.tell(|world| format!("{:?}", world.plan));
        for (at, blow) in world.plan.blows.clone() {
            world.at(at, Happening::Strike(blow));
        }
        world.shoppers_come();
        for replica in 0..2 {
            world.start_relay(replica);
            world.start_processor(replica);
        }
        world.start_gateway();
        let calm = world.plan.calm;
        world.at(calm, Happening::Watch);
        world
    }

    /// The next thing that happens. False when there is none, or when something is wrong.
    pub(crate) fn step(&mut self) -> bool {
        let Some(Reverse(next)) = self.agenda.pop() else {
            return false;
        };
        self.now = next.at;
        let owner = match &next.what {
            Happening::Relay(process, _)
            | Happening::Processor(process, _)
            | Happening::Gateway(process, _) => Some(*process),
            Happening::Shopper(_)
            | Happening::Transaction(_)
            | Happening::Asked(..)
            | Happening::Arrives(..)
            | Happening::Deliver(_)
            | Happening::Strike(_)
            | Happening::Heal(_)
            | Happening::Watch => None,
        };
        if let Some(process) = owner {
            if !self.lives(process) {
                return true;
            }
            let until = self.life(process.kind, process.replica).frozen_until;
            if until > self.now {
                self.at(until, next.what);
                return true;
            }
        }
        self.steps += 1;
        self.happen(next.what);
        self.check();
        self.witness.wrong.is_none()
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Shopper(step) => self.shopper(step),
            Happening::Relay(process, step) => self.relay(process, step),
            Happening::Processor(process, step) => self.processor(process, step),
            Happening::Gateway(process, step) => self.gateway(process, step),
            Happening::Transaction(step) => self.transaction(step),
            Happening::Arrives(process, arrival) => self.arrives(process, arrival),
            Happening::Asked(process, call) => self.asked(process, call),
            Happening::Deliver(tag) => self.deliver(tag),
            Happening::Strike(blow) => self.strike(blow),
            Happening::Heal(blow) => self.heal(blow),
            Happening::Watch => self.watch(),
        }
    }

    pub(crate) fn at(&mut self, at: Ms, what: Happening) {
        self.numbers += 1;
        let number = self.numbers;
        self.agenda.push(Reverse(Scheduled { at, number, what }));
    }

    /// A name for a connection that nothing else has.
    pub(crate) fn fresh_connection(&mut self) -> u32 {
        self.connections += 1;
        self.connections
    }

    pub(crate) fn after(&mut self, wait: Ms, what: Happening) {
        self.at(self.now + wait, what);
    }

    /// Everything has come to rest: nothing more happens.
    pub(crate) fn rest(&mut self) {
        self.agenda.clear();
    }

    pub(crate) fn summary(&self) -> crate::Run {
        let completed =
            |order: &&crate::orders::Order| order.status() == velure_domain::OrderStatus::Completed;
        crate::Run {
            steps: self.steps,
            orders: self.database.orders.orders.len(),
            completed: self
                .database
                .orders
                .orders
                .values()
                .filter(completed)
                .count(),
            milliseconds: self.now,
        }
    }

    pub(crate) fn tell(&mut self, line: impl FnOnce(&Self) -> String) {
        if self.story.is_some() {
            let line = format!("{:>9} ms  {}", self.now, line(self));
            self.story.get_or_insert_default().push(line);
        }
    }

    pub(crate) fn is_trapped(&self, trap: Trap) -> bool {
        self.trap == Some(trap)
    }

    /// Whether nothing goes wrong any more.
    pub(crate) fn is_calm(&self) -> bool {
        self.now >= self.plan.calm
    }

    /// Whether this goes wrong, at so many of a thousand.
    pub(crate) fn goes_wrong(&mut self, permille: usize) -> bool {
        !self.is_calm() && self.chance.permille(permille)
    }

    /// How long something takes that takes a few milliseconds, or very long.
    pub(crate) fn takes(&mut self, most: Ms, very_long: Ms) -> Ms {
        if self.goes_wrong(self.plan.rates.slow) {
            self.chance.between(most, very_long)
        } else {
            self.chance.between(1, most)
        }
    }

    pub(crate) fn database_now(&self) -> i64 {
        database_time(self.now, self.database.offset)
    }

    pub(crate) fn life(&mut self, kind: Kind, replica: usize) -> &mut Life {
        match kind {
            Kind::Relay => &mut self.relays[replica].life,
            Kind::Processor => &mut self.processors[replica].life,
            Kind::Gateway => &mut self.gateway.life,
        }
    }

    pub(crate) fn lives(&mut self, process: Process) -> bool {
        self.life(process.kind, process.replica).number == process.life
    }

    pub(crate) fn process(&mut self, kind: Kind, replica: usize) -> Process {
        let life = self.life(kind, replica).number;
        Process {
            kind,
            replica,
            life,
        }
    }

    /// Takes a message in, and has it delivered.
    pub(crate) fn enqueue(&mut self, queue: Queue, event: usize) {
        if self.is_trapped(Trap::DropHead) {
            let queued = |m: &&crate::broker::Message| m.queue == queue && m.with.is_none();
            let waiting = self.broker.messages.values().filter(queued).count();
            if waiting >= 2 {
                let head = self.broker.messages.iter().find(|(_, m)| queued(m));
                let head = head.map(|(tag, _)| *tag);
                if let Some(dropped) = head.and_then(|tag| self.broker.messages.remove(&tag)) {
                    self.lost(dropped.event);
                }
            }
        }
        let tag = self.broker.enqueue(queue, event);
        self.offer(tag);
        if self.goes_wrong(self.plan.rates.doubled) {
            let tag = self.broker.enqueue(queue, event);
            self.offer(tag);
        }
    }

    pub(crate) fn offer(&mut self, tag: u64) {
        let wait = self.takes(5, 4_000);
        self.after(wait, Happening::Deliver(tag));
    }

    fn deliver(&mut self, tag: u64) {
        let replica = self.chance.below(2);
        let Some((queue, delivery)) = self.broker.give(tag, replica) else {
            return;
        };
        match queue {
            Queue::Process => {
                let process = self.process(Kind::Processor, replica);
                let step = processor::Step::Handle(delivery);
                self.after(1, Happening::Processor(process, step));
            }
            Queue::Status => {
                let process = self.process(Kind::Relay, replica);
                let step = relay::Step::Status(delivery);
                self.after(1, Happening::Relay(process, step));
            }
        }
    }

    /// Answers a delivery for good.
    pub(crate) fn acknowledge(&mut self, delivery: Delivery) {
        if let Some(message) = self.broker.with(delivery) {
            self.tell(|_| format!("event {} is acknowledged", message.event));
            self.broker.messages.remove(&delivery.tag);
            self.acknowledged(message);
        }
    }

    /// Gives a delivery back.
    pub(crate) fn requeue(&mut self, delivery: Delivery) {
        if self.broker.with(delivery).is_some() {
            if let Some(message) = self.broker.messages.get_mut(&delivery.tag) {
                message.with = None;
            }
            self.offer(delivery.tag);
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
