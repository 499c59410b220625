//! Request and response bodies, one file per resource. Unknown fields of a request are refused.

mod catalog;
mod money;
mod orders;
mod users;

pub use catalog::{
    AdjustInventoryBody, Category, CategoryCount, CategoryList, HoldReservationBody, Image,
    LineFault, LineFaultReason, Product, ProductBody, ProductCount, ProductPage, Quote, QuoteBody,
    QuotedLine, RequestedLine, Reservation, ReservationState,
};
pub use money::{MoneyBody, MoneyBodyError};
pub use orders::{
    Failure, Order, OrderLine, OrderPage, PlaceOrderBody, TimelineEntry, TimelineStep, step,
};
pub use users::{
    ChangePasswordBody, IntrospectBody, Introspection, OpenSessionBody, RegisterUserBody, Session,
    User, UserPage, UserRole,
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of `GET /api/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: String,
}
