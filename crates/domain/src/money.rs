use std::fmt;
use std::str::FromStr;

/// A currency Velure trades in, by its ISO 4217 code. All of them have two minor digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    /// United States dollar.
    Usd,
}

/// A currency Velure does not trade in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this currency is not traded here")]
pub struct CurrencyError;

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        match text {
            "USD" => Ok(Self::Usd),
            _ => Err(CurrencyError),
        }
    }
}

/// An amount in integer minor units (cents) of one currency; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// An amount that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The amount is below zero.
    #[error("an amount cannot be negative")]
    Negative,
    /// The result does not fit: it is beyond [`Money::MAX_MINOR`].
    #[error("the amount is too large")]
    TooLarge,
    /// Two currencies met in one sum.
    #[error("amounts in different currencies cannot be added")]
    CurrencyMismatch,
}

impl Money {
    /// The largest amount: ten million units. Far above any order, far below where an `i64` ends or a JSON
    /// number loses digits (2^53).
    pub const MAX_MINOR: i64 = 1_000_000_000;

    /// Makes an amount of `minor` cents.
    ///
    /// # Errors
    /// When it is negative or beyond [`Self::MAX_MINOR`].
    pub fn new(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        match minor {
            ..0 => Err(MoneyError::Negative),
            0..=Self::MAX_MINOR => Ok(Self { minor, currency }),
            _ => Err(MoneyError::TooLarge),
        }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in minor units.
    #[must_use]
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// When the currencies differ or the sum is too large.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let sum = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::TooLarge)?;
        Self::new(sum, self.currency)
    }

    /// This amount `count` times.
    ///
    /// # Errors
    /// When the product is too large.
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        let product = self
            .minor
            .checked_mul(i64::from(count))
            .ok_or(MoneyError::TooLarge)?;
        Self::new(product, self.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:02} {}",
            self.minor / 100,
            self.minor % 100,
            self.currency.code()
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::Usd).expect("the test's amount is legal")
    }

    #[test]
    fn an_amount_below_zero_or_beyond_the_limit_cannot_be_made() {
        assert_eq!(Money::new(-1, Currency::Usd), Err(MoneyError::Negative));
        assert_eq!(
            Money::new(i64::MIN, Currency::Usd),
            Err(MoneyError::Negative)
        );
        assert_eq!(
            Money::new(Money::MAX_MINOR + 1, Currency::Usd),
            Err(MoneyError::TooLarge)
        );
        assert_eq!(
            Money::new(i64::MAX, Currency::Usd),
            Err(MoneyError::TooLarge)
        );
    }

    #[test]
    fn a_currency_is_read_by_its_code_and_by_nothing_else() {
        assert_eq!(Currency::Usd.code().parse(), Ok(Currency::Usd));
        for bad in ["", "usd", "EUR", "USD "] {
            assert_eq!(bad.parse::<Currency>(), Err(CurrencyError), "{bad}");
        }
    }

    #[test]
    fn an_amount_is_shown_with_two_digits() {
        assert_eq!(usd(2490).to_string(), "24.90 USD");
        assert_eq!(usd(5).to_string(), "0.05 USD");
    }

    proptest! {
        #[test]
        fn sums_and_products_agree_with_wide_arithmetic(a in 0..=Money::MAX_MINOR, b in 0..=Money::MAX_MINOR, n in 0u32..) {
            let wide = i128::from(a) + i128::from(b);
            prop_assert_eq!(usd(a).plus(usd(b)).ok().map(|m| i128::from(m.minor())),
                (wide <= i128::from(Money::MAX_MINOR)).then_some(wide));
            let wide = i128::from(a) * i128::from(n);
            prop_assert_eq!(usd(a).times(n).ok().map(|m| i128::from(m.minor())),
                (wide <= i128::from(Money::MAX_MINOR)).then_some(wide));
        }
    }
}
