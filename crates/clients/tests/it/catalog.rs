use std::time::{Duration, Instant};

use serde_json::json;
use velure_clients::{
    CallError, CatalogClient, CatalogConfig, CatalogError, HoldError, QuoteError, SettleError,
};
use velure_config::{Env, Reader};
use velure_contracts::Code;
use velure_contracts::http::LineFaultReason;
use velure_domain::{Cart, CartLine, OrderId, Quantity};
use velure_http::KeySet;
use velure_telemetry::{TraceContext, within};

use crate::scripted::{Answer, Scripted};

const SIGNING_KEY: &str = "orders.MC4CAQAwBQYDK2VwBCIEIH902zI_tp3asBIMFp6kR-XeumZDvXPtX4fIwGjOs9wA";
const PUBLIC_KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"orders","x":"hkOxK114FjjCzrSljKA8-hY4_mBslW1OytBRH83fFIs"}]}"#;
const LEASH: &str = "aaaaaaaaaaaaaaaaaaaaaaaa";

fn client(url: &str) -> CatalogClient {
    let env = Env::of([
        ("VELURE_CATALOG_URL", url),
        ("VELURE_SERVICE_SIGNING_KEY", SIGNING_KEY),
    ]);
    let mut reader = Reader::new(&env);
    let config = CatalogConfig::read(&mut reader);
    CatalogClient::new(&reader.finish(config).expect("a good configuration")).expect("a client")
}

fn cart() -> Cart {
    let line = CartLine {
        product_id: LEASH.parse().expect("24 digits"),
        quantity: Quantity::new(2).expect("a legal quantity"),
    };
    Cart::new([line]).expect("a legal cart")
}

fn money(minor: i64) -> serde_json::Value {
    json!({"amount_minor": minor, "currency": "USD"})
}

fn quote(quantity: u32, total: i64) -> Answer {
    let line = json!({"product_id": LEASH, "name": "Leash", "quantity": quantity, "unit_price": money(1245),
        "line_total": money(2490), "more": true});
    Answer::Json(
        200,
        json!({"items": [line], "total": money(total)}).to_string(),
    )
}

fn problem(status: u16, code: &str) -> Answer {
    let lines = json!([{"product_id": LEASH, "reason": "insufficient_stock", "available": 1}]);
    let body = json!({"type": "t", "title": "t", "status": status, "code": code, "detail": "d", "request_id": "r",
        "lines": lines});
    Answer::Json(status, body.to_string())
}

fn state(state: &str) -> Answer {
    Answer::Json(200, json!({"state": state}).to_string())
}

#[tokio::test]
async fn a_cart_is_priced_line_by_line() {
    let server = Scripted::answering([quote(2, 2490)]).await;
    let quote = client(&server.url).quote(&cart()).await.expect("a quote");
    assert_eq!(
        (
            quote.lines.len(),
            quote.lines[0].name.as_str(),
            quote.total.minor()
        ),
        (1, "Leash", 2490)
    );
    let asked = server.asked().pop().expect("a request");
    assert!(
        asked.starts_with("post /internal/quotes http/1.1"),
        "{asked}"
    );
    assert!(
        asked.ends_with(&json!({"items": [{"product_id": LEASH, "quantity": 2}]}).to_string()),
        "{asked}"
    );
}

#[tokio::test]
async fn a_quote_for_another_cart_or_with_a_wrong_sum_is_no_quote() {
    for answer in [
        quote(3, 3735),
        quote(2, 2489),
        Answer::Json(200, "{}".to_owned()),
        Answer::Json(200, "no".to_owned()),
    ] {
        let server = Scripted::answering([answer]).await;
        let error = client(&server.url)
            .quote(&cart())
            .await
            .expect_err("it is no quote");
        assert!(
            matches!(error, QuoteError::Catalog(CatalogError::Unreadable(_))),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn lines_that_cannot_be_had_are_named() {
    let server = Scripted::answering([problem(422, "product_unavailable")]).await;
    let error = client(&server.url)
        .quote(&cart())
        .await
        .expect_err("it cannot be had");
    let QuoteError::Faulty(lines) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (
            lines[0].product_id.as_str(),
            lines[0].reason,
            lines[0].available
        ),
        (LEASH, LineFaultReason::InsufficientStock, 1)
    );
}

#[tokio::test]
async fn a_call_shows_who_asks_and_in_which_trace() {
    let server = Scripted::answering([state("held")]).await;
    let trace = TraceContext::parse(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        Some("a=b"),
    );
    let order = OrderId::generate();
    let trace = trace.expect("a context");
    within(&trace, client(&server.url).hold(order, &cart()))
        .await
        .expect("held");
    let asked = server.asked().pop().expect("a request");
    assert!(
        asked.starts_with(&format!("put /internal/reservations/{order} http/1.1")),
        "{asked}"
    );
    assert!(
        asked.contains("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-"),
        "{asked}"
    );
    assert!(asked.contains("tracestate: a=b"), "{asked}");
    assert!(asked.contains("authorization: bearer "), "{asked}");
}

#[tokio::test]
async fn the_token_is_good_for_the_catalog_and_for_nobody_else() {
    let signer = velure_http::ServiceSigner::new(
        velure_http::SigningKey::parse(&SIGNING_KEY.into()).expect("a key"),
    );
    let token = signer.token("catalog").expect("a token");
    let keys = KeySet::parse(PUBLIC_KEYS).expect("keys");
    let token = velure_config::ExposeSecret::expose_secret(&token);
    assert_eq!(
        keys.verify_service(token, "catalog").expect("good"),
        "orders"
    );
    assert!(keys.verify_service(token, "auth").is_err());
}

#[tokio::test]
async fn each_answer_to_a_hold_has_its_meaning() {
    let not_sold = json!({"type": "t", "title": "t", "status": 409, "code": "insufficient_stock", "detail": "d",
    "request_id": "r", "lines": [
        {"product_id": LEASH, "reason": "insufficient_stock", "available": 1},
        {"product_id": "bbbbbbbbbbbbbbbbbbbbbbbb", "reason": "not_sold", "available": 0},
    ]});
    let answers = [
        problem(409, "insufficient_stock"),
        Answer::Json(409, not_sold.to_string()),
        problem(409, "reservation_ended"),
        state("released"),
        problem(503, "unavailable"),
        problem(401, "unauthenticated"),
        Answer::Json(502, "<html>".to_owned()),
    ];
    let server = Scripted::answering(answers).await;
    let client = client(&server.url);
    let hold = || client.hold(OrderId::generate(), &CART_ONCE);
    assert!(matches!(hold().await, Err(HoldError::InsufficientStock(lines)) if lines.len() == 1));
    assert!(matches!(hold().await, Err(HoldError::ProductUnavailable(lines)) if lines.len() == 2));
    assert!(matches!(hold().await, Err(HoldError::Ended)));
    assert!(matches!(hold().await, Err(HoldError::Ended)));
    for (expected, known) in [
        (503, Some(Code::Unavailable)),
        (401, Some(Code::Unauthenticated)),
        (502, None),
    ] {
        let outcome = hold().await;
        let Err(HoldError::Catalog(CatalogError::Refused { status, code })) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!((status, code), (expected, known));
    }
}

static CART_ONCE: std::sync::LazyLock<Cart> = std::sync::LazyLock::new(cart);

#[tokio::test]
async fn each_answer_to_an_end_has_its_meaning() {
    let answers = [
        state("committed"),
        state("released"),
        state("released"),
        problem(409, "reservation_ended"),
        problem(404, "not_found"),
        problem(500, "internal"),
    ];
    let server = Scripted::answering(answers).await;
    let (client, order) = (client(&server.url), OrderId::generate());
    client.commit(order).await.expect("committed");
    client.release(order).await.expect("released");
    assert!(matches!(
        client.commit(order).await,
        Err(SettleError::Opposite)
    ));
    assert!(matches!(
        client.release(order).await,
        Err(SettleError::Opposite)
    ));
    assert!(matches!(
        client.commit(order).await,
        Err(SettleError::Unknown)
    ));
    assert!(matches!(
        client.commit(order).await,
        Err(SettleError::Catalog(CatalogError::Refused {
            status: 500,
            ..
        }))
    ));
    assert!(server.asked()[0].starts_with(&format!("post /internal/reservations/{order}/commit ")));
    assert!(
        server.asked()[1].starts_with(&format!("post /internal/reservations/{order}/release "))
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let redirect =
        "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned();
    let server = Scripted::answering([Answer::Raw(redirect)]).await;
    let outcome = client(&server.url).release(OrderId::generate()).await;
    assert!(
        matches!(
            outcome,
            Err(SettleError::Catalog(CatalogError::Refused {
                status: 307,
                ..
            }))
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let long = format!(
        "HTTP/1.1 200 X\r\ncontent-length: 9000000\r\n\r\n{}",
        "x".repeat(1 << 20)
    );
    let server = Scripted::answering([Answer::Raw(long)]).await;
    let outcome = client(&server.url).release(OrderId::generate()).await;
    assert!(
        matches!(
            outcome,
            Err(SettleError::Catalog(CatalogError::Unanswered(
                CallError::TooLong
            )))
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_catalog_that_never_answers_costs_three_seconds() {
    let server = Scripted::answering([Answer::Silence]).await;
    let started = Instant::now();
    let outcome = client(&server.url).release(OrderId::generate()).await;
    assert!(
        matches!(
            outcome,
            Err(SettleError::Catalog(CatalogError::Unanswered(
                CallError::Unanswered(_)
            )))
        ),
        "{outcome:?}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(server.asked().len(), 1, "it is not asked again");
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_is_replaced() {
    let server = Scripted::answering(
        (0..20).map(|_| Answer::JsonThenClose(200, r#"{"state":"released"}"#.to_owned())),
    )
    .await;
    let (client, order) = (client(&server.url), OrderId::generate());
    for _ in 0..20 {
        client.release(order).await.expect("released");
    }
}

#[tokio::test]
async fn a_catalog_that_is_not_there_is_noticed() {
    let outcome = client("http://127.0.0.1:1")
        .release(OrderId::generate())
        .await;
    assert!(
        matches!(
            outcome,
            Err(SettleError::Catalog(CatalogError::Unanswered(_)))
        ),
        "{outcome:?}"
    );
}
