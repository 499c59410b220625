//! Every metric of the order processor.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use velure_postgres::fulfilment::{Backlog, Phase};

use crate::process::Breach;

const DELIVERIES: &str = "velure_order_processor_deliveries_total";
const MOVES: &str = "velure_order_processor_moves_total";
const RETRIES: &str = "velure_order_processor_retries_total";
const BREACHES: &str = "velure_order_processor_invariant_breaches_total";
const STALE: &str = "velure_order_processor_lost_leases_total";
const STEP: &str = "velure_order_processor_step_seconds";
const OPEN: &str = "velure_order_processor_open_orders";
const RETRYING: &str = "velure_order_processor_retrying_orders";
const IN_DOUBT: &str = "velure_order_processor_charges_in_doubt";
const OLDEST: &str = "velure_order_processor_oldest_open_order_seconds";

/// Says what each metric means, for `/metrics`.
pub(crate) fn describe() {
    describe_counter!(
        DELIVERIES,
        "Deliveries from the broker, by what came of them."
    );
    describe_counter!(MOVES, "Orders that moved to a phase.");
    describe_counter!(RETRIES, "Steps put off to a later try, by phase.");
    describe_counter!(BREACHES, "Things that must never be. A person has to look.");
    describe_counter!(
        STALE,
        "Answers thrown away because the order's lease had passed on."
    );
    describe_histogram!(STEP, "How long a step took, by phase.");
    describe_gauge!(OPEN, "Orders that are not final.");
    describe_gauge!(
        RETRYING,
        "Open orders that were tried in vain at least once."
    );
    describe_gauge!(IN_DOUBT, "Open orders whose charge is in doubt.");
    describe_gauge!(OLDEST, "The age of the oldest open order.");
}

pub(crate) fn delivery(outcome: &'static str) {
    counter!(DELIVERIES, "outcome" => outcome).increment(1);
}

pub(crate) fn moved(phase: Phase) {
    counter!(MOVES, "phase" => phase.as_str()).increment(1);
}

pub(crate) fn retried(phase: Phase) {
    counter!(RETRIES, "phase" => phase.as_str()).increment(1);
}

pub(crate) fn breach(breach: Breach) {
    counter!(BREACHES, "breach" => breach.as_str()).increment(1);
}

pub(crate) fn lost_lease() {
    counter!(STALE).increment(1);
}

pub(crate) fn step(phase: Phase, took: Duration) {
    histogram!(STEP, "phase" => phase.as_str()).record(took);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float, and no shop has 2^52 open orders"
)]
pub(crate) fn backlog(backlog: &Backlog) {
    gauge!(OPEN).set(backlog.open as f64);
    gauge!(RETRYING).set(backlog.retrying as f64);
    gauge!(IN_DOUBT).set(backlog.in_doubt as f64);
    gauge!(OLDEST).set(backlog.oldest.as_secs_f64());
}
