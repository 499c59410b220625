//! While something is away an order is refused for now, nothing is stored, and the same key works later.

use std::time::{Duration, Instant};

use serde_json::Value;
use velure_testkit::http::{Answer, Call};
use velure_testkit::process::free_address;

use crate::shop::{Shop, SignedIn, order_body};

fn place(buyer: &SignedIn, body: &Value) -> Call {
    buyer
        .call("POST", "/api/orders")
        .header("idempotency-key", "the-one")
        .json(body)
}

fn come_back(answer: &Answer) {
    assert_eq!(
        answer.problem(),
        (503, "unavailable".to_owned()),
        "{}",
        answer.text()
    );
    let wait: u32 = answer
        .header("retry-after")
        .and_then(|wait| wait.parse().ok())
        .expect("a wait in seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}

/// Asks until the answer is another than 503.
async fn when_back(shop: &Shop, call: &Call) -> Answer {
    let started = Instant::now();
    loop {
        let answer = shop.ask(call).await;
        if answer.status != 503 {
            return answer;
        }
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "it is back, and nobody has noticed"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_catalog_nothing_is_ordered_and_the_key_works_later() {
    let shop = Shop::open(1, &[]).await;
    let buyer = shop.register().await;
    let call = place(&buyer, &order_body(&shop.products().await[0], 1));

    shop.stack.mongodb.cut();
    come_back(&shop.ask(&call).await);
    assert_eq!(shop.orders_stored().await, 0);
    shop.stack.mongodb.restore();

    let order = when_back(&shop, &call).await;
    assert_eq!(
        (order.status, order.header("idempotent-replayed")),
        (201, None),
        "{}",
        order.text()
    );
    assert_eq!(shop.orders_stored().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_that_is_not_there_at_all_is_told_in_time() {
    let nobody = format!("http://{}", free_address());
    let shop = Shop::open(1, &[("VELURE_CATALOG_URL", &nobody)]).await;
    let buyer = shop.register().await;
    let call = place(&buyer, &order_body(&shop.products().await[0], 1));

    let started = Instant::now();
    come_back(&shop.ask(&call).await);

    assert!(
        started.elapsed() < Duration::from_secs(10),
        "longer than the route's deadline"
    );
    assert_eq!(shop.orders_stored().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_database_nothing_is_ordered_and_the_key_works_later() {
    let shop = Shop::open(1, &[]).await;
    let buyer = shop.register().await;
    let call = place(&buyer, &order_body(&shop.products().await[0], 1));

    shop.stack.postgres.cut();
    come_back(&shop.ask(&call).await);
    come_back(&shop.ask(&buyer.call("GET", "/api/me/orders")).await);
    come_back(&shop.ask(&buyer.call("GET", "/api/me")).await);
    assert_eq!(
        shop.ask(&Call::new("GET", "/api/products")).await.status,
        200,
        "browsing goes on"
    );
    shop.stack.postgres.restore();

    let order = when_back(&shop, &call).await;
    assert_eq!(
        (order.status, order.header("idempotent-replayed")),
        (201, None),
        "{}",
        order.text()
    );
    assert_eq!(shop.orders_stored().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_no_longer_answers_is_told_before_the_deadline() {
    let shop = Shop::open(1, &[]).await;
    let buyer = shop.register().await;
    let call = place(&buyer, &order_body(&shop.products().await[0], 1));

    shop.stack.postgres.stall();
    let started = Instant::now();
    come_back(&shop.ask(&call).await);
    assert!(
        started.elapsed() < Duration::from_secs(12),
        "longer than the route's deadline"
    );
    shop.stack.postgres.restore();

    let order = when_back(&shop, &call).await;
    assert_eq!(order.status, 201, "{}", order.text());
    assert_eq!(
        shop.orders_stored().await,
        1,
        "whichever request it was that stored it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_everything_goes_on() {
    let shop = Shop::open(1, &[]).await;
    let product = shop.products().await[0].clone();
    shop.stack.redis.cut();

    let buyer = shop.register().await;
    let order = shop.ask(&place(&buyer, &order_body(&product, 1))).await;
    assert_eq!(order.status, 201, "{}", order.text());
    assert_eq!(shop.ask(&buyer.call("GET", "/api/me")).await.status, 200);
    let out = shop
        .ask(&buyer.call("DELETE", "/api/sessions/current"))
        .await;
    assert_eq!(out.status, 204, "{}", out.text());
    assert_eq!(
        shop.ask(&buyer.call("GET", "/api/me/orders")).await.status,
        401,
        "signed out is signed out everywhere"
    );
}
