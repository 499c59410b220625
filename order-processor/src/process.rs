//! What to do next about an order, and what an answer means for it. Pure: no clock, no I/O.

use std::time::Duration;

use velure_clients::{HoldError, SettleError};
use velure_contracts::http::{LineFault, LineFaultReason};
use velure_domain::{FailureCode, OrderFailure};
use velure_postgres::fulfilment::{Fulfilment, PaymentStatus, Phase};

use crate::payment::{ChargeOutcome, PaymentError};

/// Limits that the decisions know.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// After how many tries in vain an order that was never charged is given up.
    pub attempts_before_charge: u32,
    /// How old a payment may be to be charged. Providers forget keys after 24 hours; a question under a forgotten
    /// key would be a second charge.
    pub chargeable: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            attempts_before_charge: 12,
            chargeable: Duration::from_secs(23 * 3600),
        }
    }
}

/// One thing to do about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask the catalog to hold the stock.
    Reserve,
    /// Decide that the order fails, before anything was charged.
    GiveUp(FailureCode),
    /// Ask the provider for the money.
    Charge,
    /// Ask the provider whether it took the money; ask for it when it was never asked.
    LookUpOrCharge,
    /// Have the provider never take the money under this key, unless it has.
    Cancel,
    /// Have the catalog sell what it holds.
    CommitStock,
    /// Have the catalog take back what it may hold.
    ReturnStock,
}

/// What an answer means for the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The stock is held.
    Reserved,
    /// There is no stock, and none can come to be held.
    RefusedByStock(OrderFailure),
    /// The order fails; what may be held is to be returned.
    GivenUp(OrderFailure),
    /// The money is taken.
    Charged {
        /// The provider's id of the charge.
        charge_id: String,
    },
    /// The money is not taken and will not be.
    Declined {
        /// What the buyer is told.
        failure: OrderFailure,
        /// What the provider said.
        decline_code: String,
    },
    /// The stock is sold.
    Completed,
    /// The stock is back.
    Failed,
    /// Nothing is known that was not known before.
    Retry {
        /// Why.
        reason: String,
        /// Set when this must never happen and a person has to look.
        breach: Option<Breach>,
    },
}

/// Something that the rest of the system promised would never be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Breach {
    /// The order is charged, and its stock was given away.
    ChargedButReleased,
    /// The order is not charged, and its stock was sold.
    SoldButNotCharged,
    /// The stock has ended although nobody had decided so.
    EndedTooEarly,
    /// The provider knows our key with other parameters.
    KeyReused,
    /// Phase, payment and failure on record do not go together.
    RecordContradictsItself,
}

impl Breach {
    /// Every breach.
    pub const ALL: [Self; 5] = [
        Self::ChargedButReleased,
        Self::SoldButNotCharged,
        Self::EndedTooEarly,
        Self::KeyReused,
        Self::RecordContradictsItself,
    ];

    /// The name in metrics and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChargedButReleased => "charged_but_released",
            Self::SoldButNotCharged => "sold_but_not_charged",
            Self::EndedTooEarly => "ended_too_early",
            Self::KeyReused => "key_reused",
            Self::RecordContradictsItself => "record_contradicts_itself",
        }
    }
}

/// The next step of an order; none when it is final.
#[must_use]
pub fn next_step(order: &Fulfilment, rules: &Rules) -> Option<Step> {
    match order.phase {
        Phase::Recorded if order.expired => Some(Step::GiveUp(FailureCode::Timeout)),
        Phase::Recorded if order.attempts >= rules.attempts_before_charge => {
            Some(Step::GiveUp(FailureCode::Internal))
        }
        Phase::Recorded => Some(Step::Reserve),
        Phase::Reserved => {
            let chargeable = order
                .payment
                .as_ref()
                .is_some_and(|payment| payment.age < rules.chargeable);
            Some(match (order.expired || !chargeable, order.attempts) {
                (true, _) => Step::Cancel,
                (false, 0) => Step::Charge,
                (false, _) => Step::LookUpOrCharge,
            })
        }
        Phase::Charged => Some(Step::CommitStock),
        Phase::Declined | Phase::Refused => Some(Step::ReturnStock),
        Phase::Completed | Phase::Failed => None,
    }
}

/// Whether what is on record goes together. Checked before every step, in every build.
///
/// # Errors
/// When it does not; then nothing may be done but call a person.
pub fn check(order: &Fulfilment) -> Result<(), Breach> {
    let payment = order.payment.as_ref().map(|payment| payment.status);
    let together = match order.phase {
        Phase::Recorded => payment.is_none() && order.failure.is_none(),
        Phase::Reserved => payment == Some(PaymentStatus::Initiated) && order.failure.is_none(),
        Phase::Charged | Phase::Completed => {
            payment == Some(PaymentStatus::Succeeded) && order.failure.is_none()
        }
        Phase::Declined => payment == Some(PaymentStatus::Declined) && order.failure.is_some(),
        Phase::Refused => payment.is_none() && order.failure.is_some(),
        Phase::Failed => {
            matches!(payment, None | Some(PaymentStatus::Declined)) && order.failure.is_some()
        }
    };
    if together {
        Ok(())
    } else {
        Err(Breach::RecordContradictsItself)
    }
}

/// The key of an order's only charge.
#[must_use]
pub fn charge_key(order: &Fulfilment) -> String {
    format!("order:{}:charge", order.order_id)
}

/// What the catalog's answer to a hold means.
#[must_use]
pub fn after_hold(order: &Fulfilment, answer: Result<(), HoldError>) -> Decision {
    match answer {
        Ok(()) => Decision::Reserved,
        Err(HoldError::InsufficientStock(lines)) => {
            refused(order, FailureCode::InsufficientStock, &lines)
        }
        Err(HoldError::ProductUnavailable(lines)) => {
            refused(order, FailureCode::ProductUnavailable, &lines)
        }
        Err(error @ HoldError::Ended) => retry(&error, Some(Breach::EndedTooEarly)),
        Err(error @ HoldError::Catalog(_)) => retry(&error, None),
    }
}

/// A refusal is the end at once only when no other hold of this order can still be on its way to the catalog: one
/// that was sent before might be granted after it. Then the catalog has to be told first.
fn refused(order: &Fulfilment, code: FailureCode, lines: &[LineFault]) -> Decision {
    let matches_code = |line: &&LineFault| match line.reason {
        LineFaultReason::NotSold => code == FailureCode::ProductUnavailable,
        LineFaultReason::InsufficientStock => code == FailureCode::InsufficientStock,
    };
    let line = lines.iter().find(matches_code).or(lines.first());
    let failure = OrderFailure {
        code,
        product_id: line.and_then(|line| line.product_id.parse().ok()),
    };
    if order.is_first_claim() {
        Decision::RefusedByStock(failure)
    } else {
        Decision::GivenUp(failure)
    }
}

/// What the provider's answer to a charge, a look-up or a cancellation means. Only an answer for good ends anything.
#[must_use]
pub fn after_charge(answer: Result<ChargeOutcome, PaymentError>) -> Decision {
    let not_taken = |code, decline_code: String| Decision::Declined {
        failure: OrderFailure {
            code,
            product_id: None,
        },
        decline_code,
    };
    match answer {
        Ok(ChargeOutcome::Succeeded { charge_id }) => Decision::Charged { charge_id },
        Ok(ChargeOutcome::Declined { decline_code }) => {
            not_taken(FailureCode::PaymentDeclined, decline_code)
        }
        Ok(ChargeOutcome::Cancelled) => not_taken(FailureCode::Timeout, "cancelled".to_owned()),
        Err(error @ PaymentError::KeyReused) => retry(&error, Some(Breach::KeyReused)),
        Err(error @ (PaymentError::InProgress | PaymentError::Unanswered(_))) => {
            retry(&error, None)
        }
    }
}

/// What the catalog's answer to a commit means. A charged order never fails.
#[must_use]
pub fn after_commit(answer: Result<(), SettleError>) -> Decision {
    match answer {
        Ok(()) => Decision::Completed,
        Err(error @ (SettleError::Opposite | SettleError::Unknown)) => {
            retry(&error, Some(Breach::ChargedButReleased))
        }
        Err(error @ SettleError::Catalog(_)) => retry(&error, None),
    }
}

/// What the catalog's answer to a release means.
#[must_use]
pub fn after_release(answer: Result<(), SettleError>) -> Decision {
    match answer {
        Ok(()) => Decision::Failed,
        Err(error @ SettleError::Opposite) => retry(&error, Some(Breach::SoldButNotCharged)),
        Err(error @ (SettleError::Unknown | SettleError::Catalog(_))) => retry(&error, None),
    }
}

/// Nobody knows whether what was asked was done.
pub(crate) fn unanswered(error: &dyn std::error::Error) -> Decision {
    retry(error, None)
}

/// How long to wait before the next try: doubled with every try in vain up to `cap`, of which a random half to all,
/// so that what failed together does not come back together.
#[must_use]
pub fn retry_delay(attempts: u32, base: Duration, cap: Duration, random: f64) -> Duration {
    let limit = base.saturating_mul(1 << attempts.min(16)).min(cap);
    limit.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

fn retry(error: &dyn std::error::Error, breach: Option<Breach>) -> Decision {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason.push_str(": ");
        reason.push_str(&error.to_string());
        cause = error.source();
    }
    Decision::Retry { reason, breach }
}

#[cfg(test)]
mod tests;
