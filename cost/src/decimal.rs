//! Exact decimal numbers with twelve places: prices, quantities and amounts.
//!
//! The finest published price is $0.0000000309; twelve places hold it and leave three for tiers and ratios. A
//! product is computed with twenty-four places and rounded once, to even, so that a bill does not depend on the
//! order of its lines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const PLACES: u32 = 12;
const ONE: i128 = 10_i128.pow(PLACES);

/// A number of twelve decimal places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

/// Why a text is no number here, or a result does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not digits with at most one point.
    #[error("`{0}` is not a decimal number such as 0.0000166667")]
    Unreadable(String),
    /// More places than are kept.
    #[error("`{0}` has more than twelve decimal places")]
    TooFine(String),
    /// Beyond what 128 bits hold.
    #[error("the number is too large to compute with")]
    TooLarge,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * ONE)
    }

    /// `numerator / denominator`, rounded to even. A denominator of nought is [`DecimalError::TooLarge`].
    pub fn ratio(numerator: i128, denominator: i128) -> Result<Self, DecimalError> {
        let scaled = numerator.checked_mul(ONE).ok_or(DecimalError::TooLarge)?;
        divide_to_even(scaled, denominator).map(Self)
    }

    /// The nearest decimal to a quantity that a simulation produced. Amounts never come this way.
    pub fn from_estimate(number: f64) -> Result<Self, DecimalError> {
        if !number.is_finite() || number.abs() > 1e24 {
            return Err(DecimalError::TooLarge);
        }
        // Six places of a simulated quantity are more than it is worth, and print the same everywhere.
        Self::from_str(&format!("{number:.6}"))
    }

    /// Sum.
    pub fn plus(self, other: Self) -> Result<Self, DecimalError> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .ok_or(DecimalError::TooLarge)
    }

    /// Difference.
    pub fn minus(self, other: Self) -> Result<Self, DecimalError> {
        self.0
            .checked_sub(other.0)
            .map(Self)
            .ok_or(DecimalError::TooLarge)
    }

    /// Difference, not below nought.
    #[must_use]
    pub fn minus_down_to_zero(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    /// Product, rounded once.
    pub fn times(self, other: Self) -> Result<Self, DecimalError> {
        let product = self.0.checked_mul(other.0).ok_or(DecimalError::TooLarge)?;
        divide_to_even(product, ONE).map(Self)
    }

    /// Quotient, rounded once.
    pub fn divided_by(self, other: Self) -> Result<Self, DecimalError> {
        let scaled = self.0.checked_mul(ONE).ok_or(DecimalError::TooLarge)?;
        divide_to_even(scaled, other.0).map(Self)
    }

    /// Below nought.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Nought.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// For charts and statistics only.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a position in a chart needs no twelve places"
    )]
    pub fn approximate(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// With exactly `places` decimals, rounded half away from nought as an invoice does, thousands apart.
    #[must_use]
    pub fn printed(self, places: u32) -> String {
        let places = places.min(PLACES);
        let unit = 10_i128.pow(PLACES - places);
        let magnitude = self.0.unsigned_abs();
        let rounded = (magnitude + unit.unsigned_abs() / 2) / unit.unsigned_abs();
        let scale = 10_u128.pow(places);
        let sign = if self.0 < 0 && rounded > 0 { "-" } else { "" };
        let whole = thousands(rounded / scale);
        if places == 0 {
            return format!("{sign}{whole}");
        }
        let width = usize::try_from(places).unwrap_or(0);
        format!("{sign}{whole}.{:0width$}", rounded % scale)
    }

    /// As a dollar amount: `$139.70`.
    #[must_use]
    pub fn dollars(self) -> String {
        let text = self.printed(2);
        match text.strip_prefix('-') {
            Some(rest) => format!("-${rest}"),
            None => format!("${text}"),
        }
    }
}

fn thousands(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn divide_to_even(numerator: i128, denominator: i128) -> Result<i128, DecimalError> {
    let quotient = numerator
        .checked_div_euclid(denominator)
        .ok_or(DecimalError::TooLarge)?;
    let remainder = numerator.rem_euclid(denominator);
    let twice = remainder.checked_mul(2).ok_or(DecimalError::TooLarge)?;
    let up = match twice.cmp(&denominator.abs()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    // The remainder is never negative, so rounding up moves towards the denominator's sign.
    Ok(quotient + if up { denominator.signum() } else { 0 })
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let unreadable = || DecimalError::Unreadable(text.to_owned());
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(fraction) {
            return Err(unreadable());
        }
        let places = u32::try_from(fraction.len()).map_err(|_| unreadable())?;
        if places > PLACES {
            return Err(DecimalError::TooFine(text.to_owned()));
        }
        let whole: i128 = whole.parse().map_err(|_| DecimalError::TooLarge)?;
        let fraction: i128 = fraction.parse().map_err(|_| unreadable())?;
        let scaled = whole.checked_mul(ONE).ok_or(DecimalError::TooLarge)?;
        Ok(Self(
            sign * (scaled + fraction * 10_i128.pow(PLACES - places)),
        ))
    }
}

/// All places that are not trailing noughts: reading it back gives the same number.
impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let one = ONE.unsigned_abs();
        let fraction = format!("{:012}", magnitude % one);
        match fraction.trim_end_matches('0') {
            "" => write!(out, "{sign}{}", magnitude / one),
            rest => write!(out, "{sign}{}.{rest}", magnitude / one),
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a number")
    }

    #[test]
    fn the_finest_price_survives_reading_and_printing() {
        assert_eq!(decimal("0.0000000309").to_string(), "0.0000000309");
        assert_eq!(decimal("-12.50").to_string(), "-12.5");
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in [
            "",
            ".5",
            "1.",
            "1e3",
            "+1",
            "1,000",
            "0.0000000000001",
            "--1",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn products_round_to_even_once() {
        let half = decimal("0.000000000001")
            .times(decimal("0.5"))
            .expect("small");
        assert_eq!(half, Decimal::ZERO);
        let more = decimal("0.000000000003")
            .times(decimal("0.5"))
            .expect("small");
        assert_eq!(more, decimal("0.000000000002"));
    }

    #[test]
    fn negative_ratios_round_like_positive_ones() {
        assert_eq!(
            Decimal::ratio(-1, 3).expect("small").to_string(),
            "-0.333333333333"
        );
        assert_eq!(
            Decimal::ratio(1, -3).expect("small").to_string(),
            "-0.333333333333"
        );
        assert_eq!(
            Decimal::ratio(2, 3).expect("small").to_string(),
            "0.666666666667"
        );
        assert!(Decimal::ratio(1, 0).is_err());
    }

    #[test]
    fn amounts_print_as_on_an_invoice() {
        assert_eq!(decimal("1765.84215").dollars(), "$1,765.84");
        assert_eq!(decimal("16.425").dollars(), "$16.43");
        assert_eq!(decimal("-0.001").dollars(), "$0.00");
        assert_eq!(decimal("1234567.5").printed(0), "1,234,568");
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_no_wrong_number() {
        let large = decimal("99999999999999999999");
        assert_eq!(large.times(large), Err(DecimalError::TooLarge));
    }
}
