use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MoneyBody, RequestedLine};

/// `POST /api/orders`. Prices, totals per line, status and user are never the client's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrderBody {
    /// 1 to 50 lines; the same product twice is merged.
    pub items: Vec<RequestedLine>,
    /// The total that the buyer was shown. When it is not the total of now, the order is refused.
    pub expected_total: MoneyBody,
    /// A token of the payment provider.
    pub payment_method: String,
}

/// One line of an order, at the price agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderLine {
    /// The product.
    pub product_id: String,
    /// Its name when the order was placed.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: MoneyBody,
    /// The price of the line.
    pub line_total: MoneyBody,
}

/// Why an order failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// `insufficient_stock`, `product_unavailable`, `payment_declined`, `timeout` or `internal`.
    pub code: String,
    /// The sentence for a person.
    pub message: String,
    /// The product at fault.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub product_id: Option<String>,
}

/// One status that the order has had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// 1, 2, 3.
    pub version: u16,
    /// `CREATED`, `PROCESSING`, `COMPLETED` or `FAILED`.
    pub status: String,
    /// Since when.
    pub at: DateTime<Utc>,
    /// What happened on the way to it, oldest first. Empty for a status that was reached before steps were kept.
    #[serde(default)]
    pub steps: Vec<TimelineStep>,
}

/// Something that happened on the way to a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineStep {
    /// To CREATED: `requested`, `priced`. To PROCESSING: `published`, `received`, then `reserved`, `refused` or
    /// `given_up`. To COMPLETED: `charged`, `committed`. To FAILED: `declined`, `released` or `refused`. To all but CREATED
    /// last `announced`. New ones may come.
    pub step: String,
    /// When. `published` and `announced` by the relay's clock, all others by the database's.
    pub at: DateTime<Utc>,
}

/// The names of [`TimelineStep`]s.
pub mod step {
    /// The request to place the order came in.
    pub const REQUESTED: &str = "requested";
    /// The catalog had priced the cart.
    pub const PRICED: &str = "priced";
    /// The relay sent `order.created` to the broker.
    pub const PUBLISHED: &str = "published";
    /// The order processor had it on record.
    pub const RECEIVED: &str = "received";
    /// The catalog held the stock.
    pub const RESERVED: &str = "reserved";
    /// The catalog had no stock.
    pub const REFUSED: &str = "refused";
    /// The order was given up before any charge.
    pub const GIVEN_UP: &str = "given_up";
    /// The payment provider had taken the money.
    pub const CHARGED: &str = "charged";
    /// It had refused for good.
    pub const DECLINED: &str = "declined";
    /// The stock was sold.
    pub const COMMITTED: &str = "committed";
    /// The stock was back.
    pub const RELEASED: &str = "released";
    /// The relay sent the status event to the broker.
    pub const ANNOUNCED: &str = "announced";
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// The order's id.
    pub id: Uuid,
    /// `CREATED`, `PROCESSING`, `COMPLETED` or `FAILED`.
    pub status: String,
    /// How many statuses it has had.
    pub version: u16,
    /// Its lines.
    pub items: Vec<OrderLine>,
    /// What they cost together.
    pub total: MoneyBody,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Every status so far, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// When its status last changed.
    pub updated_at: DateTime<Utc>,
}

/// `GET /api/me/orders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderPage {
    /// The orders of this page, newest first.
    pub items: Vec<Order>,
    /// The page, from 1.
    pub page: u32,
    /// Orders to a page.
    pub page_size: u32,
    /// Orders in all.
    pub total: u64,
    /// Where to join the stream of all orders so that nothing after this answer is missed.
    pub events_cursor: String,
}
