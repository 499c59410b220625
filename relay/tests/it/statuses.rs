use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;
use velure_amqp::ORDERS_EXCHANGE;
use velure_testkit::Vhost;

use crate::fixture::{Relay, body, order, until, vhost};

const DEAD: &str = "publish-order-status-updates.dlq";

async fn publish(vhost: &Vhost, order_id: Uuid, version: i16, event_type: &str, data: Value) {
    let id = Uuid::now_v7();
    let properties = json!({"message_id": id.to_string(), "delivery_mode": 2, "headers": {"x-order-id": order_id}});
    assert!(
        vhost
            .publish(
                ORDERS_EXCHANGE,
                event_type,
                properties,
                &body(id, order_id, version, event_type, data)
            )
            .await
    );
}

/// The order's status and its events: version, status, place among the buyer's.
async fn history(pool: &PgPool, order_id: Uuid) -> (String, Vec<(i16, String, i64)>) {
    let status = sqlx::query_scalar("select status from orders.orders where order_id = $1")
        .bind(order_id)
        .fetch_one(pool)
        .await;
    let events = sqlx::query_as("select version, status, buyer_sequence from orders.order_events where order_id = $1 order by version")
        .bind(order_id)
        .fetch_all(pool)
        .await;
    (status.expect("the order"), events.expect("its events"))
}

async fn status(pool: &PgPool, order_id: Uuid) -> String {
    history(pool, order_id).await.0
}

fn way(end: &str) -> Vec<(i16, String, i64)> {
    vec![
        (1, "CREATED".into(), 1),
        (2, "PROCESSING".into(), 2),
        (3, end.into(), 3),
    ]
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_moves_forward_only_whatever_is_delivered_twice_or_late(pool: PgPool) {
    let vhost = vhost().await;
    let (order_id, _) = order(&pool, Duration::ZERO).await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    publish(&vhost, order_id, 2, "order.processing", json!({})).await;
    publish(&vhost, order_id, 2, "order.processing", json!({})).await;
    until("PROCESSING", async || {
        status(&pool, order_id).await == "PROCESSING"
    })
    .await;
    publish(&vhost, order_id, 3, "order.completed", json!({})).await;
    until("COMPLETED", async || {
        status(&pool, order_id).await == "COMPLETED"
    })
    .await;
    // Late, duplicate, and contradicting: none of them is a move.
    publish(&vhost, order_id, 2, "order.processing", json!({})).await;
    publish(&vhost, order_id, 3, "order.completed", json!({})).await;
    publish(
        &vhost,
        order_id,
        3,
        "order.failed",
        json!({"failure": {"code": "timeout", "message": "m"}}),
    )
    .await;
    // Deliveries come in turn. Once a later one is through, these are with their lane, which a stop lets finish.
    publish_unreadable(&vhost, "order.processing").await;
    vhost.take_until(DEAD, 1).await;
    let (last, _) = order(&pool, Duration::ZERO).await;
    publish(&vhost, last, 2, "order.processing", json!({})).await;
    until("a later event is through", async || {
        status(&pool, last).await == "PROCESSING"
    })
    .await;
    relay.stop().await;
    assert!(
        vhost
            .take("publish-order-status-updates", 10)
            .await
            .is_empty(),
        "every event is answered"
    );
    assert_eq!(
        history(&pool, order_id).await,
        ("COMPLETED".into(), way("COMPLETED"))
    );
}

async fn publish_unreadable(vhost: &Vhost, routing_key: &str) {
    let properties = json!({"message_id": Uuid::now_v7().to_string(), "delivery_mode": 2});
    assert!(
        vhost
            .publish(ORDERS_EXCHANGE, routing_key, properties, "{")
            .await
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_event_that_is_ahead_brings_the_move_in_between_with_it(pool: PgPool) {
    let vhost = vhost().await;
    let (order_id, buyer_id) = order(&pool, Duration::ZERO).await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let failure = json!({
        "failure": {"code": "insufficient_stock", "message": "m", "product_id": "0123456789abcdef01234567"},
        "steps": [{"step": "refused", "at": "2026-01-01T00:00:00Z"}],
    });
    publish(&vhost, order_id, 3, "order.failed", failure).await;
    until("FAILED", async || status(&pool, order_id).await == "FAILED").await;
    relay.stop().await;
    assert_eq!(history(&pool, order_id).await.1, way("FAILED"));
    let stored: (String, String, i64) = sqlx::query_as(
        "select failure_code, failure_product_id, (select last_sequence from orders.buyers where buyer_id = $2)
         from orders.orders where order_id = $1",
    )
    .bind(order_id)
    .bind(buyer_id)
    .fetch_one(&pool)
    .await
    .expect("the order");
    assert_eq!(
        stored,
        (
            "insufficient_stock".into(),
            "0123456789abcdef01234567".into(),
            3
        )
    );
    let refused: Vec<i16> = sqlx::query_scalar(
        r#"select version from orders.order_events where order_id = $1 and steps @? '$[*].step ? (@ == "refused")'"#,
    )
    .bind(order_id)
    .fetch_all(&pool)
    .await
    .expect("its events");
    assert_eq!(
        refused,
        [3],
        "nobody told how it came to the move in between"
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn what_nobody_can_handle_goes_to_the_dead_letter_queue_with_its_reason(pool: PgPool) {
    let vhost = vhost().await;
    let (order_id, _) = order(&pool, Duration::ZERO).await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let newer = body(Uuid::now_v7(), order_id, 3, "order.completed", json!({}))
        .replace("\"schema_version\":1", "\"schema_version\":2");
    let unknown = body(
        Uuid::now_v7(),
        Uuid::now_v7(),
        3,
        "order.completed",
        json!({}),
    );
    for (text, reason) in [
        ("no JSON at all", "the body is no event"),
        (newer.as_str(), "schema version 2 is not known"),
        (unknown.as_str(), "there is no such order"),
    ] {
        let id = Uuid::now_v7().to_string();
        let properties =
            json!({"message_id": id, "delivery_mode": 2, "headers": {"traceparent": "t"}});
        assert!(
            vhost
                .publish(ORDERS_EXCHANGE, "order.completed", properties, text)
                .await
        );
        let dead = vhost.take_until(DEAD, 1).await;
        let headers = &dead[0]["properties"]["headers"];
        assert!(
            headers["x-velure-reason"]
                .as_str()
                .is_some_and(|given| given.starts_with(reason)),
            "{headers}"
        );
        assert_eq!(
            (
                &headers["traceparent"],
                &dead[0]["properties"]["message_id"],
                &dead[0]["payload"]
            ),
            (&json!("t"), &json!(id), &json!(text))
        );
    }
    relay.stop().await;
    assert_eq!(status(&pool, order_id).await, "CREATED");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_status_that_the_database_refuses_for_good_does_not_hold_up_the_next(pool: PgPool) {
    let vhost = vhost().await;
    let (order_id, _) = order(&pool, Duration::ZERO).await;
    let (other, _) = order(&pool, Duration::ZERO).await;
    sqlx::raw_sql(AssertSqlSafe(format!(
        "create function broken() returns trigger language plpgsql as $$ begin raise 'broken' using errcode = '23514'; end $$;
         create trigger broken before update on orders.orders for each row
           when (old.order_id = '{order_id}') execute function broken();"
    )))
    .execute(&pool)
    .await
    .expect("executed");
    let relay = Relay::start(&pool, &vhost, &[]).await;
    publish(&vhost, order_id, 2, "order.processing", json!({})).await;
    let dead = vhost.take_until(DEAD, 1).await;
    assert_eq!(
        dead[0]["properties"]["headers"]["x-velure-reason"],
        "the order refuses this status"
    );
    publish(&vhost, other, 2, "order.processing", json!({})).await;
    until("PROCESSING", async || {
        status(&pool, other).await == "PROCESSING"
    })
    .await;
    relay.stop().await;
    assert_eq!(status(&pool, order_id).await, "CREATED");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_status_waits_for_the_database_and_is_not_lost(pool: PgPool) {
    let vhost = vhost().await;
    let (order_id, _) = order(&pool, Duration::ZERO).await;
    sqlx::raw_sql(
        "create function busy() returns trigger language plpgsql as $$ begin raise 'busy' using errcode = '53300'; end $$;
         create trigger busy before update on orders.buyers for each row execute function busy();",
    )
    .execute(&pool)
    .await
    .expect("executed");
    let relay = Relay::start(&pool, &vhost, &[]).await;
    publish(&vhost, order_id, 2, "order.processing", json!({})).await;
    until("it was delivered", async || {
        let unacknowledged =
            vhost.get("queues", &["publish-order-status-updates"]).await["messages_unacknowledged"]
                .as_i64();
        unacknowledged == Some(1)
    })
    .await;
    assert_eq!(status(&pool, order_id).await, "CREATED");
    sqlx::raw_sql("drop trigger busy on orders.buyers")
        .execute(&pool)
        .await
        .expect("executed");
    until("PROCESSING", async || {
        status(&pool, order_id).await == "PROCESSING"
    })
    .await;
    relay.stop().await;
    assert!(vhost.take(DEAD, 1).await.is_empty());
}
