//! Every metric of the order processor.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use velure_amqp::Waiting;
use velure_domain::FailureCode;
use velure_postgres::fulfilment::{Backlog, Phase};
use velure_telemetry::count_from_zero;

use crate::payment::{ChargeOutcome, PaymentError};
use crate::process::Breach;

const DELIVERIES: &str = "velure_order_processor_deliveries_total";
const MOVES: &str = "velure_order_processor_moves_total";
const RETRIES: &str = "velure_order_processor_retries_total";
const BREACHES: &str = "velure_order_processor_invariant_breaches_total";
const STALE: &str = "velure_order_processor_lost_leases_total";
const STEP: &str = "velure_order_processor_step_seconds";
const OPEN: &str = "velure_order_processor_open_orders";
const RETRYING: &str = "velure_order_processor_retrying_orders";
const RETRY_BUDGET: &str = "velure_order_processor_retry_budget";
const IN_DOUBT: &str = "velure_order_processor_charges_in_doubt";
const CHARGES: &str = "velure_order_processor_charges_total";
const STOCK_REFUSALS: &str = "velure_order_processor_stock_refusals_total";
const QUEUE_MESSAGES: &str = "velure_order_processor_queue_messages";
const QUEUE_OLDEST: &str = "velure_order_processor_queue_oldest_message_seconds";
const OLDEST: &str = "velure_order_processor_oldest_open_order_seconds";

/// What may come of a delivery.
const OUTCOMES: [&str; 7] = [
    "worked_on",
    "waiting",
    "final",
    "dead_lettered",
    "unstorable",
    "handed_back",
    "panicked",
];

/// What the provider may answer.
const ANSWERS: [&str; 5] = [
    "succeeded",
    "declined",
    "cancelled",
    "in_doubt",
    "key_reused",
];

/// Why the catalog may hold nothing.
const REFUSALS: [FailureCode; 2] = [
    FailureCode::InsufficientStock,
    FailureCode::ProductUnavailable,
];

/// Says what each metric means, for `/metrics`, and shows every counter.
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
    describe_gauge!(RETRY_BUDGET, "Orders that may be tried again side by side.");
    describe_gauge!(IN_DOUBT, "Open orders whose charge is in doubt.");
    describe_counter!(CHARGES, "Answers of the payment provider.");
    describe_counter!(STOCK_REFUSALS, "Orders that the catalog had no stock for.");
    describe_gauge!(
        QUEUE_MESSAGES,
        "Messages that wait in the queue, not those with a consumer."
    );
    describe_gauge!(
        QUEUE_OLDEST,
        "For how long the queue has not been seen empty; 0 when it is."
    );
    describe_gauge!(OLDEST, "The age of the oldest open order.");
    let moves = Phase::ALL
        .into_iter()
        .filter(|phase| *phase != Phase::Recorded);
    let retries = Phase::ALL.into_iter().filter(|phase| !phase.is_final());
    count_from_zero(DELIVERIES, "outcome", OUTCOMES);
    count_from_zero(MOVES, "phase", moves.map(Phase::as_str));
    count_from_zero(RETRIES, "phase", retries.map(Phase::as_str));
    count_from_zero(BREACHES, "breach", Breach::ALL.map(Breach::as_str));
    count_from_zero(CHARGES, "outcome", ANSWERS);
    count_from_zero(STOCK_REFUSALS, "reason", REFUSALS.map(FailureCode::as_str));
    drop(counter!(STALE));
}

pub(crate) fn delivery(outcome: &'static str) {
    counter!(DELIVERIES, "outcome" => outcome).increment(1);
}

pub(crate) fn charge(answer: &Result<ChargeOutcome, PaymentError>) {
    let outcome = match answer {
        Ok(ChargeOutcome::Succeeded { .. }) => "succeeded",
        Ok(ChargeOutcome::Declined { .. }) => "declined",
        Ok(ChargeOutcome::Cancelled) => "cancelled",
        Err(PaymentError::InProgress | PaymentError::Unanswered(_)) => "in_doubt",
        Err(PaymentError::KeyReused) => "key_reused",
    };
    counter!(CHARGES, "outcome" => outcome).increment(1);
}

pub(crate) fn stock_refusal(code: FailureCode) {
    counter!(STOCK_REFUSALS, "reason" => code.as_str()).increment(1);
}

pub(crate) fn waiting(queue: &Waiting) {
    gauge!(QUEUE_MESSAGES, "queue" => queue.queue).set(f64::from(queue.messages));
    gauge!(QUEUE_OLDEST, "queue" => queue.queue).set(queue.for_at_most.as_secs_f64());
}

pub(crate) fn moved(phase: Phase) {
    counter!(MOVES, "phase" => phase.as_str()).increment(1);
}

pub(crate) fn retried(phase: Phase) {
    counter!(RETRIES, "phase" => phase.as_str()).increment(1);
}

pub(crate) fn retry_budget(orders: u16) {
    gauge!(RETRY_BUDGET).set(f64::from(orders));
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
