//! The lines of an internal request as a cart.

use velure_contracts::Code;
use velure_contracts::http::RequestedLine;
use velure_domain::{Cart, CartError, CartLine, ProductId, Quantity};
use velure_http::{ApiError, FieldErrors};

/// The cart of these lines; the same product twice is merged.
///
/// # Errors
/// 422 with every line at fault.
pub(crate) fn cart_of(items: &[RequestedLine]) -> Result<Cart, ApiError> {
    // Told before the lines are looked at, so that a long list gets a short answer.
    if items.len() > velure_domain::MAX_LINES {
        return Err(refused("items", "too_long", CartError::TooManyLines));
    }
    let mut faults = FieldErrors::new();
    let mut lines = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let product = item.product_id.parse::<ProductId>();
        let product = faults.take(&format!("items[{index}].product_id"), "invalid", product);
        let quantity = Quantity::new(item.quantity);
        let quantity = faults.take(
            &format!("items[{index}].quantity"),
            "out_of_range",
            quantity,
        );
        if let (Some(product_id), Some(quantity)) = (product, quantity) {
            lines.push(CartLine {
                product_id,
                quantity,
            });
        }
    }
    faults.check()?;
    Cart::new(lines).map_err(|error| match &error {
        CartError::Empty => refused("items", "required", error),
        CartError::TooManyLines => refused("items", "too_long", error),
        CartError::TooMuchOf(product) => {
            let index = items
                .iter()
                .rposition(|item| item.product_id == product.as_str())
                .unwrap_or_default();
            refused(&format!("items[{index}].quantity"), "out_of_range", error)
        }
    })
}

fn refused(field: &str, code: &str, error: CartError) -> ApiError {
    ApiError::new(Code::ValidationFailed).field(field, code, error.to_string())
}
