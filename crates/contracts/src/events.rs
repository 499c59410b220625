//! Events on the broker: the envelope, and the data of each type. Exchange `orders`, routing key = type.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::{Failure, MoneyBody, TimelineStep};

/// The schema version that this code writes and reads.
pub const SCHEMA_VERSION: u16 = 1;

/// That a message has another schema version, for logs and dead letters. Numbers that no version will ever have are not
/// quoted: a card number is one of them.
#[must_use]
pub fn unknown_version(version: u64) -> String {
    if version < 1_000 {
        format!("schema version {version} is not known")
    } else {
        "the schema version is not known".to_owned()
    }
}

/// Headers that every message carries beside `message_id`, which is the event's id.
pub mod headers {
    /// W3C trace context.
    pub const TRACEPARENT: &str = "traceparent";
    /// W3C trace state.
    pub const TRACESTATE: &str = "tracestate";
    /// The order's id.
    pub const ORDER_ID: &str = "x-order-id";
    /// The order's version.
    pub const VERSION: &str = "x-version";
    /// When the relay sent it, RFC 3339 with microseconds, by the relay's clock.
    pub const PUBLISHED_AT: &str = "x-published-at";
    /// On a dead letter: why.
    pub const REASON: &str = "x-velure-reason";
}

/// The types of event, each its own routing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum EventType {
    /// The order was accepted.
    #[serde(rename = "order.created")]
    OrderCreated,
    /// Fulfilment works on it.
    #[serde(rename = "order.processing")]
    OrderProcessing,
    /// It is paid and its stock is taken.
    #[serde(rename = "order.completed")]
    OrderCompleted,
    /// It failed; nothing is charged.
    #[serde(rename = "order.failed")]
    OrderFailed,
}

impl EventType {
    /// Every type.
    pub const ALL: [Self; 4] = [
        Self::OrderCreated,
        Self::OrderProcessing,
        Self::OrderCompleted,
        Self::OrderFailed,
    ];

    /// The name on the wire, in SQL and in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderProcessing => "order.processing",
            Self::OrderCompleted => "order.completed",
            Self::OrderFailed => "order.failed",
        }
    }
}

/// The body of every message. `D` is the data of its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Envelope<D> {
    /// The event's id, the same as the message id.
    pub id: Uuid,
    /// What happened; the routing key.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// [`SCHEMA_VERSION`] when it was written. A consumer dead-letters versions it does not know.
    pub schema_version: u16,
    /// To which order.
    pub order_id: Uuid,
    /// The order's version with this event.
    pub version: u16,
    /// When, by the database's clock.
    pub occurred_at: DateTime<Utc>,
    /// The rest.
    pub data: D,
}

/// A product and how many of it, at no price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventLine {
    /// The product.
    pub product_id: String,
    /// 1 to 99.
    pub quantity: u32,
}

/// The data of `order.created`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderCreated {
    /// Who ordered: an id, never a name or an address.
    pub buyer_id: Uuid,
    /// What.
    pub items: Vec<EventLine>,
    /// What is to be charged.
    pub total: MoneyBody,
    /// The provider's token for how.
    pub payment_method: String,
    /// Set when the sweeper asks again because the order has stood still: the answer is to be sent again.
    #[serde(default)]
    pub redriven: bool,
    /// Set when the order's deadline is over: it ends as FAILED(timeout) unless a charge is in doubt.
    #[serde(default)]
    pub expired: bool,
}

/// The data of `order.processing` and `order.completed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderMoved {
    /// What happened on the way, oldest first.
    #[serde(default)]
    pub steps: Vec<TimelineStep>,
}

/// The data of `order.failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderFailed {
    /// Why.
    pub failure: Failure,
    /// What happened on the way, oldest first.
    #[serde(default)]
    pub steps: Vec<TimelineStep>,
}
