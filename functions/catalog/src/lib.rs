//! The catalog context: products, stock, quotes and reservations. One module per endpoint.

mod adjust_inventory;
mod commit_reservation;
mod context;
mod count_products;
mod create_product;
mod delete_product;
mod entity;
mod get_product;
mod hold_reservation;
mod list_categories;
mod list_products;
mod quote_cart;
mod refusal;
mod release_reservation;
mod replace_product;
mod requested;

pub use adjust_inventory::AdjustInventory;
pub use commit_reservation::CommitReservation;
pub use context::CatalogContext;
pub use count_products::CountProducts;
pub use create_product::CreateProduct;
pub use delete_product::DeleteProduct;
pub use get_product::GetProduct;
pub use hold_reservation::HoldReservation;
pub use list_categories::ListCategories;
pub use list_products::ListProducts;
pub use quote_cart::QuoteCart;
pub use release_reservation::ReleaseReservation;
pub use replace_product::ReplaceProduct;

use velure_http::{Mounted, StartError};

/// Connects every endpoint of this context.
///
/// # Errors
/// When the variables do not allow one of them.
pub async fn mount(context: &CatalogContext) -> Result<Vec<Mounted>, StartError> {
    Ok(vec![
        Mounted::connect::<ListProducts>(context).await?,
        Mounted::connect::<CreateProduct>(context).await?,
        Mounted::connect::<ListCategories>(context).await?,
        Mounted::connect::<CountProducts>(context).await?,
        Mounted::connect::<GetProduct>(context).await?,
        Mounted::connect::<ReplaceProduct>(context).await?,
        Mounted::connect::<DeleteProduct>(context).await?,
        Mounted::connect::<AdjustInventory>(context).await?,
        Mounted::connect::<QuoteCart>(context).await?,
        Mounted::connect::<HoldReservation>(context).await?,
        Mounted::connect::<CommitReservation>(context).await?,
        Mounted::connect::<ReleaseReservation>(context).await?,
    ])
}
