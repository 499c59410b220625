//! The MongoDB catalogue: products, stock and reservations.
//!
//! | collection | holds | what the database itself guarantees |
//! |---|---|---|
//! | `products` | a product, its stock, its search words | one product per sku |
//! | `reservations` | what an order holds, keyed by the order's id | one reservation per order |
//! | `inventory_operations` | every adjustment of stock, keyed by its operation id | an operation counts once |
//!
//! Stock moves only together with the record that explains it, in one transaction, so at any moment
//! `stock given = available + held + sold`. Every write waits for a majority, every call ends within
//! [`DEADLINE`], and what a caller typed never reaches an operator or a regular expression.
//!
//! Nothing here needs more than MongoDB 6 offers; text indexes are not used, because MongoDB-compatible servers
//! lack them.

mod attributes;
mod catalogue;
mod config;
mod document;
mod draft;
mod error;
mod fold;
mod indexes;
mod inventory;
mod list;
mod products;
mod quote;
mod reservations;
mod seed;
mod store;
mod transaction;

pub use catalogue::{CatalogueError, catalogue};
pub use config::MongoConfig;
pub use document::StoredProduct;
pub use draft::{MAX_STOCK, ProductDraft};
pub use error::{DEADLINE, StoreError};
pub use inventory::{AdjustInventoryError, Adjustment};
pub use list::{Paging, ProductQuery, ProductSort, Products};
pub use products::{DeleteProductError, InsertProductError, ReplaceProductError, Revision};
pub use quote::{QuoteCartError, QuotedCart, QuotedCartLine};
pub use reservations::{EndReservationError, HoldReservationError};
pub use seed::Seeded;
pub use store::CatalogStore;
