//! What breaks, and how it is mended.

use crate::Trap;
use crate::broker::Queue;
use crate::outbox::Fact;
use crate::plan::Blow;
use crate::world::{Happening, Kind, World};

impl World {
    pub(crate) fn strike(&mut self, blow: Blow) {
        self.tell(|_| format!("{blow:?}"));
        match blow {
            Blow::KillRelay(replica) => {
                self.free_leases(replica);
                self.relays[replica].life.number += 1;
                self.back(Queue::Status, replica);
                self.start_relay(replica);
            }
            Blow::KillProcessor(replica) => {
                self.processors[replica].life.number += 1;
                self.processors[replica].jobs.clear();
                self.back(Queue::Process, replica);
                self.start_processor(replica);
            }
            Blow::KillGateway => {
                self.gateway.life.number += 1;
                self.start_gateway();
            }
            Blow::FreezeRelay(replica, time) => self.freeze(Kind::Relay, replica, time),
            Blow::FreezeProcessor(replica, time) => self.freeze(Kind::Processor, replica, time),
            Blow::CutLeases(replica) => self.cut_leases(replica),
            Blow::RestartBroker => self.restart_broker(),
            Blow::WipeBroker => {
                self.broker.messages.clear();
                self.restart_broker();
            }
            Blow::Unbind(time) => {
                self.broker.unbound = true;
                self.after(time, Happening::Heal(blow));
            }
            Blow::Database(time) => {
                self.database.down = true;
                self.database.epoch += 1;
                self.database.locks.clear();
                self.after(time, Happening::Heal(blow));
                for replica in 0..2 {
                    self.cut_leases(replica);
                }
            }
            Blow::Clock(jump) => self.database.offset += jump,
            Blow::Redis(time) => {
                self.no_hints = true;
                self.after(time, Happening::Heal(blow));
            }
            Blow::Catalog(time) => {
                self.catalog.deaf = true;
                self.after(time, Happening::Heal(blow));
            }
            Blow::Provider(time) => {
                self.provider.deaf = true;
                self.after(time, Happening::Heal(blow));
            }
            Blow::Sweeper(time) => {
                self.no_sweeps = true;
                self.after(time, Happening::Heal(blow));
            }
            Blow::CutStream => {
                if let Some(name) = self.any_stream() {
                    self.cut_stream(name);
                }
            }
            Blow::Stall(time) => {
                if let Some(name) = self.any_stream() {
                    self.stall(name, time);
                }
            }
            Blow::Replay => self.replay(),
            Blow::Poison => {
                let event = self.database.outboxes.event(usize::MAX, Fact::Poison);
                self.enqueue(Queue::Process, event);
            }
        }
    }

    pub(crate) fn heal(&mut self, blow: Blow) {
        self.tell(|_| format!("over: {blow:?}"));
        match blow {
            Blow::Unbind(_) => self.broker.unbound = false,
            Blow::Database(_) => self.database.down = false,
            Blow::Redis(_) => self.no_hints = false,
            Blow::Catalog(_) => self.catalog.deaf = false,
            Blow::Provider(_) => self.provider.deaf = false,
            Blow::Sweeper(_) => self.no_sweeps = false,
            Blow::KillRelay(_)
            | Blow::KillProcessor(_)
            | Blow::KillGateway
            | Blow::FreezeRelay(..)
            | Blow::FreezeProcessor(..)
            | Blow::CutLeases(_)
            | Blow::RestartBroker
            | Blow::WipeBroker
            | Blow::Clock(_)
            | Blow::CutStream
            | Blow::Stall(_)
            | Blow::Replay
            | Blow::Poison => {}
        }
    }

    fn freeze(&mut self, kind: Kind, replica: usize, time: u64) {
        let until = self.now + time;
        self.life(kind, replica).frozen_until = until;
    }

    /// What a dead consumer had goes to the others.
    fn back(&mut self, queue: Queue, replica: usize) {
        for tag in self.broker.take_back(Some(queue), Some(replica)) {
            self.offer(tag);
        }
    }

    fn restart_broker(&mut self) {
        self.broker.epoch += 1;
        if self.is_trapped(Trap::Transient) {
            let lost = std::mem::take(&mut self.broker.messages);
            for message in lost.values() {
                self.lost(message.event);
            }
        }
        self.broker.take_back(None, None);
        let tags: Vec<u64> = self.broker.messages.keys().copied().collect();
        for tag in tags {
            self.offer(tag);
        }
        for replica in 0..2 {
            self.end_session(replica);
        }
    }

    /// Any message that ever was comes again: a dead letter that somebody replays, a copy that was held up.
    fn replay(&mut self) {
        let events = &self.broker.wire_order;
        if events.is_empty() {
            return;
        }
        let event = events[self.chance.below(events.len())];
        let queue = match self.database.outboxes.events[event].fact {
            Fact::Created { .. } | Fact::Poison => Queue::Process,
            Fact::Processing | Fact::Completed | Fact::Failed(_) => Queue::Status,
        };
        self.enqueue(queue, event);
    }
}
