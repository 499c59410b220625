use std::fmt;
use std::str::FromStr;

use crate::{Money, MoneyError, ProductId, Quantity};

/// Where an order stands. `CREATED → PROCESSING → COMPLETED | FAILED`, and never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderStatus {
    /// Accepted and stored.
    Created,
    /// Fulfilment works on it.
    Processing,
    /// Paid, and its stock is taken. Final.
    Completed,
    /// Not charged, and its stock is back. Final.
    Failed,
}

/// How many statuses an order has had; the id of its stream frames.
///
/// A status decides its version: 1 CREATED, 2 PROCESSING, 3 COMPLETED or FAILED. So a duplicate or a late event can
/// be told from a new one by its version alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(u16);

impl Version {
    /// The version as a number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A move between statuses that no order makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order cannot go from {} to {}", from.as_str(), to.as_str())]
pub struct IllegalMove {
    /// Where the order stands.
    pub from: OrderStatus,
    /// Where it was to go.
    pub to: OrderStatus,
}

impl OrderStatus {
    /// Every status, in the order of an order's life.
    pub const ALL: [Self; 4] = [
        Self::Created,
        Self::Processing,
        Self::Completed,
        Self::Failed,
    ];

    /// The status after the move, when the move is legal.
    ///
    /// # Errors
    /// When it is not: a final status has no way out, and no step can be left out or taken back.
    pub fn advance(self, to: Self) -> Result<Self, IllegalMove> {
        match (self, to) {
            (Self::Created, Self::Processing)
            | (Self::Processing, Self::Completed | Self::Failed) => Ok(to),
            (
                Self::Created | Self::Processing | Self::Completed | Self::Failed,
                Self::Created | Self::Processing | Self::Completed | Self::Failed,
            ) => Err(IllegalMove { from: self, to }),
        }
    }

    /// The status that comes before this one on the only way to it.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        match self {
            Self::Created => None,
            Self::Processing => Some(Self::Created),
            Self::Completed | Self::Failed => Some(Self::Processing),
        }
    }

    /// Every move from here to `to`, oldest first. None when `to` does not lie ahead: whoever tells of it tells of what
    /// was, or is late.
    #[must_use]
    pub fn way_to(self, to: Self) -> Vec<Self> {
        let mut way = Vec::new();
        let mut step = to;
        while step != self {
            way.push(step);
            match step.previous() {
                Some(previous) => step = previous,
                None => return Vec::new(),
            }
        }
        way.reverse();
        way
    }

    /// The version an order has while it stands here.
    #[must_use]
    pub fn version(self) -> Version {
        Version(match self {
            Self::Created => 1,
            Self::Processing => 2,
            Self::Completed | Self::Failed => 3,
        })
    }

    /// Whether there is no way out.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Created | Self::Processing => false,
            Self::Completed | Self::Failed => true,
        }
    }

    /// The name in SQL, JSON and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

/// A name that is none of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such name")]
pub struct UnknownName;

impl FromStr for OrderStatus {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// Why an order failed; what clients switch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureCode {
    /// There was not enough of a product.
    InsufficientStock,
    /// A product is not sold any more.
    ProductUnavailable,
    /// The payment was declined.
    PaymentDeclined,
    /// It could not be finished in time; nothing was charged.
    Timeout,
    /// Our fault; nothing was charged.
    Internal,
}

impl FailureCode {
    /// Every code.
    pub const ALL: [Self; 5] = [
        Self::InsufficientStock,
        Self::ProductUnavailable,
        Self::PaymentDeclined,
        Self::Timeout,
        Self::Internal,
    ];

    /// The name in SQL, JSON and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientStock => "insufficient_stock",
            Self::ProductUnavailable => "product_unavailable",
            Self::PaymentDeclined => "payment_declined",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
        }
    }

    /// The sentence for the buyer.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::InsufficientStock => "There was not enough stock left. Nothing was charged.",
            Self::ProductUnavailable => {
                "A product in this order is no longer sold. Nothing was charged."
            }
            Self::PaymentDeclined => "The payment was declined. Nothing was charged.",
            Self::Timeout => "The order could not be finished in time. Nothing was charged.",
            Self::Internal => "Something went wrong on our side. Nothing was charged.",
        }
    }
}

impl FromStr for FailureCode {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// Why an order failed, and on which product when one is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFailure {
    /// The reason.
    pub code: FailureCode,
    /// The product at fault.
    pub product_id: Option<ProductId>,
}

/// One product times a quantity at the price agreed when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineItem {
    /// The product.
    pub product_id: ProductId,
    /// Its name when the order was placed.
    pub name: String,
    /// How many.
    pub quantity: Quantity,
    /// The price of one.
    pub unit_price: Money,
}

impl LineItem {
    /// The price of the whole line.
    ///
    /// # Errors
    /// When it is beyond what an amount can be.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity.get())
    }
}

/// What the lines cost together. No lines cost nothing, in US dollars.
///
/// # Errors
/// When the currencies differ or the sum is beyond what an amount can be.
pub fn total_of<'a>(lines: impl IntoIterator<Item = &'a LineItem>) -> Result<Money, MoneyError> {
    let mut sum: Option<Money> = None;
    for line in lines {
        let total = line.total()?;
        sum = Some(match sum {
            Some(sum) => sum.plus(total)?,
            None => total,
        });
    }
    Ok(sum.unwrap_or(Money::zero(crate::Currency::Usd)))
}

/// A provider's token for how to pay. The shop never sees a card.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentMethod(String);

/// A text that no provider uses as a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a payment method token")]
pub struct PaymentMethodError;

impl PaymentMethod {
    /// The token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PaymentMethod {
    type Err = PaymentMethodError;

    /// `pm_` and 1 to 60 letters, digits or underscores. A card number typed in here by mistake is refused, and so
    /// never stored.
    fn from_str(text: &str) -> Result<Self, PaymentMethodError> {
        let rest = text.strip_prefix("pm_").ok_or(PaymentMethodError)?;
        let legal = (1..=60).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if legal {
            Ok(Self(text.to_owned()))
        } else {
            Err(PaymentMethodError)
        }
    }
}

impl fmt::Debug for PaymentMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaymentMethod(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn exactly_three_moves_are_legal() {
        let mut legal = Vec::new();
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL {
                if from.advance(to).is_ok() {
                    legal.push((from.as_str(), to.as_str()));
                }
            }
        }
        assert_eq!(
            legal,
            [
                ("CREATED", "PROCESSING"),
                ("PROCESSING", "COMPLETED"),
                ("PROCESSING", "FAILED")
            ]
        );
    }

    #[test]
    fn a_final_status_has_no_way_out_and_every_other_has_one() {
        for from in OrderStatus::ALL {
            let ways_out = OrderStatus::ALL
                .into_iter()
                .filter(|to| from.advance(*to).is_ok())
                .count();
            assert_eq!(ways_out == 0, from.is_final(), "{from:?}");
        }
    }

    #[test]
    fn every_legal_move_raises_the_version_by_one() {
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL
                .into_iter()
                .filter(|to| from.advance(*to).is_ok())
            {
                assert_eq!(to.version().get(), from.version().get() + 1);
                assert_eq!(to.previous(), Some(from));
            }
        }
        assert_eq!(OrderStatus::Completed.version().to_string(), "3");
    }

    #[test]
    fn each_failure_says_something_of_its_own_and_that_nothing_was_charged() {
        let messages: std::collections::BTreeSet<&str> =
            FailureCode::ALL.map(FailureCode::message).into();
        assert_eq!(messages.len(), FailureCode::ALL.len());
        for message in messages {
            assert!(message.ends_with(". Nothing was charged."), "{message}");
        }
    }

    #[test]
    fn the_way_to_a_status_leaves_nothing_out_and_leads_forward_alone() {
        use OrderStatus::{Completed, Created, Failed, Processing};
        assert_eq!(Created.way_to(Completed), [Processing, Completed]);
        assert_eq!(Created.way_to(Processing), [Processing]);
        assert_eq!(Processing.way_to(Failed), [Failed]);
        for (from, to) in [
            (Failed, Completed),
            (Completed, Failed),
            (Completed, Completed),
            (Failed, Processing),
            (Processing, Created),
        ] {
            assert_eq!(from.way_to(to), [], "{from:?} to {to:?}");
        }
    }

    #[test]
    fn names_read_back_as_what_they_name() {
        for status in OrderStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        for code in FailureCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(code));
        }
        assert_eq!("created".parse::<OrderStatus>(), Err(UnknownName));
    }

    #[test]
    fn a_card_number_is_no_payment_method() {
        let good: PaymentMethod = "pm_card_visa".parse().expect("a token");
        assert_eq!(good.as_str(), "pm_card_visa");
        assert_eq!(
            format!("{good:?}"),
            "PaymentMethod(…)",
            "a log keeps no token"
        );
        for bad in [
            "",
            "pm_",
            "4242424242424242",
            "pm_a b",
            "pm_ü",
            &format!("pm_{}", "a".repeat(61)),
        ] {
            assert!(bad.parse::<PaymentMethod>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_total_is_the_sum_of_its_lines() {
        let line = |n: u64, quantity, minor| LineItem {
            product_id: format!("{n:024x}").parse().expect("24 digits"),
            name: "a".into(),
            quantity: Quantity::new(quantity).expect("a legal quantity"),
            unit_price: Money::new(minor, Currency::Usd).expect("a legal amount"),
        };
        assert_eq!(
            total_of(&[line(1, 3, 1999), line(2, 1, 5)]).map(Money::minor),
            Ok(6002)
        );
        assert_eq!(
            total_of(&[line(1, 99, Money::MAX_MINOR)]),
            Err(MoneyError::TooLarge)
        );
    }
}
