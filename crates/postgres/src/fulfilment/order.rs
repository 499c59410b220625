use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use velure_domain::{Cart, Money, OrderFailure, OrderId, PaymentMethod, UnknownName};

/// The number of a claim. It rises with each one, so that a holder who lost the order is told from the one who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease(pub i64);

impl Lease {
    /// The claim of an order that is recorded for the first time.
    pub const FIRST: Self = Self(1);
}

/// How far the fulfilment of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing is known to be held: the stock is to be reserved.
    Recorded,
    /// The stock is held, PROCESSING is out, the payment is initiated: the charge is to be made or looked up.
    Reserved,
    /// Paid: the reservation is to be committed.
    Charged,
    /// The charge is refused for good: the stock is to be returned.
    Declined,
    /// Given up before any charge: what may be held is to be returned.
    Refused,
    /// Paid, and the stock is taken. Final.
    Completed,
    /// Not charged, and the stock is back. Final.
    Failed,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 7] = [
        Self::Recorded,
        Self::Reserved,
        Self::Charged,
        Self::Declined,
        Self::Refused,
        Self::Completed,
        Self::Failed,
    ];

    /// The name in SQL and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "RECORDED",
            Self::Reserved => "RESERVED",
            Self::Charged => "CHARGED",
            Self::Declined => "DECLINED",
            Self::Refused => "REFUSED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }

    /// Whether there is no way out.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Failed => true,
            Self::Recorded | Self::Reserved | Self::Charged | Self::Declined | Self::Refused => {
                false
            }
        }
    }
}

impl FromStr for Phase {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|phase| phase.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// What is known of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentStatus {
    /// The provider may have been asked. Until it answers for good, the charge is in doubt.
    Initiated,
    /// The money is taken. Final.
    Succeeded,
    /// It was not taken and will not be. Final.
    Declined,
}

impl PaymentStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Initiated, Self::Succeeded, Self::Declined];

    /// The name in SQL and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "INITIATED",
            Self::Succeeded => "SUCCEEDED",
            Self::Declined => "DECLINED",
        }
    }
}

impl FromStr for PaymentStatus {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// The one charge of an order, as it was written down before the provider was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// What the provider tells a repeated question by.
    pub idempotency_key: String,
    /// What is known of it.
    pub status: PaymentStatus,
    /// How long ago it was initiated, by the database's clock.
    pub age: Duration,
    /// When the provider had answered for good.
    pub answered_at: Option<DateTime<Utc>>,
}

/// Where in a trace the order was placed, as headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// W3C `traceparent`.
    pub traceparent: Option<String>,
    /// W3C `tracestate`.
    pub tracestate: Option<String>,
}

/// The fulfilment of one order, held by a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fulfilment {
    /// The order.
    pub order_id: OrderId,
    /// How far it is.
    pub phase: Phase,
    /// What was ordered.
    pub cart: Cart,
    /// What is to be charged.
    pub total: Money,
    /// How.
    pub payment_method: PaymentMethod,
    /// Whether the order's deadline is over.
    pub expired: bool,
    /// Why it fails or failed, once that is decided.
    pub failure: Option<OrderFailure>,
    /// How often the phase was tried in vain.
    pub attempts: u32,
    /// Its charge, once one was initiated.
    pub payment: Option<Payment>,
    /// When the relay sent the order, by the relay's clock.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was recorded.
    pub received_at: DateTime<Utc>,
    /// The trace it belongs to.
    pub trace: Trace,
    /// The step of that trace under which events go out. Not stored: whoever works on the order sets it.
    pub cause: Trace,
    /// By which claim it is held.
    pub lease: Lease,
}

impl Fulfilment {
    /// Whether nobody held the order before: nothing that was asked on its behalf can still be on its way.
    #[must_use]
    pub fn is_first_claim(&self) -> bool {
        self.lease <= Lease::FIRST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for phase in Phase::ALL {
            assert_eq!(phase.as_str().parse(), Ok(phase));
        }
        for status in PaymentStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("recorded".parse::<Phase>(), Err(UnknownName));
    }
}
