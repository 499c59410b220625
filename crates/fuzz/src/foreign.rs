//! What comes from other processes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use velure_contracts::events::{Envelope, OrderCreated};
use velure_contracts::http::{Introspection, Quote, Reservation};
use velure_domain::{Money, OrderStatus};
use velure_http::KeySet;
use velure_order_processor::Incoming;
use velure_order_processor::decode::decode;
use velure_postgres::fulfilment::Trace;
use velure_redis::StatusHint;
use velure_relay::StatusEvent;

pub(crate) const EVENTS: &[&str] = &[
    r#"{"id":"0190a000-0000-7000-8000-000000000002","type":"order.created","schema_version":1,"order_id":"0190a000-0000-7000-8000-000000000001","version":1,"occurred_at":"2026-01-01T00:00:00Z","data":{"buyer_id":"0190a000-0000-7000-8000-000000000001","total":{"amount_minor":2490,"currency":"USD"},"payment_method":"pm_card_visa","items":[{"product_id":"00000000000000000000000b","quantity":2},{"product_id":"00000000000000000000000a","quantity":1}]}}"#,
    r#"{"id":"0190a000-0000-7000-8000-000000000002","type":"order.failed","schema_version":1,"order_id":"0190a000-0000-7000-8000-000000000001","version":3,"occurred_at":"2026-01-01T00:00:00Z","data":{"failure":{"code":"insufficient_stock","message":"sold out","product_id":"00000000000000000000000b"},"steps":[{"step":"refused","at":"2026-01-01T00:00:00Z"}]}}"#,
    r#"{"id":"0190a000-0000-7000-8000-000000000002","type":"order.processing","schema_version":1,"order_id":"0190a000-0000-7000-8000-000000000001","version":2,"occurred_at":"2026-01-01T00:00:00Z","data":{}}"#,
];

pub(crate) const ANSWERS: &[&str] = &[
    r#"{"lines":[{"product_id":"00000000000000000000000b","name":"Bowl","unit_price":{"amount_minor":1245,"currency":"USD"},"quantity":2}],"total":{"amount_minor":2490,"currency":"USD"}}"#,
    r#"{"order_id":"0190a000-0000-7000-8000-000000000001","state":"held"}"#,
    r#"{"active":true,"user_id":"0190a000-0000-7000-8000-000000000001","role":"customer"}"#,
    r#"{"order_id":"0190a000-0000-7000-8000-000000000001","buyer_id":"0190a000-0000-7000-8000-000000000001","buyer_sequence":3,"frame":{"order_id":"0190a000-0000-7000-8000-000000000001","version":2,"status":"PROCESSING","failure":null,"at":"2026-01-01T00:00:00Z"}}"#,
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"orders-1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
];

/// Longer reasons are no sentence.
const A_SENTENCE: usize = 400;

/// Messages from the broker: an order's event, read by the order processor, or a status, read by the relay. What one
/// of them takes is an order that can be; what it refuses has a reason that repeats nothing of the message.
pub fn events(bytes: &[u8]) {
    let incoming = Incoming {
        message_id: None,
        body: bytes.to_vec(),
        published_at: None,
        trace: Trace::default(),
    };
    match decode(&incoming) {
        Ok(order) => {
            assert!(order.total.minor() > 0);
            assert!(!order.cart.lines().is_empty());
            let read: Envelope<OrderCreated> =
                serde_json::from_slice(bytes).expect("it was read before");
            let total = Money::try_from(read.data.total).expect("it was read before");
            assert_eq!(total, order.total);
        }
        Err(refused) => assert!(refused.reason.len() < A_SENTENCE, "{}", refused.reason),
    }
    match StatusEvent::parse(bytes) {
        Ok(event) => {
            assert_ne!(event.status, OrderStatus::Created);
            assert_eq!(event.failure.is_some(), event.status == OrderStatus::Failed);
        }
        Err(reason) => assert!(reason.len() < A_SENTENCE, "{reason}"),
    }
}

/// What is read twice is the same twice: nothing is lost on the way to the next reader.
fn reads_back<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(read) = serde_json::from_slice::<T>(bytes) {
        let written = serde_json::to_vec(&read).expect("what was read can be written");
        let again: T = serde_json::from_slice(&written).expect("what was written can be read");
        assert_eq!(read, again);
    }
}

/// Answers of catalog and auth, hints from Redis, and sets of public keys.
pub fn answers(bytes: &[u8]) {
    reads_back::<Quote>(bytes);
    reads_back::<Reservation>(bytes);
    reads_back::<Introspection>(bytes);
    reads_back::<StatusHint>(bytes);
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(keys) = KeySet::parse(text)
    {
        assert!(keys.verify_access("e30.e30.").is_err());
    }
}
