use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::PgPool;
use velure_domain::OrderId;
use velure_sse_gateway::Limits;

use crate::browser::Events;
use crate::shop::{ALL, Buyer, SOON, Shop, events_of, quiet};

/// Status, code and Retry-After of a problem, which has to look like one.
async fn problem(request: reqwest::RequestBuilder) -> (StatusCode, String, Option<String>) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let headers = answer.headers().clone();
    assert_eq!(headers["content-type"], "application/problem+json");
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["status"], status.as_u16());
    assert_eq!(
        body["request_id"],
        headers["x-request-id"].to_str().expect("text")
    );
    let retry = headers
        .get("retry-after")
        .map(|value| value.to_str().expect("text").to_owned());
    (
        status,
        body["code"].as_str().expect("a code").to_owned(),
        retry,
    )
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn without_a_good_token_both_streams_answer_401(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    let (expired, ended) = (Buyer::for_seconds(-60), Buyer::new());
    shop.sessions.end(&ended);
    for path in [events_of(order), ALL.to_owned()] {
        let url = format!("{}{path}", shop.base);
        let (status, code, _) = problem(reqwest::Client::new().get(&url)).await;
        assert_eq!((status.as_u16(), code.as_str()), (401, "unauthenticated"));
        let forged = format!("{}x", buyer.cookie);
        for cookie in [&forged, &expired.cookie, &ended.cookie] {
            let (status, ..) =
                problem(reqwest::Client::new().get(&url).header("cookie", cookie)).await;
            assert_eq!(status, 401);
        }
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_that_is_not_there_or_not_yours_answers_404(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (buyer, other) = (Buyer::new(), Buyer::new());
    let order = shop.place(&buyer).await;
    for path in [
        events_of(order),
        events_of(OrderId::generate()),
        "/api/me/orders/nonsense/events".to_owned(),
    ] {
        for id in [None, Some("1"), Some("99"), Some("nonsense")] {
            let mut request = shop.request(&other, &path);
            if let Some(id) = id {
                request = request.header("last-event-id", id);
            }
            let (status, code, _) = problem(request).await;
            assert_eq!(
                (status.as_u16(), code.as_str()),
                (404, "not_found"),
                "{path} {id:?}"
            );
        }
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn other_methods_paths_and_parameters_are_refused(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    for path in [ALL, "/api/health"] {
        for method in [Method::POST, Method::DELETE, Method::PUT] {
            let request = reqwest::Client::new().request(method, format!("{}{path}", shop.base));
            let answer = request
                .try_clone()
                .expect("no body")
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.headers()["allow"], "GET");
            assert_eq!(problem(request).await.1, "method_not_allowed");
        }
    }
    assert_eq!(problem(shop.request(&buyer, "/api/me/orders")).await.0, 404);
    let (status, code, _) = problem(shop.request(&buyer, &format!("{ALL}?token=x"))).await;
    assert_eq!((status.as_u16(), code.as_str()), (400, "invalid_parameter"));
    let health = reqwest::get(format!("{}/api/health", shop.base))
        .await
        .expect("an answer");
    assert_eq!(health.status(), 200);
    assert_eq!(
        health.json::<Value>().await.expect("JSON"),
        serde_json::json!({"status": "ok"})
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_user_has_six_streams_and_gets_429_for_the_seventh_until_one_ends(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (buyer, other) = (Buyer::new(), Buyer::new());
    let order = shop.place(&buyer).await;
    let mut open = Vec::new();
    for turn in 0..6 {
        open.push(if turn % 2 == 0 {
            shop.watch(&buyer, order).await
        } else {
            shop.watch_all(&buyer).await
        });
    }
    for path in [events_of(order), ALL.to_owned()] {
        let (status, code, retry) = problem(shop.request(&buyer, &path)).await;
        assert_eq!((status.as_u16(), code.as_str()), (429, "too_many_requests"));
        assert!(
            retry.is_some_and(|seconds| seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0))
        );
    }
    // Another user's seats are their own.
    shop.watch_all(&other).await.retry().await;
    open.pop();
    tokio::time::timeout(SOON, async {
        while shop
            .request(&buyer, ALL)
            .send()
            .await
            .expect("an answer")
            .status()
            == 429
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the seat is free again once the browser has left");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_session_that_is_ended_ends_its_streams_and_then_gets_401(pool: PgPool) {
    let limits = Limits {
        session_check: Duration::from_millis(40),
        ..quiet()
    };
    let shop = Shop::with(pool, limits).await;
    let (buyer, stays) = (Buyer::new(), Buyer::new());
    let order = shop.place(&buyer).await;
    let mut events = shop.watch(&buyer, order).await;
    let mut others = shop.watch_all(&stays).await;
    events.retry().await;
    events.expect("1", "CREATED").await;
    shop.sessions.end(&buyer);
    events.end().await;
    assert_eq!(
        problem(shop.request(&buyer, &events_of(order))).await.0,
        401
    );
    // Whoever is still signed in was checked as often, and goes on.
    others.retry().await;
    let theirs = shop.place(&stays).await;
    shop.advance_and_tell(theirs, "PROCESSING").await;
    others.expect("b1", "CREATED").await;
    assert_eq!(Limits::default().session_check, Duration::from_secs(60));
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn when_nobody_can_say_whether_the_session_goes_on_the_stream_ends_and_a_new_one_gets_503(
    pool: PgPool,
) {
    let limits = Limits {
        session_check: Duration::from_millis(40),
        ..quiet()
    };
    let shop = Shop::with(pool, limits).await;
    let buyer = Buyer::new();
    let mut events = shop.watch_all(&buyer).await;
    events.retry().await;
    shop.sessions.go_away();
    events.end().await;
    let (status, code, retry) = problem(shop.request(&buyer, ALL)).await;
    assert_eq!((status.as_u16(), code.as_str()), (503, "unavailable"));
    assert!(retry.is_some());
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_stream_lives_no_longer_than_its_token_and_its_time(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let brief = Buyer::for_seconds(1);
    let mut events = shop.watch_all(&brief).await;
    events.retry().await;
    events.end().await;

    let shop = Shop::with(
        pool,
        Limits {
            lifetime: Duration::from_millis(100),
            ..quiet()
        },
    )
    .await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    let mut events = shop.watch(&buyer, order).await;
    events.retry().await;
    events.expect("1", "CREATED").await;
    events.end().await;
    // And the browser goes on where it was.
    shop.advance(order, "PROCESSING").await;
    let mut events = Events::open(
        shop.request(&buyer, &events_of(order))
            .header("last-event-id", "1"),
    )
    .await;
    events.retry().await;
    events.expect("2", "PROCESSING").await;
}
