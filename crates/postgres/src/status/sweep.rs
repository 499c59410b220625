use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;
use velure_contracts::events::{Envelope, EventLine, EventType, OrderCreated, SCHEMA_VERSION};
use velure_contracts::http::MoneyBody;
use velure_domain::EventId;
use velure_faults::{Point, reach};

use super::StatusStore;
use crate::deadline::Asked;
use crate::outbox::{self, NewEvent, Outbox};

/// When an order is asked for again.
#[derive(Debug, Clone, Copy)]
pub struct SweepRule {
    /// It has stood still for this long; the wait doubles with every time it was asked for, up to 16 times.
    pub after: Duration,
    /// It is this old: it is asked for once more at once, and every time as expired.
    pub deadline: Duration,
    /// At most so many at once.
    pub batch: i64,
}

/// What one sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many orders were asked for again.
    pub redriven: u64,
    /// How many of them are past their deadline.
    pub expired: u64,
    /// Whether another replica is sweeping at this moment, or so many events wait to be published that the answers
    /// are on their way: nothing was done.
    pub skipped: bool,
}

/// So many events that were never tried are a backlog: asking again would only add to it.
const BACKLOG: i64 = 1_000;

struct Order {
    order_id: Uuid,
    buyer_id: Uuid,
    currency: String,
    total_minor: i64,
    payment_method: String,
    created_at: DateTime<Utc>,
    traceparent: Option<String>,
    expired: bool,
}

impl StatusStore {
    /// Appends `order.created` anew, with a new event id, for orders that stand still: every accepted order reaches
    /// an end even when the broker lost everything it had.
    ///
    /// One transaction, under a lock that only one replica has. An order that has a failed or parked event is left
    /// alone: whatever was appended would be held back behind it.
    ///
    /// # Errors
    /// When the database refuses or is away; nothing was appended then.
    pub async fn sweep(&self, rule: &SweepRule) -> Result<Swept, sqlx::Error> {
        let mut transaction = self.pool.begin().in_time().await?;
        if !may_sweep(&mut transaction).await? {
            return Ok(Swept {
                skipped: true,
                ..Swept::default()
            });
        }
        let orders = standing_still(&mut transaction, rule).await?;
        reach(Point::Z1).await.map_err(crate::injected)?;
        let ids: Vec<Uuid> = orders.iter().map(|order| order.order_id).collect();
        let mut lines = lines_of(&mut transaction, &ids).await?;
        let mut swept = Swept::default();
        let mut asleep = false;
        for order in orders {
            swept.redriven += 1;
            swept.expired += u64::from(order.expired);
            let items = lines.remove(&order.order_id).unwrap_or_default();
            asleep |= append(&mut transaction, order, items).await?;
            reach(Point::Z2).await.map_err(crate::injected)?;
        }
        sqlx::query!("update orders.orders set redriven_at = now(), redrives = redrives + 1 where order_id = any($1)", &ids)
            .execute(&mut *transaction)
            .in_time()
            .await?;
        transaction.commit().in_time().await?;
        if asleep {
            outbox::wake(&self.pool).await;
        }
        Ok(swept)
    }
}

async fn may_sweep(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let may = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('velure.sweep', 0))
             and (select count(*) from (select from orders.outbox_pending
               where parked_at is null and attempts = 0 limit $1) waiting) < $1 as "may!""#,
        BACKLOG
    )
    .fetch_one(connection)
    .in_time()
    .await?;
    Ok(may)
}

async fn standing_still(
    connection: &mut PgConnection,
    rule: &SweepRule,
) -> Result<Vec<Order>, sqlx::Error> {
    sqlx::query_as!(
        Order,
        r#"select order_id, buyer_id, currency, total_minor, payment_method, created_at,
             (select e.traceparent from orders.order_events e where e.order_id = o.order_id
              order by e.version desc limit 1) as traceparent,
             created_at <= now() - make_interval(secs => $2) as "expired!"
           from orders.orders o
           where status in ('CREATED', 'PROCESSING') and updated_at <= now() - make_interval(secs => $1)
             and (greatest(updated_at, redriven_at) <= now() - make_interval(secs => $1 * power(2, least(redrives, 4)))
               or (created_at <= now() - make_interval(secs => $2)
                 and coalesce(redriven_at, created_at) < created_at + make_interval(secs => $2)))
             and not exists (select from orders.outbox_pending h
               where h.order_id = o.order_id and h.attempts > 0)
           order by updated_at
           limit $3
           for update skip locked"#,
        rule.after.as_secs_f64(),
        rule.deadline.as_secs_f64(),
        rule.batch,
    )
    .fetch_all(connection)
    .in_time()
    .await
}

async fn lines_of(
    connection: &mut PgConnection,
    orders: &[Uuid],
) -> Result<HashMap<Uuid, Vec<EventLine>>, sqlx::Error> {
    let rows = sqlx::query!(
        "select order_id, product_id, quantity from orders.line_items where order_id = any($1) order by order_id, position",
        orders
    )
    .fetch_all(connection)
    .in_time()
    .await?;
    let mut lines: HashMap<Uuid, Vec<EventLine>> = HashMap::new();
    for row in rows {
        let quantity = u32::try_from(row.quantity)
            .expect("invariant: the table keeps quantities between 1 and 99");
        lines.entry(row.order_id).or_default().push(EventLine {
            product_id: row.product_id,
            quantity,
        });
    }
    Ok(lines)
}

async fn append(
    connection: &mut PgConnection,
    order: Order,
    items: Vec<EventLine>,
) -> Result<bool, sqlx::Error> {
    let event_id = EventId::generate().as_uuid();
    let envelope = Envelope {
        id: event_id,
        kind: EventType::OrderCreated,
        schema_version: SCHEMA_VERSION,
        order_id: order.order_id,
        version: 1,
        occurred_at: order.created_at,
        data: OrderCreated {
            buyer_id: order.buyer_id,
            items,
            total: MoneyBody {
                amount_minor: order.total_minor,
                currency: order.currency,
            },
            payment_method: order.payment_method,
            redriven: true,
            expired: order.expired,
        },
    };
    let event = NewEvent {
        event_id,
        order_id: order.order_id,
        version: 1,
        event_type: EventType::OrderCreated.as_str(),
        body: serde_json::to_vec(&envelope).expect("invariant: an envelope is JSON"),
        reason: None,
        // The order may have stood still for long; it is its trace all the same.
        traceparent: order.traceparent,
        tracestate: None,
    };
    let outbox::RelayAsleep(asleep) = outbox::append(connection, Outbox::Orders, &event).await?;
    Ok(asleep)
}
