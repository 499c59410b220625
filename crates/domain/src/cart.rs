use std::collections::BTreeMap;

use crate::{ProductId, Quantity};

/// The most different products in one order.
pub const MAX_LINES: usize = 50;

/// Intended lines, unpriced: each product once, sorted by id.
///
/// The order of the lines is fixed so that two carts with the same content are equal, and so that everything that
/// locks products does it in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    lines: Vec<CartLine>,
}

/// One product and how many of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// The product.
    pub product_id: ProductId,
    /// How many.
    pub quantity: Quantity,
}

/// A cart that cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// There is nothing in it.
    #[error("the cart is empty")]
    Empty,
    /// It has more than [`MAX_LINES`] different products, or lines.
    #[error("a cart holds at most {MAX_LINES} lines")]
    TooManyLines,
    /// The lines of one product add up to more than [`Quantity::MAX`].
    #[error("there is too much of product {0}")]
    TooMuchOf(ProductId),
}

impl Cart {
    /// Makes a cart; lines with the same product are merged.
    ///
    /// # Errors
    /// When it is empty, too long, or a merged quantity is out of range.
    pub fn new(lines: impl IntoIterator<Item = CartLine>) -> Result<Self, CartError> {
        let mut merged = BTreeMap::<ProductId, Quantity>::new();
        for (index, line) in lines.into_iter().enumerate() {
            if index >= MAX_LINES {
                return Err(CartError::TooManyLines);
            }
            let quantity = match merged.get(&line.product_id) {
                Some(held) => held
                    .plus(line.quantity)
                    .map_err(|_| CartError::TooMuchOf(line.product_id.clone()))?,
                None => line.quantity,
            };
            merged.insert(line.product_id, quantity);
        }
        if merged.is_empty() {
            return Err(CartError::Empty);
        }
        Ok(Self {
            lines: merged
                .into_iter()
                .map(|(product_id, quantity)| CartLine {
                    product_id,
                    quantity,
                })
                .collect(),
        })
    }

    /// The lines, sorted by product id.
    #[must_use]
    pub fn lines(&self) -> &[CartLine] {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u64, quantity: i64) -> CartLine {
        CartLine {
            product_id: format!("{n:024x}").parse().expect("24 digits"),
            quantity: Quantity::new(quantity).expect("a legal quantity"),
        }
    }

    #[test]
    fn lines_of_one_product_are_merged_and_the_rest_is_sorted() {
        let cart = Cart::new([line(2, 1), line(1, 4), line(2, 5)]).expect("a legal cart");
        assert_eq!(cart.lines(), [line(1, 4), line(2, 6)]);
    }

    #[test]
    fn a_cart_is_neither_empty_nor_too_long_nor_too_much_of_one_product() {
        assert_eq!(Cart::new([]), Err(CartError::Empty));
        assert!(Cart::new((0..50).map(|n| line(n, 1))).is_ok());
        assert_eq!(
            Cart::new((0..51).map(|n| line(n, 1))),
            Err(CartError::TooManyLines)
        );
        assert_eq!(
            Cart::new([line(1, 99), line(1, 1)]),
            Err(CartError::TooMuchOf(line(1, 1).product_id))
        );
    }
}
