//! What a run is made of: how many orders, how unreliable everything is, and which blows fall when.

use crate::chance::{Chance, Ms};

/// Something that breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// A relay dies and comes back.
    KillRelay(usize),
    /// An order processor dies and comes back.
    KillProcessor(usize),
    /// The gateway dies and comes back.
    KillGateway,
    /// A relay does nothing for so long, and then goes on as if nothing had been.
    FreezeRelay(usize, Ms),
    /// The same of an order processor.
    FreezeProcessor(usize, Ms),
    /// The relay's connection on which its leases live is cut.
    CutLeases(usize),
    /// The broker restarts.
    RestartBroker,
    /// The broker loses everything it has.
    WipeBroker,
    /// The broker has no bindings for so long.
    Unbind(Ms),
    /// The database is away for so long; what was not committed is lost.
    Database(Ms),
    /// The database's clock jumps by so many milliseconds.
    Clock(i64),
    /// No hint is told for so long.
    Redis(Ms),
    /// The catalog answers nobody for so long.
    Catalog(Ms),
    /// The payment provider answers nobody for so long.
    Provider(Ms),
    /// No order is asked for again for so long.
    Sweeper(Ms),
    /// A stream is cut.
    CutStream,
    /// A browser does not read for so long.
    Stall(Ms),
    /// A message that was delivered once is delivered again.
    Replay,
    /// A message comes that nobody can read.
    Poison,
}

/// Of a thousand, how many go wrong while everything is up.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rates {
    /// Answers that do not come back.
    pub(crate) lost: usize,
    /// Commits whose result nobody hears, and statements that fail.
    pub(crate) unheard: usize,
    /// Things that come twice.
    pub(crate) doubled: usize,
    /// Things that take very long.
    pub(crate) slow: usize,
    /// Publishes that the broker refuses.
    pub(crate) refused: usize,
    /// Hints that are lost.
    pub(crate) hints_lost: usize,
}

/// What a seed decides before the run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) orders: usize,
    pub(crate) buyers: usize,
    pub(crate) products: usize,
    /// How many of each product there are.
    pub(crate) stock: i64,
    pub(crate) rates: Rates,
    /// Of a thousand orders, how many have a card that is declined.
    pub(crate) declined: usize,
    /// Orders come within this time.
    pub(crate) rush: Ms,
    pub(crate) blows: Vec<(Ms, Blow)>,
    /// From when on nothing goes wrong any more.
    pub(crate) calm: Ms,
}

impl Plan {
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        let orders = 2 + chance.below(7);
        let harsh = chance.below(4);
        let scale = |chance: &mut Chance, most: usize| chance.below(most * harsh / 3 + 1);
        let rates = Rates {
            lost: scale(chance, 120),
            unheard: scale(chance, 120),
            doubled: scale(chance, 150),
            slow: scale(chance, 120),
            refused: scale(chance, 60),
            hints_lost: scale(chance, 400),
        };
        let rush = chance.between(10, 8_000);
        let mut blows: Vec<(Ms, Blow)> = (0..chance.below(8))
            .map(|_| (chance.between(0, rush + 6_000), blow(chance)))
            .collect();
        // The provider forgets keys after a day; an outage that is longer is what that rule is for.
        if chance.permille(2) {
            blows.push((0, Blow::Sweeper(25 * 3_600_000)));
            blows.push((chance.between(0, rush), Blow::Provider(25 * 3_600_000)));
        }
        blows.sort_by_key(|(at, _)| *at);
        let longest = blows.iter().map(|(at, blow)| at + lasts(*blow)).max();
        Self {
            orders,
            buyers: 1 + chance.below(2),
            products: 1 + chance.below(3),
            stock: i64::try_from(1 + chance.below(9)).expect("below ten"),
            rates,
            declined: [0, 100, 500][chance.below(3)],
            rush,
            calm: longest.unwrap_or(0).max(rush) + 1_000,
            blows,
        }
    }
}

fn blow(chance: &mut Chance) -> Blow {
    let replica = chance.below(2);
    let time = chance.between(50, 12_000);
    match chance.below(22) {
        0..3 => Blow::KillProcessor(replica),
        3..5 => Blow::KillRelay(replica),
        5 => Blow::KillGateway,
        6 => Blow::FreezeRelay(replica, time),
        7 => Blow::FreezeProcessor(replica, time),
        8 => Blow::CutLeases(replica),
        9 => Blow::RestartBroker,
        10 => Blow::WipeBroker,
        11 => Blow::Unbind(time),
        12 | 13 => Blow::Database(time),
        14 => Blow::Clock(i64::try_from(chance.between(0, 600_000)).expect("minutes") - 300_000),
        15 => Blow::Redis(time),
        16 => Blow::Catalog(time),
        17 => Blow::Provider(chance.between(50, 90_000)),
        18 => Blow::CutStream,
        19 => Blow::Stall(time),
        20 => Blow::Replay,
        _ => Blow::Poison,
    }
}

fn lasts(blow: Blow) -> Ms {
    match blow {
        Blow::FreezeRelay(_, time)
        | Blow::FreezeProcessor(_, time)
        | Blow::Unbind(time)
        | Blow::Database(time)
        | Blow::Redis(time)
        | Blow::Catalog(time)
        | Blow::Provider(time)
        | Blow::Sweeper(time)
        | Blow::Stall(time) => time,
        Blow::KillRelay(_)
        | Blow::KillProcessor(_)
        | Blow::KillGateway
        | Blow::CutLeases(_)
        | Blow::RestartBroker
        | Blow::WipeBroker
        | Blow::Clock(_)
        | Blow::CutStream
        | Blow::Replay
        | Blow::Poison => 1_000,
    }
}
