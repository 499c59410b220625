use sqlx::PgPool;

use crate::shop::{Buyer, Shop};

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn when_asked_to_stop_streams_end_orderly_and_the_process_too(pool: PgPool) {
    let mut shop = Shop::open(pool.clone()).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut events = shop.watch(&buyer, order).await;
        events.retry().await;
        events.expect("1", "CREATED").await;
        streams.push(events);
    }
    shop.stop();
    for events in &mut streams {
        events.end().await;
    }
    shop.ended().await.expect("an orderly end");
    let refused = shop
        .request(&buyer, "/api/health")
        .send()
        .await
        .expect_err("nobody listens any more");
    assert!(refused.is_connect());
    // Another replica goes on where this one ended.
    shop.advance(order, "PROCESSING").await;
    let other = Shop::open(pool).await;
    let request = other
        .request(&buyer, &crate::shop::events_of(order))
        .header("last-event-id", "1");
    let mut events = crate::browser::Events::open(request).await;
    events.retry().await;
    events.expect("2", "PROCESSING").await;
}
