use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::MoneyBody;

/// The category of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The name in URLs.
    pub slug: String,
    /// The name for people.
    pub name: String,
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// A path of the shop.
    pub url: String,
    /// What the picture shows, for those who do not see it.
    pub alt: String,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Product {
    /// 24 hexadecimal digits.
    pub id: String,
    /// The shop's own article number.
    pub sku: String,
    /// The product's name.
    pub name: String,
    /// A few sentences.
    pub description: String,
    /// Where it is found.
    pub category: Category,
    /// Who makes it.
    pub brand: String,
    /// The price of one.
    pub price: MoneyBody,
    /// How many can be ordered right now. Advisory: the order decides.
    pub available: u32,
    /// Tenths of a star, 10 to 50: 47 is 4.7. An integer, so that it sorts and prints the same everywhere.
    pub rating: u8,
    /// Pictures, the first one leads.
    pub images: Vec<Image>,
    /// What is special about this kind of product; keys differ by category.
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
    /// When it was first offered.
    pub created_at: DateTime<Utc>,
    /// When anything about it, its stock included, last changed.
    pub updated_at: DateTime<Utc>,
}

/// `POST /api/products` and `PUT /api/products/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductBody {
    /// 1 to 40 upper-case letters, digits and hyphens.
    pub sku: String,
    /// 1 to 120 characters.
    pub name: String,
    /// 1 to 4,000 characters.
    pub description: String,
    /// Where it is found.
    pub category: Category,
    /// 1 to 80 characters.
    pub brand: String,
    /// More than nothing.
    pub price: MoneyBody,
    /// Stock to start with, 0 to 1,000,000. `PUT` leaves the stock as it is: use the inventory endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<i64>,
    /// Tenths of a star, 10 to 50.
    pub rating: i64,
    /// At most 8 pictures.
    pub images: Vec<Image>,
    /// At most 40 entries; values are strings, numbers, booleans or lists of strings.
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
}

/// `GET /api/products`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductPage {
    /// The products of this page.
    pub items: Vec<Product>,
    /// The page, from 1.
    pub page: u32,
    /// Products to a page.
    pub page_size: u32,
    /// Products in all.
    pub total: u64,
}

/// A category with how many products it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryCount {
    /// The name in URLs.
    pub slug: String,
    /// The name for people.
    pub name: String,
    /// Its products.
    pub count: u64,
}

/// `GET /api/products/categories`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryList {
    /// By name.
    pub items: Vec<CategoryCount>,
}

/// `GET /api/products/count`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductCount {
    /// How many.
    pub count: u64,
}

/// `PATCH /api/products/{id}/inventory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustInventoryBody {
    /// How many more, or with a minus fewer; not 0, at most a million either way.
    pub delta: i64,
    /// Made by the caller; the same id counts once.
    pub operation_id: Uuid,
}

/// A product and how many of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestedLine {
    /// The product.
    pub product_id: String,
    /// 1 to 99.
    pub quantity: i64,
}

/// `POST /internal/quotes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteBody {
    /// 1 to 50 lines; the same product twice is merged.
    pub items: Vec<RequestedLine>,
}

/// One line with its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotedLine {
    /// The product.
    pub product_id: String,
    /// Its name right now.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: MoneyBody,
    /// The price of the line.
    pub line_total: MoneyBody,
}

/// The answer of `POST /internal/quotes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// The lines, merged, by product id.
    pub items: Vec<QuotedLine>,
    /// What they cost together.
    pub total: MoneyBody,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineFaultReason {
    /// There is no such product, or it is not sold any more.
    NotSold,
    /// There is not enough of it.
    InsufficientStock,
}

/// A line at fault, in the `lines` member of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineFault {
    /// The product.
    pub product_id: String,
    /// What is wrong.
    pub reason: LineFaultReason,
    /// How many could be had.
    pub available: u32,
}

/// `PUT /internal/reservations/{order_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldReservationBody {
    /// 1 to 50 lines; the same product twice is merged.
    pub items: Vec<RequestedLine>,
}

/// Where a reservation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationState {
    /// The stock is taken and waits for the payment.
    Held,
    /// The stock is sold. Final.
    Committed,
    /// The stock is back. Final.
    Released,
}

/// The answer of the reservation endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reservation {
    /// Where it stands.
    pub state: ReservationState,
}
