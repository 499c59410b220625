use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;
use velure_amqp::PROCESS_QUEUE;
use velure_postgres::outbox::Outbox;
use velure_postgres::status::{StatusStore, SweepRule, Swept};

use crate::fixture::{Relay, order, published, store, vhost};

const RULE: SweepRule = SweepRule {
    after: Duration::from_secs(60),
    deadline: Duration::from_secs(900),
    batch: 100,
};

async fn bodies(pool: &PgPool) -> Vec<Value> {
    let bodies: Vec<Vec<u8>> =
        sqlx::query_scalar("select body from orders.outbox order by sequence")
            .fetch_all(pool)
            .await
            .expect("bodies");
    bodies
        .iter()
        .map(|body| serde_json::from_slice(body).expect("JSON"))
        .collect()
}

async fn backdate(pool: &PgPool, seconds: f64) {
    let sql = "update orders.orders set redriven_at = redriven_at - make_interval(secs => $1),
        updated_at = updated_at - make_interval(secs => $1), created_at = created_at - make_interval(secs => $1)";
    sqlx::query(sql)
        .bind(seconds)
        .execute(pool)
        .await
        .expect("backdated");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_that_stands_still_is_asked_for_again_as_a_new_event(pool: PgPool) {
    let vhost = vhost().await;
    let (still, buyer_id) = order(&pool, Duration::from_secs(120)).await;
    order(&pool, Duration::from_secs(5)).await;
    let relay = Relay::start(&pool, &vhost, &[("VELURE_SWEEP_EVERY", "1ms")]).await;
    let messages = vhost.take_until(PROCESS_QUEUE, 1).await;
    relay.stop().await;
    let body: Value =
        serde_json::from_str(messages[0]["payload"].as_str().expect("text")).expect("JSON");
    assert_eq!(body["id"], messages[0]["properties"]["message_id"]);
    assert_eq!(body["order_id"], still.to_string());
    assert_eq!(
        (&body["type"], &body["version"], &body["schema_version"]),
        (&json!("order.created"), &json!(1), &json!(1))
    );
    assert_eq!(
        body["data"],
        json!({"buyer_id": buyer_id, "items": [{"product_id": "0123456789abcdef01234567", "quantity": 2}],
               "total": {"amount_minor": 1998, "currency": "USD"}, "payment_method": "pm_card_visa",
               "redriven": true, "expired": false})
    );
    assert_eq!(
        published(&pool, Outbox::Orders).await.1,
        1,
        "once, and only the one that stands still"
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_wait_grows_with_every_time_until_the_deadline(pool: PgPool) {
    let sweeper = StatusStore::new(pool.clone());
    order(&pool, Duration::from_secs(61)).await;
    let sweep = async || sweeper.sweep(&RULE).await.expect("swept");
    let once = Swept {
        redriven: 1,
        ..Swept::default()
    };
    assert_eq!(sweep().await, once);
    assert_eq!(sweep().await, Swept::default());
    backdate(&pool, 100.0).await;
    assert_eq!(
        sweep().await,
        Swept::default(),
        "120 s have to pass the second time"
    );
    backdate(&pool, 25.0).await;
    assert_eq!(sweep().await, once);
    // 186 s old by now. The deadline counts whatever the wait.
    backdate(&pool, 720.0).await;
    let expired = Swept {
        redriven: 1,
        expired: 1,
        skipped: false,
    };
    assert_eq!(sweep().await, expired);
    assert_eq!(sweep().await, Swept::default());
    let bodies = bodies(&pool).await;
    assert_eq!(
        bodies
            .iter()
            .map(|body| body["data"]["expired"].as_bool())
            .collect::<Vec<_>>(),
        [Some(false), Some(false), Some(true)]
    );
    let ids: std::collections::BTreeSet<_> =
        bodies.iter().map(|body| body["id"].to_string()).collect();
    assert_eq!(ids.len(), 3);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_that_ended_or_has_a_failed_event_is_left_alone(pool: PgPool) {
    let sweeper = StatusStore::new(pool.clone());
    let (ended, _) = order(&pool, Duration::from_secs(120)).await;
    let (parked, _) = order(&pool, Duration::from_secs(120)).await;
    let move_to = "update orders.orders set status = $2, version = $3 where order_id = $1";
    for (status, version) in [("PROCESSING", 2i16), ("COMPLETED", 3)] {
        sqlx::query(move_to)
            .bind(ended)
            .bind(status)
            .bind(version)
            .execute(&pool)
            .await
            .expect("moved");
    }
    store(&pool, Outbox::Orders, parked, 1, "order.created").await;
    sqlx::query("update orders.outbox_pending set attempts = 10, parked_at = now()")
        .execute(&pool)
        .await
        .expect("parked");
    assert_eq!(sweeper.sweep(&RULE).await.expect("swept"), Swept::default());
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn nothing_is_asked_again_while_a_backlog_waits_or_another_replica_sweeps(pool: PgPool) {
    let sweeper = StatusStore::new(pool.clone());
    order(&pool, Duration::from_secs(120)).await;
    let mut other = pool.begin().await.expect("a transaction");
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('velure.sweep', 0))")
        .execute(&mut *other)
        .await
        .expect("locked");
    assert!(sweeper.sweep(&RULE).await.expect("swept").skipped);
    other.rollback().await.expect("unlocked");
    let rows = "insert into orders.outbox (event_id, shard, order_id, version, event_type, body)
        select gen_random_uuid(), n % 64, $1, 1, 'order.created', '{}' from generate_series(1, 1000) n";
    sqlx::query(rows)
        .bind(Uuid::now_v7())
        .execute(&pool)
        .await
        .expect("stored");
    assert!(sweeper.sweep(&RULE).await.expect("swept").skipped);
    sqlx::query("delete from orders.outbox_pending where sequence % 2 = 0")
        .execute(&pool)
        .await
        .expect("published");
    assert_eq!(sweeper.sweep(&RULE).await.expect("swept").redriven, 1);
}
