use sqlx::PgPool;

use crate::browser::Events;
use crate::shop::{Buyer, Shop, events_of};

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_stream_starts_with_retry_then_history_then_goes_live_and_ends_after_the_last_status(
    pool: PgPool,
) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    let mut events = shop.watch(&buyer, order).await;
    let header = |name: &str| {
        events
            .response
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
    assert_eq!(
        header("cache-control").as_deref(),
        Some("no-store, no-transform")
    );
    assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
    assert!(header("x-request-id").is_some_and(|id| !id.is_empty()));
    events.retry().await;
    let (id, name, data) = events.event().await;
    assert_eq!((id.as_str(), name.as_str()), ("1", "status"));
    assert_eq!(data["order_id"], order.to_string());
    assert_eq!(data["version"], 1);
    assert_eq!(data["status"], "CREATED");
    assert!(data["failure"].is_null() && data["at"].is_string());
    shop.advance_and_tell(order, "PROCESSING").await;
    events.expect("2", "PROCESSING").await;
    shop.advance_and_tell(order, "COMPLETED").await;
    events.expect("3", "COMPLETED").await;
    events.end().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_failed_order_ends_its_stream_with_the_reason(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    shop.advance(order, "PROCESSING").await;
    shop.advance(order, "FAILED").await;
    let mut events = shop.watch(&buyer, order).await;
    events.retry().await;
    events.expect("1", "CREATED").await;
    events.expect("2", "PROCESSING").await;
    let (id, _, data) = events.event().await;
    assert_eq!(id, "3");
    assert_eq!(data["failure"]["code"], "payment_declined");
    assert!(
        data["failure"]["message"]
            .as_str()
            .is_some_and(|m| !m.is_empty())
    );
    events.end().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_browser_goes_on_after_the_last_event_it_has_seen(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    shop.advance(order, "PROCESSING").await;
    let path = events_of(order);
    let by_header = shop.request(&buyer, &path).header("last-event-id", "1");
    let by_query = shop.request(&buyer, &format!("{path}?after=1"));
    let header_wins = shop
        .request(&buyer, &format!("{path}?after=0"))
        .header("last-event-id", "1");
    for request in [by_header, by_query, header_wins] {
        let mut events = Events::open(request).await;
        events.retry().await;
        events.expect("2", "PROCESSING").await;
    }
    // Nothing is new: only what comes is told.
    let mut events = Events::open(shop.request(&buyer, &path).header("last-event-id", "2")).await;
    events.retry().await;
    shop.advance_and_tell(order, "COMPLETED").await;
    events.expect("3", "COMPLETED").await;
    events.end().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_browser_that_has_the_last_status_gets_204_and_stops_coming_back(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    for last in ["COMPLETED", "FAILED"] {
        let order = shop.place(&buyer).await;
        shop.advance(order, "PROCESSING").await;
        shop.advance(order, last).await;
        let path = events_of(order);
        let answer = shop
            .request(&buyer, &path)
            .header("last-event-id", "3")
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 204);
        assert!(answer.headers().contains_key("x-request-id"));
        let answer = shop
            .request(&buyer, &format!("{path}?after=3"))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 204);
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_id_that_cannot_be_used_gets_one_reset_with_the_whole_order_and_then_goes_on(
    pool: PgPool,
) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    for bad in [
        &b"2"[..],
        b"3",
        b"999999",
        b"b1",
        b"nonsense",
        b"-1",
        b"\xff\xfe",
    ] {
        let order = shop.place(&buyer).await;
        let mut events = Events::open(
            shop.request(&buyer, &events_of(order))
                .header("last-event-id", bad),
        )
        .await;
        events.retry().await;
        let (id, name, data) = events.event().await;
        assert_eq!((id.as_str(), name.as_str()), ("1", "reset"), "{bad:?}");
        assert_eq!(data["id"], order.to_string());
        assert_eq!(data["status"], "CREATED");
        assert_eq!(data["total"]["amount_minor"], 2490);
        assert_eq!(data["items"][0]["name"], "Ball");
        assert_eq!(data["timeline"][0]["version"], 1);
        shop.advance_and_tell(order, "PROCESSING").await;
        events.expect("2", "PROCESSING").await;
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_reset_of_a_finished_order_ends_the_stream_and_its_id_gets_204(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    shop.advance(order, "PROCESSING").await;
    shop.advance(order, "COMPLETED").await;
    let mut events = Events::open(
        shop.request(&buyer, &events_of(order))
            .header("last-event-id", "17"),
    )
    .await;
    events.retry().await;
    let (id, name, data) = events.event().await;
    assert_eq!(
        (id.as_str(), name.as_str(), data["status"].as_str()),
        ("3", "reset", Some("COMPLETED"))
    );
    events.end().await;
    let answer = shop
        .request(&buyer, &events_of(order))
        .header("last-event-id", id)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 204);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_comment_and_a_heartbeat_without_an_id_come_again_and_again(pool: PgPool) {
    use crate::browser::Block;
    let limits = velure_sse_gateway::Limits {
        heartbeat: std::time::Duration::from_millis(30),
        ..crate::shop::quiet()
    };
    let shop = Shop::with(pool, limits).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    let mut events = shop.watch(&buyer, order).await;
    events.retry().await;
    events.expect("1", "CREATED").await;
    for _ in 0..3 {
        assert_eq!(events.next().await, Some(Block::Comment));
        let heartbeat = Block::Event {
            id: None,
            event: "heartbeat".to_owned(),
            data: serde_json::json!({}),
        };
        assert_eq!(events.next().await, Some(heartbeat));
    }
    assert!(velure_sse_gateway::Limits::default().heartbeat.as_secs() <= 15);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn two_streams_of_one_order_are_told_the_same(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    let (mut first, mut second) = (
        shop.watch(&buyer, order).await,
        shop.watch(&buyer, order).await,
    );
    for events in [&mut first, &mut second] {
        events.retry().await;
        events.expect("1", "CREATED").await;
    }
    shop.advance_and_tell(order, "PROCESSING").await;
    first.expect("2", "PROCESSING").await;
    second.expect("2", "PROCESSING").await;
}
