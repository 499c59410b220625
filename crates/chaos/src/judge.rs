//! The invariants, held against evidence. Pure: what it is given decides what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::evidence::{Evidence, Order};

mod goods;
mod pages;
#[cfg(test)]
mod tests;

/// What a process may hold in memory at the end, in KiB: a debug build after everything that was done to it.
pub const MEMORY_KIB: u64 = 256 * 1024;

/// The number of an invariant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Invariant {
    /// Every accepted order reaches exactly one final status.
    I1,
    /// Charged at most once, with the order's total, and if and only if it is COMPLETED.
    I2,
    /// Stock is never negative, and conserved.
    I3,
    /// Each order's events are numbered without a gap, and so are each buyer's.
    I4,
    /// A page never sees an order go back, or miss a status, and ends with the final one.
    I5,
    /// No event is lost, and none is made up.
    I6,
    /// A message that comes twice changes nothing.
    I7,
    /// One key is one order.
    I8,
    /// What cannot be handled holds up nobody else, and waits for a person.
    I11,
    /// Nothing grows without a bound.
    I12,
    /// A session that was ended lets nobody in.
    I14,
}

impl Invariant {
    /// Every one that is judged from evidence. I9 and I10 are that all of these hold although Redis and the broker were
    /// lost; I13 needs a machine whose clock may be changed.
    pub const ALL: [Self; 11] = [
        Self::I1,
        Self::I2,
        Self::I3,
        Self::I4,
        Self::I5,
        Self::I6,
        Self::I7,
        Self::I8,
        Self::I11,
        Self::I12,
        Self::I14,
    ];
}

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which invariant is broken.
    pub invariant: Invariant,
    /// Where, and how.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.what)
    }
}

#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn check(&mut self, holds: bool, invariant: Invariant, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Violation {
                invariant,
                what: what(),
            });
        }
    }
}

/// Every invariant that this evidence breaks.
#[must_use]
pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Findings::default();
    intents(evidence, &mut found);
    for (id, order) in &evidence.orders {
        ending(*id, order, evidence, &mut found);
        goods::money(*id, order, evidence, &mut found);
        numbering(*id, order, &mut found);
        told_of(*id, order, evidence, &mut found);
    }
    strays(evidence, &mut found);
    goods::stock(evidence, &mut found);
    pages::sequences(evidence, &mut found);
    pages::pages(evidence, &mut found);
    bounds(evidence, &mut found);
    found.0
}

fn is_final(status: &str) -> bool {
    matches!(status, "COMPLETED" | "FAILED")
}

/// I1, I8: what shoppers were answered.
fn intents(evidence: &Evidence, found: &mut Findings) {
    let mut owners: BTreeMap<Uuid, &str> = BTreeMap::new();
    for intent in &evidence.intents {
        let ids: BTreeSet<Uuid> = intent.placed.iter().copied().collect();
        found.check(ids.len() <= 1, Invariant::I8, || {
            format!("key {} was answered with {} orders", intent.key, ids.len())
        });
        found.check(
            intent.placed.is_empty() || intent.refused.is_empty(),
            Invariant::I8,
            || {
                format!(
                    "key {} was answered 201 and {:?}",
                    intent.key, intent.refused
                )
            },
        );
        for id in ids {
            found.check(evidence.orders.contains_key(&id), Invariant::I1, || {
                format!("order {id} was accepted and is not there")
            });
            let first = owners.insert(id, &intent.key).is_none();
            found.check(first, Invariant::I8, || {
                format!("order {id} was answered to two keys")
            });
        }
    }
    let mut stored: BTreeMap<(Uuid, &str), Uuid> = BTreeMap::new();
    for (buyer, key, order) in &evidence.keys {
        let once = stored.insert((*buyer, key), *order).is_none();
        found.check(once, Invariant::I8, || format!("key {key} is stored twice"));
    }
    found.check(stored.len() == evidence.orders.len(), Invariant::I8, || {
        format!(
            "{} keys stand for {} orders",
            stored.len(),
            evidence.orders.len()
        )
    });
}

/// I1: both books are final, and agree.
fn ending(id: Uuid, order: &Order, evidence: &Evidence, found: &mut Findings) {
    found.check(is_final(&order.status), Invariant::I1, || {
        format!("order {id} is {}", order.status)
    });
    let finals = order
        .events
        .iter()
        .filter(|(_, status, _)| is_final(status))
        .count();
    found.check(finals == 1, Invariant::I1, || {
        format!("order {id} has {finals} final events")
    });
    let last = order.events.last().map(|(_, status, _)| status.as_str());
    found.check(last == Some(order.status.as_str()), Invariant::I1, || {
        format!("order {id} is {} and its last event {last:?}", order.status)
    });
    let phase = evidence.phases.get(&id);
    found.check(phase == Some(&order.status), Invariant::I1, || {
        format!(
            "order {id} is {} and its fulfilment {phase:?}",
            order.status
        )
    });
}

/// I4: versions run 1, 2, 3 and no status leads back.
fn numbering(id: Uuid, order: &Order, found: &mut Findings) {
    let statuses: Vec<&str> = order
        .events
        .iter()
        .map(|(_, status, _)| status.as_str())
        .collect();
    let legal = match statuses.as_slice() {
        ["CREATED"] | ["CREATED", "PROCESSING"] => true,
        ["CREATED", "PROCESSING", last] => is_final(last),
        _ => false,
    };
    let versions: Vec<i64> = order.events.iter().map(|(version, ..)| *version).collect();
    let numbered = versions
        .iter()
        .copied()
        .eq(1..=i64::try_from(versions.len()).unwrap_or(0));
    found.check(legal && numbered, Invariant::I4, || {
        format!("order {id} has the events {:?}", order.events)
    });
}

/// I6, I7: both outboxes told of the order, and of no second end.
fn told_of(id: Uuid, order: &Order, evidence: &Evidence, found: &mut Findings) {
    let told = evidence.events.get(&id);
    let has = |kind: &str| told.is_some_and(|kinds| kinds.contains(kind));
    found.check(has("order.created"), Invariant::I6, || {
        format!("nobody was told that order {id} was created")
    });
    found.check(
        !is_final(&order.status) || has(&format!("order.{}", order.status.to_lowercase())),
        Invariant::I6,
        || format!("order {id} is {} and no event says so", order.status),
    );
    found.check(
        !(has("order.completed") && has("order.failed")),
        Invariant::I7,
        || format!("order {id} was told to be both completed and failed"),
    );
}

/// I6: nothing is there that nobody asked for.
fn strays(evidence: &Evidence, found: &mut Findings) {
    let mut stray = |ids: Vec<Uuid>, what: &str| {
        for id in ids
            .into_iter()
            .filter(|id| !evidence.orders.contains_key(id))
        {
            found.check(false, Invariant::I6, || {
                format!("there is a {what} of {id}, which is no order")
            });
        }
    };
    stray(evidence.phases.keys().copied().collect(), "fulfilment");
    stray(
        evidence.reservations.keys().copied().collect(),
        "reservation",
    );
    stray(evidence.events.keys().copied().collect(), "message");
    let charged = evidence
        .charges
        .iter()
        .filter_map(|charge| charge.key.split(':').nth(1)?.parse().ok());
    stray(charged.collect(), "charge");
    let answered = evidence
        .intents
        .iter()
        .flat_map(|intent| &intent.placed)
        .collect::<BTreeSet<_>>()
        .len();
    // What was stored and never heard of is an order all the same; nothing more is.
    let unheard = evidence
        .intents
        .iter()
        .filter(|intent| intent.placed.is_empty())
        .count();
    found.check(
        evidence.orders.len() <= answered + unheard || evidence.intents.is_empty(),
        Invariant::I6,
        || {
            format!(
                "{} orders of {answered} that were answered and {unheard} that were not",
                evidence.orders.len()
            )
        },
    );
}

/// I11, I12, I14 and what was seen on the way.
fn bounds(evidence: &Evidence, found: &mut Findings) {
    found.check(evidence.parked == 0, Invariant::I11, || {
        format!("{} events are parked", evidence.parked)
    });
    found.check(evidence.pending == 0, Invariant::I12, || {
        format!("{} events are not on the broker", evidence.pending)
    });
    found.check(evidence.queued == 0, Invariant::I12, || {
        format!("{} messages are left in the queues", evidence.queued)
    });
    for (name, kib) in &evidence.memory {
        found.check(*kib <= MEMORY_KIB, Invariant::I12, || {
            format!("{name} holds {} MiB", kib / 1024)
        });
    }
    for backwards in &evidence.backwards {
        found.check(false, Invariant::I5, || backwards.clone());
    }
    for seen in &evidence.seen {
        found.check(false, Invariant::I14, || seen.clone());
    }
}
