//! What happened to an order between two of its statuses, as its events tell.

use chrono::{DateTime, Utc};
use velure_contracts::http::{TimelineStep, step};

use super::{Fulfilment, PaymentStatus};

fn at(step: &str, at: DateTime<Utc>) -> TimelineStep {
    TimelineStep {
        step: step.to_owned(),
        at,
    }
}

/// The way to PROCESSING, with what was decided last when that is known.
pub(super) fn to_processing(
    order: &Fulfilment,
    decided: Option<(&str, DateTime<Utc>)>,
) -> Vec<TimelineStep> {
    let published = order.published_at.map(|time| at(step::PUBLISHED, time));
    let received = at(step::RECEIVED, order.received_at);
    let decided = decided.map(|(name, time)| at(name, time));
    published
        .into_iter()
        .chain([received])
        .chain(decided)
        .collect()
}

/// The way from PROCESSING to the end, whose last step is `last`.
pub(super) fn to_the_end(
    order: &Fulfilment,
    last: Option<(&str, DateTime<Utc>)>,
) -> Vec<TimelineStep> {
    let answered = order.payment.as_ref().and_then(|payment| {
        let name = match payment.status {
            PaymentStatus::Initiated => return None,
            PaymentStatus::Succeeded => step::CHARGED,
            PaymentStatus::Declined => step::DECLINED,
        };
        Some(at(name, payment.answered_at?))
    });
    let last = last.map(|(name, time)| at(name, time));
    answered.into_iter().chain(last).collect()
}
