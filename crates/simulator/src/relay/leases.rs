//! Which relay has which shards.

use super::Step;
use crate::outbox::SHARDS;
use crate::world::{Happening, Kind, Process, World};

impl World {
    pub(super) fn balance(&mut self, process: Process) {
        let busy = self.relays[process.replica].connection.is_none() || !self.is_calm();
        let wait = if busy { 300 } else { 2_000 };
        self.after(wait, Happening::Relay(process, Step::Balance));
        if self.database.down {
            return;
        }
        if let (true, Some(connection)) = (
            self.relays[process.replica].cut,
            self.relays[process.replica].connection,
        ) {
            return self.leases_lost(process, connection);
        }
        let fresh = self.fresh_connection();
        let both = self.relays.iter().all(|relay| relay.connection.is_some());
        let leases = &mut self.database.leases;
        let relay = &mut self.relays[process.replica];
        let connection = *relay.connection.get_or_insert(fresh);
        let share = usize::try_from(if both { SHARDS / 2 } else { SHARDS }).expect("four");
        let before = relay.shards.clone();
        let drained: Vec<i16> = relay
            .giving_back
            .iter()
            .copied()
            .filter(|shard| relay.window.is_drained(*shard))
            .collect();
        for shard in drained {
            relay.giving_back.remove(&shard);
            leases.remove(&shard);
        }
        while relay.shards.len() > share {
            relay.giving_back.extend(relay.shards.pop_last());
        }
        for shard in 0..SHARDS {
            if relay.shards.len() < share && !leases.contains_key(&shard) {
                leases.insert(shard, connection);
                relay.shards.insert(shard);
            }
        }
        if relay.shards != before {
            relay.window.set_shards(&relay.shards);
        }
    }

    /// What a connection held is free once it has ended.
    pub(crate) fn free_leases(&mut self, replica: usize) -> Option<u32> {
        let connection = self.relays[replica].connection?;
        self.database.leases.retain(|_, with| *with != connection);
        Some(connection)
    }

    /// The server ends the connection: the shards are free, and the relay hears of it later.
    pub(crate) fn cut_leases(&mut self, replica: usize) {
        let Some(connection) = self.free_leases(replica) else {
            return;
        };
        self.relays[replica].cut = true;
        let process = self.process(Kind::Relay, replica);
        let wait = self.chance.between(1, 2_000);
        let step = Step::LeasesLost(connection);
        self.after(wait, Happening::Relay(process, step));
    }

    pub(super) fn leases_lost(&mut self, process: Process, connection: u32) {
        let relay = &mut self.relays[process.replica];
        if relay.connection == Some(connection) {
            relay.connection = None;
            relay.cut = false;
            relay.shards.clear();
            relay.giving_back.clear();
            relay.window.set_shards(&relay.shards);
        }
    }
}
