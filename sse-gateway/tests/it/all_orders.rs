use sqlx::PgPool;
use velure_sse_gateway::Limits;

use crate::browser::Events;
use crate::shop::{ALL, Buyer, Shop, quiet};

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn one_connection_tells_of_all_orders_old_and_new_and_nobody_elses(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (buyer, other) = (Buyer::new(), Buyer::new());
    let (first, foreign) = (shop.place(&buyer).await, shop.place(&other).await);
    shop.advance(first, "PROCESSING").await;
    let mut events = shop.watch_all(&buyer).await;
    events.retry().await;
    events.expect("b1", "CREATED").await;
    events.expect("b2", "PROCESSING").await;
    let second = shop.place(&buyer).await;
    shop.advance_and_tell(foreign, "PROCESSING").await;
    shop.advance_and_tell(second, "PROCESSING").await;
    events.expect("b3", "CREATED").await;
    let (id, _, data) = events.event().await;
    assert_eq!(
        (id.as_str(), data["order_id"].as_str()),
        ("b4", Some(second.to_string().as_str()))
    );
    shop.advance_and_tell(first, "COMPLETED").await;
    // The last status of one order ends nothing: there may be other orders.
    events.expect("b5", "COMPLETED").await;
    shop.advance_and_tell(second, "FAILED").await;
    events.expect("b6", "FAILED").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_history_of_many_pages_is_told_whole_and_in_order(pool: PgPool) {
    let shop = Shop::with(pool, Limits { page: 3, ..quiet() }).await;
    let buyer = Buyer::new();
    for _ in 0..10 {
        shop.place(&buyer).await;
    }
    let mut events = shop.watch_all(&buyer).await;
    events.retry().await;
    for sequence in 1..=10 {
        events.expect(&format!("b{sequence}"), "CREATED").await;
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_cursor_goes_on_where_it_was_made(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    // As GET /api/me/orders hands it out.
    let store = velure_postgres::orders::OrderStore::new(shop.database.clone());
    let cursor = store.cursor(buyer.id).await.expect("a cursor").to_string();
    shop.advance(order, "PROCESSING").await;
    for request in [
        shop.request(&buyer, &format!("{ALL}?after={cursor}")),
        shop.request(&buyer, ALL).header("last-event-id", &cursor),
    ] {
        let mut events = Events::open(request).await;
        events.retry().await;
        events.expect("b2", "PROCESSING").await;
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_cursor_that_cannot_be_used_gets_one_reset_with_the_newest_orders(pool: PgPool) {
    let shop = Shop::with(
        pool,
        Limits {
            reset_orders: 2,
            ..quiet()
        },
    )
    .await;
    let buyer = Buyer::new();
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(shop.place(&buyer).await);
    }
    for (turn, bad) in ["b99", "3", "b", "nonsense"].into_iter().enumerate() {
        let stands_at = 3 + 2 * turn;
        let mut events = Events::open(shop.request(&buyer, ALL).header("last-event-id", bad)).await;
        events.retry().await;
        let (id, name, data) = events.event().await;
        assert_eq!(
            (id, name.as_str()),
            (format!("b{stands_at}"), "reset"),
            "{bad}"
        );
        let shown: Vec<_> = data["orders"]
            .as_array()
            .expect("orders")
            .iter()
            .map(|order| order["id"].clone())
            .collect();
        let newest: Vec<_> = orders
            .iter()
            .rev()
            .take(2)
            .map(ToString::to_string)
            .collect();
        assert_eq!(shown, newest);
        // And it goes on.
        let order = shop.place(&buyer).await;
        shop.advance_and_tell(order, "PROCESSING").await;
        events
            .expect(&format!("b{}", stands_at + 1), "CREATED")
            .await;
        events
            .expect(&format!("b{}", stands_at + 2), "PROCESSING")
            .await;
        orders.push(order);
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn who_has_no_order_waits_for_the_first(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let mut events = shop.watch_all(&buyer).await;
    events.retry().await;
    let order = shop.place(&buyer).await;
    shop.advance_and_tell(order, "PROCESSING").await;
    events.expect("b1", "CREATED").await;
    events.expect("b2", "PROCESSING").await;
    let mut resumed = Events::open(shop.request(&buyer, &format!("{ALL}?after=b0"))).await;
    resumed.retry().await;
    resumed.expect("b1", "CREATED").await;
}
