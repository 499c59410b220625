use std::fmt;

/// How many of one product: 1 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quantity(u8);

/// A quantity outside 1 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is between 1 and 99")]
pub struct QuantityError;

impl Quantity {
    /// The most of one product that an order can hold.
    pub const MAX: u8 = 99;

    /// Checks `count`.
    ///
    /// # Errors
    /// When it is outside 1 to 99.
    pub fn new(count: i64) -> Result<Self, QuantityError> {
        match u8::try_from(count) {
            Ok(count @ 1..=Self::MAX) => Ok(Self(count)),
            _ => Err(QuantityError),
        }
    }

    /// The number itself.
    #[must_use]
    pub fn get(self) -> u32 {
        u32::from(self.0)
    }

    /// Both together.
    ///
    /// # Errors
    /// When the sum is beyond 99.
    pub fn plus(self, other: Self) -> Result<Self, QuantityError> {
        Self::new(i64::from(self.0) + i64::from(other.0))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_between_1_and_99() {
        for good in [1, 99] {
            let quantity = Quantity::new(good).expect("a legal quantity");
            assert_eq!(quantity.to_string(), good.to_string());
        }
        for bad in [i64::MIN, -1, 0, 100, 257, i64::MAX] {
            assert_eq!(Quantity::new(bad), Err(QuantityError), "{bad}");
        }
    }
}
