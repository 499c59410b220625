use std::time::Duration;

use chrono::{DateTime, Utc};
use velure_contracts::events::{Envelope, EventLine, EventType, OrderCreated, SCHEMA_VERSION};
use velure_domain::{EventId, LineItem, Money, OrderId, OrderStatus, PaymentMethod, UserId};
use velure_faults::{Injected, Point, during, reach};

use super::OrderStore;
use crate::deadline::Asked;
use crate::outbox::{self, RelayAsleep, shard_of};

/// An order to be stored: its lines at the prices that the server found.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// The order.
    pub order_id: OrderId,
    /// Who buys.
    pub buyer_id: UserId,
    /// What, at which price; sorted by product.
    pub lines: Vec<LineItem>,
    /// What it costs.
    pub total: Money,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// The buyer's key for this intent.
    pub idempotency_key: String,
    /// SHA-256 of what was asked.
    pub request_hash: Vec<u8>,
    /// How long ago the request came in.
    pub requested_ago: Duration,
    /// How long ago the catalog had priced the cart.
    pub priced_ago: Duration,
    /// W3C trace context of the request, so that the order's trace goes on from the browser's click.
    pub traceparent: Option<String>,
    /// W3C trace state.
    pub tracestate: Option<String>,
}

/// What is known before an order is priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// The order that the key already belongs to, and the hash of what was asked then.
    pub placed: Option<(OrderId, Vec<u8>)>,
    /// How many orders the buyer has placed in the running minute.
    pub orders_in_window: i32,
    /// Seconds until that minute is over.
    pub window_ends_in: i32,
}

/// How placing an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It is stored.
    Now,
    /// Another request with the same key was first; see [`OrderStore::preflight`].
    Before,
}

/// Why an order could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The event could not be written as JSON.
    #[error("the event could not be encoded")]
    Encode(#[source] serde_json::Error),
    /// The database refused or is away. Whether the order is stored is unknown: ask again with the same key.
    #[error("the order could not be stored")]
    Database(#[source] sqlx::Error),
}

impl OrderStore {
    /// What the key already stands for, and how busy the buyer is.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn preflight(&self, buyer: UserId, key: &str) -> Result<Preflight, sqlx::Error> {
        let row = sqlx::query!(
            r#"select k.order_id as "order_id?", k.request_hash as "request_hash?",
                 coalesce(case when b.window_started > now() - interval '1 minute' then b.orders_in_window end, 0) as "orders!",
                 coalesce(ceil(extract(epoch from b.window_started + interval '1 minute' - now())), 0)::int as "ends_in!"
               from (select $1::uuid as buyer_id) me
               left join orders.idempotency_keys k on k.buyer_id = me.buyer_id and k.key = $2
               left join orders.buyers b on b.buyer_id = me.buyer_id"#,
            buyer.as_uuid(),
            key
        )
        .fetch_one(&self.pool)
        .in_time()
        .await?;
        Ok(Preflight {
            placed: row
                .order_id
                .zip(row.request_hash)
                .map(|(id, hash)| (id.into(), hash)),
            orders_in_window: row.orders,
            window_ends_in: row.ends_in.max(1),
        })
    }

    /// Stores the idempotency key, the order, its lines, its first event and its outbox row, in one statement: one
    /// round trip, one commit. Of any number of requests with one key exactly one gets [`Placed::Now`]; the others wait
    /// for its commit and get [`Placed::Before`].
    ///
    /// Wakes the relay when it sleeps. Nothing depends on that.
    ///
    /// # Errors
    /// When the database refuses or is away. Asking again with the same key is always safe.
    pub async fn place(&self, order: &NewOrder) -> Result<Placed, PlaceError> {
        let event_id = EventId::generate();
        let body = created_event(event_id, order).map_err(PlaceError::Encode)?;
        let column = |f: fn(&LineItem) -> String| order.lines.iter().map(f).collect::<Vec<_>>();
        let quantities: Vec<i32> = order
            .lines
            .iter()
            .map(|l| i32::try_from(l.quantity.get()).expect("a quantity is at most 99"))
            .collect();
        let prices: Vec<i64> = order.lines.iter().map(|l| l.unit_price.minor()).collect();
        let shard = shard_of(order.order_id.as_uuid());
        reach(Point::A1).await.map_err(unheard)?;
        let placing = sqlx::query!(
            r#"with key as (
                 insert into orders.idempotency_keys (buyer_id, key, request_hash, order_id)
                 values ($1, $2, $3, $4) on conflict do nothing
                 returning order_id
               ), buyer as (
                 insert into orders.buyers as b (buyer_id, last_sequence, orders_in_window)
                 select $1, 1, 1 from key
                 on conflict (buyer_id) do update set
                   last_sequence = b.last_sequence + 1,
                   window_started = case when b.window_started > now() - interval '1 minute' then b.window_started else now() end,
                   orders_in_window = case when b.window_started > now() - interval '1 minute' then b.orders_in_window + 1 else 1 end
                 returning b.last_sequence
               ), placed as (
                 insert into orders.orders (order_id, buyer_id, currency, total_minor, payment_method)
                 select order_id, $1, $5, $6, $7 from key
                 returning order_id, created_at
               ), lines as (
                 insert into orders.line_items (order_id, position, product_id, name, quantity, unit_price_minor)
                 select key.order_id, l.position, l.product_id, l.name, l.quantity, l.unit_price_minor
                 from key, unnest($8::text[], $9::text[], $10::int[], $11::bigint[]) with ordinality
                   as l (product_id, name, quantity, unit_price_minor, position)
               ), event as (
                 insert into orders.order_events (order_id, version, status, buyer_id, buyer_sequence, occurred_at, traceparent, steps)
                 select placed.order_id, 1, 'CREATED', $1, buyer.last_sequence, placed.created_at, $15,
                   jsonb_build_array(
                     jsonb_build_object('step', 'requested', 'at', placed.created_at - make_interval(secs => $17)),
                     jsonb_build_object('step', 'priced', 'at', placed.created_at - make_interval(secs => $18)))
                 from placed, buyer
               ), outboxed as (
                 insert into orders.outbox (event_id, shard, order_id, version, event_type, body, traceparent, tracestate)
                 select $12, $13, placed.order_id, 1, 'order.created',
                   convert_to(replace($14, '"occurred_at":"1970-01-01T00:00:00Z"', '"occurred_at":"'
                     || to_char(placed.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"'), 'UTF8'),
                   $15, $16
                 from placed
               )
               select relay.asleep($13) as "asleep!" from placed"#,
            order.buyer_id.as_uuid(),
            order.idempotency_key,
            order.request_hash,
            order.order_id.as_uuid(),
            order.total.currency().code(),
            order.total.minor(),
            order.payment_method.as_str(),
            &column(|l| l.product_id.to_string()),
            &column(|l| l.name.clone()),
            &quantities,
            &prices,
            event_id.as_uuid(),
            shard,
            body,
            order.traceparent,
            order.tracestate,
            order.requested_ago.as_secs_f64(),
            order.priced_ago.as_secs_f64(),
        )
        .fetch_optional(&self.pool)
        .in_time();
        let stored = during(Point::A2, placing).await.map_err(unheard)?;
        match stored.map_err(PlaceError::Database)? {
            None => Ok(Placed::Before),
            Some(row) => {
                reach(Point::A3).await.map_err(unheard)?;
                if let RelayAsleep(true) = RelayAsleep(row.asleep) {
                    outbox::wake(&self.pool).await;
                }
                Ok(Placed::Now)
            }
        }
    }
}

fn unheard(fault: Injected) -> PlaceError {
    PlaceError::Database(crate::injected(fault))
}

/// The event's body. Its time is the epoch here; the statement puts the database's own in its place.
fn created_event(event_id: EventId, order: &NewOrder) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Envelope {
        id: event_id.as_uuid(),
        kind: EventType::OrderCreated,
        schema_version: SCHEMA_VERSION,
        order_id: order.order_id.as_uuid(),
        version: OrderStatus::Created.version().get(),
        occurred_at: DateTime::<Utc>::UNIX_EPOCH,
        data: OrderCreated {
            buyer_id: order.buyer_id.as_uuid(),
            items: order
                .lines
                .iter()
                .map(|line| EventLine {
                    product_id: line.product_id.to_string(),
                    quantity: line.quantity.get(),
                })
                .collect(),
            total: order.total.into(),
            payment_method: order.payment_method.as_str().to_owned(),
            redriven: false,
            expired: false,
        },
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use velure_domain::Currency;

    use super::*;

    #[test]
    fn the_time_that_the_statement_replaces_is_written_exactly_once() {
        let order = NewOrder {
            order_id: OrderId::generate(),
            buyer_id: Uuid::nil().into(),
            lines: Vec::new(),
            total: Money::zero(Currency::Usd),
            payment_method: "pm_card_visa".parse().expect("a token"),
            idempotency_key: "k".into(),
            request_hash: Vec::new(),
            requested_ago: Duration::ZERO,
            priced_ago: Duration::ZERO,
            traceparent: None,
            tracestate: None,
        };
        let body = created_event(EventId::generate(), &order).expect("an event is JSON");
        assert_eq!(
            body.matches(r#""occurred_at":"1970-01-01T00:00:00Z""#)
                .count(),
            1
        );
    }
}
