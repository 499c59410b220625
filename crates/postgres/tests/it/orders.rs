use std::time::Duration;

use sqlx::PgPool;
use uuid::Uuid;
use velure_domain::{Currency, LineItem, Money, OrderId, Quantity, UserId};
use velure_postgres::orders::{NewOrder, OrderStore, Placed};

fn line(n: u64, quantity: i64, cents: i64) -> LineItem {
    LineItem {
        product_id: format!("{n:024x}").parse().expect("24 digits"),
        name: format!("Product {n}"),
        quantity: Quantity::new(quantity).expect("a legal quantity"),
        unit_price: Money::new(cents, Currency::Usd).expect("a legal price"),
    }
}

pub(crate) fn new_order(buyer: UserId, key: &str) -> NewOrder {
    let lines = vec![line(1, 2, 1250), line(2, 1, 399)];
    NewOrder {
        order_id: OrderId::generate(),
        buyer_id: buyer,
        total: velure_domain::total_of(&lines).expect("a legal total"),
        lines,
        payment_method: "pm_card_visa".parse().expect("a token"),
        idempotency_key: key.to_owned(),
        request_hash: vec![7; 32],
        requested_ago: Duration::from_millis(20),
        priced_ago: Duration::from_millis(5),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        tracestate: None,
    }
}

pub(crate) fn buyer() -> UserId {
    UserId::generate()
}

async fn count(pool: &PgPool, table: &'static str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select count(*) from orders.{table}"
    )))
    .fetch_one(pool)
    .await
    .expect("the table can be counted")
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_is_stored_whole_and_read_back_by_its_buyer_alone(pool: PgPool) {
    let store = OrderStore::new(pool.clone());
    let (me, order) = (buyer(), new_order(buyer(), "k"));
    let order = NewOrder {
        buyer_id: me,
        ..order
    };
    assert_eq!(store.place(&order).await.expect("placed"), Placed::Now);

    let read = store
        .find(me, order.order_id)
        .await
        .expect("read")
        .expect("it is there");
    assert_eq!(read.id, order.order_id.as_uuid());
    assert_eq!((read.status.as_str(), read.version), ("CREATED", 1));
    assert_eq!(read.total.amount_minor, 2 * 1250 + 399);
    assert_eq!(
        read.items
            .iter()
            .map(|i| (i.quantity, i.line_total.amount_minor))
            .collect::<Vec<_>>(),
        [(2, 2500), (1, 399)]
    );
    assert_eq!(read.timeline.len(), 1);
    assert_eq!(read.timeline[0].at, read.created_at);
    let ago = |step: usize| (read.created_at - read.timeline[0].steps[step].at).num_milliseconds();
    assert_eq!((ago(0), ago(1)), (20, 5));
    assert_eq!(read.failure, None);
    assert!(
        store
            .find(buyer(), order.order_id)
            .await
            .expect("read")
            .is_none(),
        "another buyer sees it"
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_outbox_row_carries_the_event_with_the_databases_time(pool: PgPool) {
    let store = OrderStore::new(pool.clone());
    let order = new_order(buyer(), "k");
    store.place(&order).await.expect("placed");
    let (body, shard, traceparent): (Vec<u8>, i16, Option<String>) =
        sqlx::query_as("select body, shard, traceparent from orders.outbox")
            .fetch_one(&pool)
            .await
            .expect("one row");
    let event: velure_contracts::events::Envelope<velure_contracts::events::OrderCreated> =
        serde_json::from_slice(&body).expect("the body is an envelope");
    let read = store
        .find(order.buyer_id, order.order_id)
        .await
        .expect("read")
        .expect("it is there");
    assert_eq!(event.occurred_at, read.created_at);
    assert_eq!(event.order_id, order.order_id.as_uuid());
    assert_eq!(event.data.total.amount_minor, order.total.minor());
    assert_eq!(
        shard,
        velure_postgres::outbox::shard_of(order.order_id.as_uuid())
    );
    assert_eq!(traceparent, order.traceparent);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn of_fifty_requests_with_one_key_exactly_one_is_stored(pool: PgPool) {
    let store = OrderStore::new(pool.clone());
    let me = buyer();
    let attempts = (0..50).map(|_| {
        let store = store.clone();
        async move {
            store
                .place(&new_order(me, "same"))
                .await
                .expect("an answer")
        }
    });
    let outcomes = futures::future::join_all(attempts).await;
    assert_eq!(outcomes.iter().filter(|o| **o == Placed::Now).count(), 1);
    for table in ["orders", "idempotency_keys", "outbox", "order_events"] {
        assert_eq!(count(&pool, table).await, 1, "{table}");
    }
    let known = store.preflight(me, "same").await.expect("read");
    assert_eq!(known.placed.expect("the key is known").1, vec![7; 32]);
    assert_eq!(
        known.orders_in_window, 1,
        "a repeated request counts as no order"
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_key_belongs_to_its_buyer(pool: PgPool) {
    let store = OrderStore::new(pool.clone());
    assert_eq!(
        store
            .place(&new_order(buyer(), "same"))
            .await
            .expect("placed"),
        Placed::Now
    );
    assert_eq!(
        store
            .place(&new_order(buyer(), "same"))
            .await
            .expect("placed"),
        Placed::Now
    );
    assert_eq!(
        store.preflight(buyer(), "same").await.expect("read").placed,
        None
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_buyers_events_are_numbered_without_gaps(pool: PgPool) {
    let store = OrderStore::new(pool.clone());
    let me = buyer();
    let attempts = (0..20).map(|n| {
        let store = store.clone();
        async move {
            store
                .place(&new_order(me, &format!("k{n}")))
                .await
                .expect("placed")
        }
    });
    futures::future::join_all(attempts).await;
    let numbers: Vec<i64> =
        sqlx::query_scalar("select buyer_sequence from orders.order_events order by 1")
            .fetch_all(&pool)
            .await
            .expect("read");
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    assert_eq!(store.cursor(me).await.expect("read").to_string(), "b20");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn orders_are_listed_newest_first_in_pages(pool: PgPool) {
    let store = OrderStore::new(pool);
    let me = buyer();
    let mut placed = Vec::new();
    for n in 0..5 {
        let order = new_order(me, &format!("k{n}"));
        placed.push(order.order_id.as_uuid());
        store.place(&order).await.expect("placed");
    }
    store.place(&new_order(buyer(), "k")).await.expect("placed");
    let (first, total) = store.list(me, 0, 2).await.expect("read");
    let (last, _) = store.list(me, 4, 2).await.expect("read");
    assert_eq!(total, 5);
    assert_eq!(
        first.iter().map(|o| o.id).collect::<Vec<_>>(),
        [placed[4], placed[3]]
    );
    assert_eq!(last.iter().map(|o| o.id).collect::<Vec<_>>(), [placed[0]]);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn nothing_moves_a_final_order_and_nothing_skips_a_version(pool: PgPool) {
    let store = OrderStore::new(pool.clone());
    let order = new_order(buyer(), "k");
    store.place(&order).await.expect("placed");
    let id: Uuid = order.order_id.as_uuid();
    let set = async |status: &str, version: i16, failure: Option<&str>| {
        sqlx::query("update orders.orders set status = $2, version = $3, failure_code = $4 where order_id = $1")
            .bind(id)
            .bind(status)
            .bind(version)
            .bind(failure)
            .execute(&pool)
            .await
    };
    assert!(
        set("COMPLETED", 3, None).await.is_err(),
        "a step was left out"
    );
    set("PROCESSING", 2, None).await.expect("a legal step");
    assert!(
        set("CREATED", 1, None).await.is_err(),
        "a step was taken back"
    );
    assert!(
        set("FAILED", 3, None).await.is_err(),
        "a failure without a reason"
    );
    set("FAILED", 3, Some("payment_declined"))
        .await
        .expect("a legal step");
    assert!(
        set("COMPLETED", 3, None).await.is_err(),
        "a final order changed"
    );
    assert!(
        set("PROCESSING", 2, None).await.is_err(),
        "a final order went back"
    );
}
