use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;
use velure_contracts::http::{Failure, MoneyBody, Order, OrderLine, TimelineEntry, TimelineStep};
use velure_contracts::sse::BuyerCursor;
use velure_domain::{FailureCode, OrderId, UserId};

use super::OrderStore;
use crate::deadline::Asked;

impl OrderStore {
    /// The order, when it is there and this buyer's.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn find(&self, buyer: UserId, order: OrderId) -> Result<Option<Order>, sqlx::Error> {
        let row = sqlx::query_as!(
            OrderRow,
            r#"select o.order_id, o.status, o.version, o.currency, o.total_minor, o.failure_code, o.failure_product_id,
                 o.created_at, o.updated_at, l.lines as "lines!: Json<Vec<LineRow>>", e.events as "events!: Json<Vec<EventRow>>"
               from orders.orders o
               cross join lateral (
                 select json_agg(json_build_object('product_id', product_id, 'name', name, 'quantity', quantity,
                   'unit_price_minor', unit_price_minor) order by position) as lines
                 from orders.line_items where order_id = o.order_id) l
               cross join lateral (
                 select json_agg(json_build_object('version', version, 'status', status, 'at', occurred_at, 'steps', coalesce(steps, '[]')) order by version) as events
                 from orders.order_events where order_id = o.order_id) e
               where o.order_id = $2 and o.buyer_id = $1"#,
            buyer.as_uuid(),
            order.as_uuid(),
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        Ok(row.map(OrderRow::into_order))
    }

    /// One page of this buyer's orders, newest first, and how many there are.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn list(
        &self,
        buyer: UserId,
        skip: u64,
        take: u32,
    ) -> Result<(Vec<Order>, u64), sqlx::Error> {
        let total = sqlx::query_scalar!(
            r#"select count(*) as "total!" from orders.orders where buyer_id = $1"#,
            buyer.as_uuid()
        )
        .fetch_one(&self.pool)
        .in_time()
        .await?;
        let rows = sqlx::query_as!(
            OrderRow,
            r#"select o.order_id, o.status, o.version, o.currency, o.total_minor, o.failure_code, o.failure_product_id,
                 o.created_at, o.updated_at, l.lines as "lines!: Json<Vec<LineRow>>", e.events as "events!: Json<Vec<EventRow>>"
               from (select * from orders.orders where buyer_id = $1 order by order_id desc offset $2 limit $3) o
               cross join lateral (
                 select json_agg(json_build_object('product_id', product_id, 'name', name, 'quantity', quantity,
                   'unit_price_minor', unit_price_minor) order by position) as lines
                 from orders.line_items where order_id = o.order_id) l
               cross join lateral (
                 select json_agg(json_build_object('version', version, 'status', status, 'at', occurred_at, 'steps', coalesce(steps, '[]')) order by version) as events
                 from orders.order_events where order_id = o.order_id) e
               order by o.order_id desc"#,
            buyer.as_uuid(),
            i64::try_from(skip).unwrap_or(i64::MAX),
            i64::from(take),
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let total = u64::try_from(total).expect("a count is not negative");
        Ok((rows.into_iter().map(OrderRow::into_order).collect(), total))
    }

    /// Where this buyer's events stand. Read it before the orders: what happens in between is then sent again rather
    /// than missed.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn cursor(&self, buyer: UserId) -> Result<BuyerCursor, sqlx::Error> {
        let sequence = sqlx::query_scalar!(
            "select last_sequence from orders.buyers where buyer_id = $1",
            buyer.as_uuid()
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        Ok(BuyerCursor(sequence.unwrap_or_default()))
    }
}

struct OrderRow {
    order_id: Uuid,
    status: String,
    version: i16,
    currency: String,
    total_minor: i64,
    failure_code: Option<String>,
    failure_product_id: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    lines: Json<Vec<LineRow>>,
    events: Json<Vec<EventRow>>,
}

#[derive(Deserialize)]
struct LineRow {
    product_id: String,
    name: String,
    quantity: u32,
    unit_price_minor: i64,
}

#[derive(Deserialize)]
struct EventRow {
    version: u16,
    status: String,
    at: DateTime<Utc>,
    steps: Vec<TimelineStep>,
}

impl OrderRow {
    fn into_order(self) -> Order {
        let currency = self.currency;
        let money = |amount_minor| MoneyBody {
            amount_minor,
            currency: currency.clone(),
        };
        Order {
            id: self.order_id,
            status: self.status,
            version: u16::try_from(self.version).expect("a version is 1 to 3"),
            items: self
                .lines
                .0
                .into_iter()
                .map(|line| OrderLine {
                    product_id: line.product_id,
                    name: line.name,
                    quantity: line.quantity,
                    unit_price: money(line.unit_price_minor),
                    line_total: money(line.unit_price_minor * i64::from(line.quantity)),
                })
                .collect(),
            total: money(self.total_minor),
            failure: failure(self.failure_code.as_deref(), self.failure_product_id),
            timeline: self
                .events
                .0
                .into_iter()
                .map(|event| TimelineEntry {
                    version: event.version,
                    status: event.status,
                    at: event.at,
                    steps: event.steps,
                })
                .collect(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A stored reason as clients see it.
pub(crate) fn failure(code: Option<&str>, product_id: Option<String>) -> Option<Failure> {
    let code = code?;
    let message = code.parse::<FailureCode>().map_or(
        "The order failed. Nothing was charged.",
        FailureCode::message,
    );
    Some(Failure {
        code: code.to_owned(),
        message: message.to_owned(),
        product_id,
    })
}
