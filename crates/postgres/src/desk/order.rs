use chrono::{DateTime, Utc};
use uuid::Uuid;
use velure_domain::{Currency, CurrencyError, Money};

use super::DeskStore;

/// Everything the database knows of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFile {
    /// Whose.
    pub buyer_id: Uuid,
    /// As shoppers see it.
    pub status: String,
    /// Of three.
    pub version: i16,
    /// What it costs.
    pub total: Money,
    /// How often the sweeper asked again.
    pub redrives: i32,
    /// As the order processor sees it; nothing while it has not heard of it.
    pub phase: Option<String>,
    /// How often its present step was tried in vain.
    pub attempts: Option<i32>,
    /// What the last try came to.
    pub last_error: Option<String>,
    /// When it is looked at again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Until when somebody holds it.
    pub leased_until: Option<DateTime<Utc>>,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// What happened, in its order.
    pub timeline: Vec<Moment>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// The product.
    pub product_id: String,
    /// Its name when it was ordered.
    pub name: String,
    /// How many.
    pub quantity: i32,
    /// For one.
    pub unit_price: Money,
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When, by the database's clock.
    pub at: DateTime<Utc>,
    /// Where: `orders`, `relay`, `fulfilment`, `payment`, `provider`, `operator`.
    pub place: String,
    /// What.
    pub what: String,
}

impl DeskStore {
    /// An order's file; nothing when there is no such order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn order(&self, order_id: Uuid) -> Result<Option<OrderFile>, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query!("set transaction isolation level repeatable read read only")
            .execute(&mut *tx)
            .await?;
        let Some(row) = sqlx::query!(
            r#"select o.buyer_id, o.status, o.version, o.total_minor, o.currency, o.redrives, f.phase as "phase?",
                 f.attempts as "attempts?", f.last_error, f.next_attempt_at as "next_attempt_at?", f.leased_until
               from orders.orders o left join fulfilment.fulfilments f using (order_id) where o.order_id = $1"#,
            order_id,
        )
        .fetch_optional(&mut *tx)
        .await?
        else {
            return Ok(None);
        };
        let currency: Currency = row
            .currency
            .parse()
            .map_err(|error: CurrencyError| sqlx::Error::Decode(error.into()))?;
        let money =
            |minor| Money::new(minor, currency).map_err(|error| sqlx::Error::Decode(error.into()));
        let lines = sqlx::query!(
            "select product_id, name, quantity, unit_price_minor from orders.line_items where order_id = $1
             order by position",
            order_id,
        )
        .fetch_all(&mut *tx)
        .await?
        .into_iter()
        .map(|line| {
            Ok(OrderLine {
                product_id: line.product_id,
                name: line.name,
                quantity: line.quantity,
                unit_price: money(line.unit_price_minor)?,
            })
        })
        .collect::<Result<_, sqlx::Error>>()?;
        let timeline = sqlx::query_as!(
            Moment,
            r#"select at as "at!", place as "place!", what as "what!" from (
                 select occurred_at as at, 1 as rank, 'orders' as place,
                   'version ' || version || ': ' || status || coalesce(', ' || failure_code, '') as what
                 from orders.order_events where order_id = $1
                 union all
                 select created_at, rank, place, 'event ' || event_type || ' ' || event_id ||
                   case when attempts is null then ', published'
                        when parked_at is not null then ', PARKED after ' || attempts || ' tries: ' || coalesce(last_error, '')
                        when attempts > 0 then ', waits after ' || attempts || ' tries: ' || coalesce(last_error, '')
                        else ', waits to be published' end
                 from (
                   select 2 as rank, 'orders' as place, created_at, event_type, event_id, attempts, parked_at, last_error
                   from orders.outbox o left join orders.outbox_pending p using (created_at, sequence) where o.order_id = $1
                   union all
                   select 6, 'fulfilment', created_at, event_type, event_id, attempts, parked_at, last_error
                   from fulfilment.outbox o left join fulfilment.outbox_pending p using (created_at, sequence) where o.order_id = $1) events
                 union all
                 select handled_at, 3, 'fulfilment', 'event ' || event_id || ' had its effect'
                 from fulfilment.inbox where order_id = $1
                 union all
                 select created_at, 4, 'payment', 'to be charged under ' || idempotency_key
                 from fulfilment.payments where order_id = $1
                 union all
                 select updated_at, 5, 'payment', status || coalesce(', ' || charge_id, '') || coalesce(', ' || decline_code, '')
                 from fulfilment.payments where order_id = $1 and status <> 'INITIATED'
                 union all
                 select c.created_at, 5, 'provider', c.outcome || coalesce(', ' || c.charge_id, '') || coalesce(', ' || c.decline_code, '')
                 from payment_simulator.charges c join fulfilment.payments p using (idempotency_key) where p.order_id = $1
                 union all
                 select started_at, 7, 'operator', action || ' ' || subject || ' by ' || operator || ' (' || login || '): ' || reason ||
                   case when outcome is null then ', NOT KNOWN TO BE DONE' else ', ' || outcome end
                 from operations.actions where order_id = $1) moments
               order by at, rank"#,
            order_id,
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(OrderFile {
            buyer_id: row.buyer_id,
            status: row.status,
            version: row.version,
            total: money(row.total_minor)?,
            redrives: row.redrives,
            phase: row.phase,
            attempts: row.attempts,
            last_error: row.last_error,
            next_attempt_at: row.next_attempt_at,
            leased_until: row.leased_until,
            lines,
            timeline,
        }))
    }
}
