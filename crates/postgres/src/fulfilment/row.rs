use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;
use velure_domain::{Cart, CartLine, Money, OrderFailure, Quantity};

use super::{Fulfilment, FulfilmentError, Lease, Payment, Trace};
use crate::deadline::Asked;

/// A line as it is stored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredLine {
    product_id: String,
    quantity: u32,
}

pub(super) fn stored_lines(cart: &Cart) -> Json<Vec<StoredLine>> {
    Json(
        cart.lines()
            .iter()
            .map(|line| StoredLine {
                product_id: line.product_id.to_string(),
                quantity: line.quantity.get(),
            })
            .collect(),
    )
}

struct Row {
    order_id: Uuid,
    phase: String,
    lines: Json<Vec<StoredLine>>,
    currency: String,
    total_minor: i64,
    payment_method: String,
    expired: bool,
    failure_code: Option<String>,
    failure_product_id: Option<String>,
    attempts: i32,
    lease: i64,
    traceparent: Option<String>,
    tracestate: Option<String>,
    idempotency_key: Option<String>,
    payment_status: Option<String>,
    payment_age_seconds: Option<f64>,
    payment_answered_at: Option<DateTime<Utc>>,
    published_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// Reads orders, each with its payment. The caller holds their row locks, so that both tables are of one moment.
pub(super) async fn read(
    connection: &mut PgConnection,
    order_ids: &[Uuid],
) -> Result<Vec<Result<Fulfilment, FulfilmentError>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select f.order_id, f.phase, f.lines as "lines: Json<Vec<StoredLine>>", f.currency, f.total_minor,
             f.payment_method, f.expired, f.failure_code, f.failure_product_id, f.attempts, f.lease,
             f.traceparent, f.tracestate,
             p.idempotency_key as "idempotency_key?", p.status as "payment_status?",
             extract(epoch from now() - p.created_at)::float8 as payment_age_seconds,
             case when p.status <> 'INITIATED' then p.updated_at end as payment_answered_at,
             f.published_at, f.created_at
           from fulfilment.fulfilments f left join fulfilment.payments p on p.order_id = f.order_id
           where f.order_id = any($1) order by f.next_attempt_at"#,
        order_ids,
    )
    .fetch_all(connection)
    .in_time()
    .await?;
    Ok(rows.into_iter().map(Fulfilment::try_from).collect())
}

impl TryFrom<Row> for Fulfilment {
    type Error = FulfilmentError;

    fn try_from(row: Row) -> Result<Self, FulfilmentError> {
        let order_id = row.order_id;
        let unreadable = |field: &'static str| FulfilmentError::Unreadable { order_id, field };
        let lines = row.lines.0.into_iter().map(|line| {
            Ok(CartLine {
                product_id: line.product_id.parse().map_err(|_| unreadable("lines"))?,
                quantity: Quantity::new(line.quantity.into()).map_err(|_| unreadable("lines"))?,
            })
        });
        let lines: Vec<CartLine> = lines.collect::<Result<_, FulfilmentError>>()?;
        let currency = row.currency.parse().map_err(|_| unreadable("currency"))?;
        let product_id = row
            .failure_product_id
            .map(|id| id.parse())
            .transpose()
            .map_err(|_| unreadable("failure_product_id"))?;
        let failure = match row.failure_code {
            None => None,
            Some(code) => Some(OrderFailure {
                code: code.parse().map_err(|_| unreadable("failure_code"))?,
                product_id,
            }),
        };
        let payment = match (row.idempotency_key, row.payment_status) {
            (Some(idempotency_key), Some(status)) => Some(Payment {
                idempotency_key,
                status: status.parse().map_err(|_| unreadable("payments.status"))?,
                // A clock that was set back makes it young, never negative.
                age: Duration::try_from_secs_f64(row.payment_age_seconds.unwrap_or_default())
                    .unwrap_or_default(),
                answered_at: row.payment_answered_at,
            }),
            _ => None,
        };
        let trace = Trace {
            traceparent: row.traceparent,
            tracestate: row.tracestate,
        };
        Ok(Self {
            order_id: order_id.into(),
            phase: row.phase.parse().map_err(|_| unreadable("phase"))?,
            cart: Cart::new(lines).map_err(|_| unreadable("lines"))?,
            total: Money::new(row.total_minor, currency).map_err(|_| unreadable("total_minor"))?,
            payment_method: row
                .payment_method
                .parse()
                .map_err(|_| unreadable("payment_method"))?,
            expired: row.expired,
            failure,
            attempts: u32::try_from(row.attempts).map_err(|_| unreadable("attempts"))?,
            payment,
            published_at: row.published_at,
            received_at: row.created_at,
            cause: trace.clone(),
            trace,
            lease: Lease(row.lease),
        })
    }
}
