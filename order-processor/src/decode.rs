//! From the bytes of a delivery to an order to fulfil, or to the reason why that will never be.

use serde::Deserialize;
use uuid::Uuid;
use velure_contracts::events::{
    Envelope, EventType, OrderCreated, SCHEMA_VERSION, unknown_version,
};
use velure_contracts::fault;
use velure_domain::{Cart, CartLine, EventId, Money, OrderId, OrderStatus, Quantity};
use velure_postgres::fulfilment::NewFulfilment;

use crate::handle::Incoming;

/// The longest body that is looked into. Fifty lines are a tenth of it.
pub const MAX_BODY: usize = 64 * 1024;

/// A delivery that no try can turn into an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// Its event id, when one can be read.
    pub event_id: Option<EventId>,
    /// Its order, when one can be read.
    pub order_id: Option<OrderId>,
    /// Why, in one short sentence.
    pub reason: String,
}

/// What every version of every event has.
#[derive(Deserialize)]
struct Head {
    id: Option<Uuid>,
    order_id: Option<Uuid>,
    #[serde(rename = "type")]
    kind: Option<String>,
    schema_version: Option<u64>,
}

/// Reads an `order.created`.
///
/// # Errors
/// When it is not one, is of a version that this code does not know, or tells of an order that cannot be.
pub fn decode(incoming: &Incoming) -> Result<NewFulfilment, Undecodable> {
    let body = incoming.body.as_slice();
    let nameless = |reason: String| Undecodable {
        event_id: None,
        order_id: None,
        reason,
    };
    if body.len() > MAX_BODY {
        return Err(nameless(format!(
            "the body is longer than {MAX_BODY} bytes"
        )));
    }
    let head: Head = serde_json::from_slice(body)
        .map_err(|error| nameless(format!("the body is no event: {}", fault(&error))))?;
    let fail = |reason: String| Undecodable {
        event_id: head.id.map(EventId::from),
        order_id: head.order_id.map(OrderId::from),
        reason,
    };
    match head.schema_version {
        Some(version) if version == u64::from(SCHEMA_VERSION) => {}
        Some(version) => return Err(fail(unknown_version(version))),
        None => return Err(fail("there is no schema version".to_owned())),
    }
    match head.kind.as_deref() {
        Some(kind) if kind == EventType::OrderCreated.as_str() => {}
        Some(_) => return Err(fail("the type is not order.created".to_owned())),
        None => return Err(fail("there is no type".to_owned())),
    }
    let event: Envelope<OrderCreated> = serde_json::from_slice(body)
        .map_err(|error| fail(format!("a field cannot be read: {}", fault(&error))))?;
    if event.version != OrderStatus::Created.version().get() {
        return Err(fail(format!("order.created has version {}", event.version)));
    }
    let data = event.data;
    let lines = data.items.into_iter().map(|line| {
        Ok(CartLine {
            product_id: line
                .product_id
                .parse()
                .map_err(|_| fail("a product id is none".to_owned()))?,
            quantity: Quantity::new(line.quantity.into())
                .map_err(|error| fail(error.to_string()))?,
        })
    });
    let lines: Vec<CartLine> = lines.collect::<Result<_, Undecodable>>()?;
    let total = Money::try_from(data.total).map_err(|error| fail(error.to_string()))?;
    if total.minor() == 0 {
        return Err(fail("the total is nothing".to_owned()));
    }
    Ok(NewFulfilment {
        event_id: event.id.into(),
        order_id: event.order_id.into(),
        cart: Cart::new(lines).map_err(|error| fail(error.to_string()))?,
        total,
        payment_method: data
            .payment_method
            .parse()
            .map_err(|_| fail("the payment method is none".to_owned()))?,
        expired: data.expired,
        published_at: incoming.published_at,
        trace: incoming.trace.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ORDER: &str = "0190a000-0000-7000-8000-000000000001";
    const EVENT: &str = "0190a000-0000-7000-8000-000000000002";

    fn event() -> Value {
        json!({
            "id": EVENT, "type": "order.created", "schema_version": 1, "order_id": ORDER, "version": 1,
            "occurred_at": "2026-01-01T00:00:00Z", "more": true,
            "data": {
                "buyer_id": ORDER, "total": {"amount_minor": 2490, "currency": "USD"}, "payment_method": "pm_card_visa",
                "items": [{"product_id": "00000000000000000000000b", "quantity": 2},
                          {"product_id": "00000000000000000000000a", "quantity": 1}],
            },
        })
    }

    fn with(pointer: &str, value: Value) -> Vec<u8> {
        let mut event = event();
        *event.pointer_mut(pointer).expect("the pointer is there") = value;
        event.to_string().into_bytes()
    }

    fn incoming(body: &[u8]) -> Incoming {
        Incoming {
            body: body.to_vec(),
            ..Incoming::default()
        }
    }

    fn reason(body: &[u8]) -> Undecodable {
        decode(&incoming(body)).expect_err("it cannot be fulfilled")
    }

    #[test]
    fn an_order_is_read_with_its_lines_sorted_and_unknown_fields_left_out() {
        let new = decode(&incoming(event().to_string().as_bytes())).expect("a good event");
        assert_eq!(new.event_id.to_string(), EVENT);
        assert_eq!(new.order_id.to_string(), ORDER);
        assert_eq!(new.total.minor(), 2490);
        assert!(
            new.cart
                .lines()
                .is_sorted_by_key(|line| line.product_id.clone())
        );
        assert!(!new.expired);
    }

    #[test]
    fn an_expired_order_says_so() {
        let mut event = event();
        event["data"]["expired"] = json!(true);
        assert!(
            decode(&incoming(event.to_string().as_bytes()))
                .expect("a good event")
                .expired
        );
    }

    #[test]
    fn what_cannot_be_fulfilled_keeps_its_ids_and_gets_a_reason() {
        let cases = [
            (
                with("/schema_version", json!(2)),
                "schema version 2 is not known",
            ),
            (
                with("/schema_version", Value::Null),
                "there is no schema version",
            ),
            (
                with("/type", json!("order.completed")),
                "the type is not order.created",
            ),
            (with("/type", Value::Null), "there is no type"),
            (with("/version", json!(2)), "order.created has version 2"),
            (
                with("/data/items/0/quantity", json!(0)),
                "a quantity is between 1 and 99",
            ),
            (
                with("/data/items/0/quantity", json!(100)),
                "a quantity is between 1 and 99",
            ),
            (
                with("/data/items/0/quantity", json!(-1)),
                "a field cannot be read",
            ),
            (
                with("/data/items/0/quantity", json!(1.5)),
                "a field cannot be read",
            ),
            (
                with("/data/items/0/product_id", json!("x")),
                "a product id is none",
            ),
            (with("/data/items", json!([])), "the cart is empty"),
            (
                with("/data/total/amount_minor", json!(0)),
                "the total is nothing",
            ),
            (
                with("/data/total/amount_minor", json!(-5)),
                "the amount is out of range",
            ),
            (
                with("/data/total/amount_minor", json!(19.99)),
                "a field cannot be read",
            ),
            (
                with("/data/total/currency", json!("EUR")),
                "the currency has to be USD",
            ),
            (
                with("/data/payment_method", json!("4242424242424242")),
                "the payment method is none",
            ),
            (with("/data", json!({})), "a field cannot be read"),
            (
                with("/occurred_at", json!("yesterday")),
                "a field cannot be read",
            ),
        ];
        for (body, expected) in cases {
            let fault = reason(&body);
            assert!(
                fault.reason.starts_with(expected),
                "{} is not {expected}",
                fault.reason
            );
            assert_eq!(
                fault.order_id,
                Some(ORDER.parse().expect("an id")),
                "{expected}"
            );
            assert_eq!(
                fault.event_id,
                Some(EVENT.parse().expect("an id")),
                "{expected}"
            );
        }
    }

    #[test]
    fn what_is_no_event_at_all_gets_a_short_reason() {
        let deep = "[".repeat(10_000);
        let long = format!("{{\"id\": \"{}\"}}", "a".repeat(10_000));
        let twice = format!("{{\"id\": \"{EVENT}\", \"id\": \"{ORDER}\"}}");
        let huge = vec![b' '; MAX_BODY + 1];
        for body in [
            b"".as_slice(),
            b"{",
            b"null",
            b"\xff\xfe",
            deep.as_bytes(),
            long.as_bytes(),
            twice.as_bytes(),
            &huge,
        ] {
            let fault = reason(body);
            assert_eq!((fault.event_id, fault.order_id), (None, None));
            assert!(fault.reason.len() < 300, "{}", fault.reason);
        }
    }
}
