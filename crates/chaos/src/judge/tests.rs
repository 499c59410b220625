//! Doctored histories: each has one thing wrong, and the judge says which invariant that breaks.

use chrono::{TimeZone, Utc};

use super::*;
use crate::evidence::{Charge, Reservation};
use crate::load::Intent;
use crate::watch::{Told, Transcript};

const DONE: Uuid = Uuid::from_u128(1);
const FAILED: Uuid = Uuid::from_u128(2);
const BUYER: Uuid = Uuid::from_u128(9);
const PRODUCT: &str = "0123456789abcdef01234567";

fn order(status: &str, first: i64) -> Order {
    let event = |version, status: &str| (version, status.to_owned(), first + version - 1);
    let at = Utc
        .timestamp_opt(1_800_000_000, 0)
        .single()
        .expect("a time");
    Order {
        buyer: BUYER,
        status: status.to_owned(),
        total: 4_200,
        lines: BTreeMap::from([(PRODUCT.to_owned(), 2)]),
        events: vec![
            event(1, "CREATED"),
            event(2, "PROCESSING"),
            event(3, status),
        ],
        placed_at: at,
        updated_at: at,
    }
}

fn intent(key: &str, placed: &[Uuid]) -> Intent {
    Intent {
        buyer: BUYER,
        key: key.to_owned(),
        placed: placed.to_vec(),
        refused: Vec::new(),
    }
}

fn told(id: i64, order: Uuid, version: i64, status: &str) -> Told {
    Told {
        id,
        order,
        version,
        status: status.to_owned(),
    }
}

/// One order that was completed and one whose payment was declined, both whole.
fn good() -> Evidence {
    let kinds = |last: &str| {
        ["order.created", "order.processing", last]
            .map(str::to_owned)
            .into()
    };
    let reservation = |state: &str| Reservation {
        state: state.to_owned(),
        lines: BTreeMap::from([(PRODUCT.to_owned(), 2)]),
    };
    let charge = |id: Uuid, outcome: &str| Charge {
        key: format!("order:{id}:charge"),
        outcome: outcome.to_owned(),
        amount: Some(4_200),
    };
    let page = Transcript {
        told: vec![
            told(1, DONE, 1, "CREATED"),
            told(2, DONE, 2, "PROCESSING"),
            told(3, DONE, 3, "COMPLETED"),
            told(4, FAILED, 1, "CREATED"),
            told(5, FAILED, 2, "PROCESSING"),
            told(6, FAILED, 3, "FAILED"),
        ],
        connected: 3,
        resets: 0,
    };
    Evidence {
        orders: BTreeMap::from([(DONE, order("COMPLETED", 1)), (FAILED, order("FAILED", 4))]),
        keys: vec![
            (BUYER, "a".to_owned(), DONE),
            (BUYER, "b".to_owned(), FAILED),
        ],
        phases: BTreeMap::from([
            (DONE, "COMPLETED".to_owned()),
            (FAILED, "FAILED".to_owned()),
        ]),
        payments: BTreeMap::from([
            (DONE, ("SUCCEEDED".to_owned(), 4_200)),
            (FAILED, ("DECLINED".to_owned(), 4_200)),
        ]),
        charges: vec![charge(DONE, "SUCCEEDED"), charge(FAILED, "DECLINED")],
        reservations: BTreeMap::from([
            (DONE, reservation("committed")),
            (FAILED, reservation("released")),
        ]),
        initial: BTreeMap::from([(PRODUCT.to_owned(), 10)]),
        available: BTreeMap::from([(PRODUCT.to_owned(), 8)]),
        events: BTreeMap::from([
            (DONE, kinds("order.completed")),
            (FAILED, kinds("order.failed")),
        ]),
        intents: vec![intent("a", &[DONE, DONE]), intent("b", &[FAILED])],
        transcripts: BTreeMap::from([(BUYER, page)]),
        memory: BTreeMap::from([("relay".to_owned(), 40_000)]),
        ..Evidence::default()
    }
}

/// Which invariants a history breaks after `doctor` had it.
fn broken(doctor: impl FnOnce(&mut Evidence)) -> Vec<Invariant> {
    let mut evidence = good();
    doctor(&mut evidence);
    let found: BTreeSet<Invariant> = judge(&evidence)
        .into_iter()
        .map(|violation| violation.invariant)
        .collect();
    found.into_iter().collect()
}

fn of(evidence: &mut Evidence, id: Uuid) -> &mut Order {
    evidence.orders.get_mut(&id).expect("it is there")
}

fn page(evidence: &mut Evidence) -> &mut Transcript {
    evidence.transcripts.get_mut(&BUYER).expect("it is there")
}

#[test]
fn a_whole_history_breaks_nothing() {
    assert_eq!(judge(&good()), Vec::new());
}

#[test]
fn each_doctored_history_breaks_the_invariant_that_was_doctored() {
    use Invariant::{I1, I2, I3, I4, I5, I6, I7, I8, I11, I12, I14};
    type Doctor = fn(&mut Evidence);
    let cases: [(&str, Doctor, &[Invariant]); 32] = [
        (
            "an accepted order is not there",
            |e| e.intents.push(intent("c", &[Uuid::from_u128(3)])),
            &[I1],
        ),
        (
            "an order stands still",
            |e| {
                of(e, DONE).status = "PROCESSING".to_owned();
                of(e, DONE).events.pop();
            },
            &[I1, I2, I3, I4, I5],
        ),
        (
            "an order has two ends",
            |e| of(e, DONE).events.push((4, "FAILED".to_owned(), 7)),
            &[I1, I4],
        ),
        (
            "an order has ended and its events have not",
            |e| {
                of(e, FAILED).events.pop();
            },
            &[I1],
        ),
        (
            "the fulfilment ended otherwise",
            |e| {
                e.phases.insert(DONE, "FAILED".to_owned());
            },
            &[I1],
        ),
        (
            "the fulfilment is missing",
            |e| {
                e.phases.remove(&DONE);
            },
            &[I1],
        ),
        (
            "charged twice",
            |e| {
                e.charges.push(Charge {
                    key: format!("order:{DONE}:charge:2"),
                    outcome: "SUCCEEDED".to_owned(),
                    amount: Some(4_200),
                })
            },
            &[I2],
        ),
        (
            "completed and not charged",
            |e| {
                e.charges.remove(0);
            },
            &[I2],
        ),
        (
            "failed and charged",
            |e| e.charges[1].outcome = "SUCCEEDED".to_owned(),
            &[I2],
        ),
        (
            "charged something else",
            |e| e.charges[0].amount = Some(42),
            &[I2],
        ),
        (
            "completed without a payment on record",
            |e| {
                e.payments.remove(&DONE);
            },
            &[I2],
        ),
        (
            "failed with a payment on record",
            |e| {
                e.payments.insert(FAILED, ("SUCCEEDED".to_owned(), 4_200));
            },
            &[I2],
        ),
        (
            "a payment over another amount",
            |e| {
                e.payments.insert(DONE, ("SUCCEEDED".to_owned(), 4_201));
            },
            &[I2],
        ),
        (
            "oversold",
            |e| {
                e.available.insert(PRODUCT.to_owned(), -1);
            },
            &[I3],
        ),
        (
            "stock has leaked",
            |e| {
                e.available.insert(PRODUCT.to_owned(), 7);
            },
            &[I3],
        ),
        (
            "stock was given back twice",
            |e| {
                e.available.insert(PRODUCT.to_owned(), 10);
            },
            &[I3],
        ),
        (
            "stock is held for ever",
            |e| e.reservations.get_mut(&FAILED).expect("there").state = "held".to_owned(),
            &[I3],
        ),
        (
            "sold to an order that failed",
            |e| e.reservations.get_mut(&FAILED).expect("there").state = "committed".to_owned(),
            &[I3],
        ),
        (
            "completed and nothing was taken",
            |e| {
                e.reservations.remove(&DONE);
            },
            &[I3],
        ),
        (
            "sold something else",
            |e| {
                e.reservations
                    .get_mut(&DONE)
                    .expect("there")
                    .lines
                    .insert(PRODUCT.to_owned(), 1);
            },
            &[I3],
        ),
        (
            "a version is missing",
            |e| {
                of(e, DONE).events.remove(1);
            },
            &[I4],
        ),
        (
            "a buyer's events have a gap",
            |e| of(e, FAILED).events[2].2 = 9,
            &[I4],
        ),
        (
            "two events of a buyer have one number",
            |e| of(e, FAILED).events[0].2 = 3,
            &[I4],
        ),
        (
            "a page misses a frame",
            |e| {
                page(e).told.remove(1);
            },
            &[I5],
        ),
        (
            "a page sees an order go back",
            |e| page(e).told.push(told(7, DONE, 2, "PROCESSING")),
            &[I5],
        ),
        (
            "a page is told the same twice",
            |e| page(e).told.push(told(6, FAILED, 3, "FAILED")),
            &[I5],
        ),
        (
            "a page never learns the end",
            |e| {
                page(e).told.pop();
            },
            &[I5],
        ),
        (
            "an event was never written",
            |e| {
                e.events
                    .get_mut(&DONE)
                    .expect("there")
                    .remove("order.completed");
            },
            &[I6],
        ),
        (
            "an order was told to have both ends",
            |e| {
                e.events
                    .get_mut(&DONE)
                    .expect("there")
                    .insert("order.failed".to_owned());
            },
            &[I7],
        ),
        (
            "one key got two orders",
            |e| e.intents[0].placed[1] = FAILED,
            &[I8],
        ),
        (
            "events are parked, pending and queued",
            |e| {
                e.parked = 1;
                e.pending = 1;
                e.queued = 1;
            },
            &[I11, I12],
        ),
        (
            "an ended session lets in, and memory grows",
            |e| {
                e.seen.push("a session".to_owned());
                e.memory.insert("relay".to_owned(), MEMORY_KIB + 1);
            },
            &[I12, I14],
        ),
    ];
    for (what, doctor, expected) in cases {
        assert_eq!(broken(doctor), expected, "{what}");
    }
}

#[test]
fn the_last_unit_is_sold_once_and_not_never() {
    assert_eq!(broken(|e| e.raced.push(PRODUCT.to_owned())), []);
    assert_eq!(
        broken(|e| e.raced.push("another".to_owned())),
        [Invariant::I3]
    );
    let twice = |e: &mut Evidence| {
        e.raced.push(PRODUCT.to_owned());
        of(e, FAILED).status = "COMPLETED".to_owned();
    };
    assert!(broken(twice).contains(&Invariant::I3));
}

#[test]
fn what_nobody_asked_for_is_found() {
    let stray = Uuid::from_u128(77);
    let lines = BTreeMap::new();
    assert_eq!(
        broken(|e| {
            e.phases.insert(stray, "FAILED".to_owned());
        }),
        [Invariant::I6]
    );
    assert_eq!(
        broken(|e| {
            e.reservations.insert(
                stray,
                Reservation {
                    state: "released".to_owned(),
                    lines,
                },
            );
        }),
        [Invariant::I6]
    );
    assert_eq!(
        broken(|e| e.charges.push(Charge {
            key: format!("order:{stray}:charge"),
            outcome: "SUCCEEDED".to_owned(),
            amount: Some(1)
        })),
        [Invariant::I6]
    );
    let made_up = |e: &mut Evidence| {
        e.orders.insert(
            stray,
            Order {
                buyer: stray,
                ..order("COMPLETED", 1)
            },
        );
    };
    assert!(broken(made_up).contains(&Invariant::I6));
}
