//! The orders context: placing orders and reading them. One module per endpoint.

mod context;
mod get_order;
mod list_orders;
mod place_order;

pub use context::OrdersContext;
pub use get_order::GetOrder;
pub use list_orders::ListOrders;
pub use place_order::PlaceOrder;

use velure_http::{Mounted, StartError};

/// Connects every endpoint of this context.
///
/// # Errors
/// When the variables do not allow one of them.
pub async fn mount(context: &OrdersContext) -> Result<Vec<Mounted>, StartError> {
    Ok(vec![
        Mounted::connect::<PlaceOrder>(context).await?,
        Mounted::connect::<ListOrders>(context).await?,
        Mounted::connect::<GetOrder>(context).await?,
    ])
}
