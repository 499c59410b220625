//! What buyers and their pages are told, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Findings, Invariant};
use crate::evidence::Evidence;

/// I4: a buyer's events are numbered 1, 2, 3 … in one line, so that a cursor misses nothing.
pub(super) fn sequences(evidence: &Evidence, found: &mut Findings) {
    let mut all: BTreeMap<Uuid, BTreeSet<i64>> = BTreeMap::new();
    let mut count: BTreeMap<Uuid, usize> = BTreeMap::new();
    for order in evidence.orders.values() {
        for (_, _, sequence) in &order.events {
            all.entry(order.buyer).or_default().insert(*sequence);
            *count.entry(order.buyer).or_default() += 1;
        }
    }
    for (buyer, sequences) in all {
        let whole = sequences.len() == count[&buyer]
            && sequences
                .iter()
                .copied()
                .eq(1..=i64::try_from(sequences.len()).unwrap_or(0));
        found.check(whole, Invariant::I4, || {
            format!("the events of buyer {buyer} are numbered with gaps or twice")
        });
    }
}

/// I5: each page's frames have ids without a gap and no order goes back; in the end it knows every final status.
pub(super) fn pages(evidence: &Evidence, found: &mut Findings) {
    for (buyer, transcript) in &evidence.transcripts {
        let mut known: BTreeMap<Uuid, (i64, &str)> = BTreeMap::new();
        let mut last = None;
        for told in &transcript.told {
            // A reset tells the page to read everything anew, and the numbers go on from there.
            let follows = last.is_none_or(|last| told.id == last + 1)
                || transcript.resets > 0 && last.is_some_and(|last| told.id > last);
            found.check(follows, Invariant::I5, || {
                format!("the page of {buyer} was told {} after {last:?}", told.id)
            });
            last = Some(told.id);
            let before = known.insert(told.order, (told.version, told.status.as_str()));
            found.check(
                before.is_none_or(|(version, _)| version < told.version),
                Invariant::I5,
                || {
                    format!(
                        "the page of {buyer} was told version {} of order {} after {before:?}",
                        told.version, told.order
                    )
                },
            );
        }
        if transcript.resets > 0 || transcript.connected == 0 {
            continue;
        }
        for (id, order) in evidence
            .orders
            .iter()
            .filter(|(_, order)| order.buyer == *buyer)
        {
            let told = known.get(id).map(|(_, status)| *status);
            found.check(told == Some(order.status.as_str()), Invariant::I5, || {
                format!("order {id} is {} and its page knows {told:?}", order.status)
            });
        }
    }
}
