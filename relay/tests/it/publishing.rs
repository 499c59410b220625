use std::collections::BTreeMap;

use sqlx::PgPool;
use uuid::Uuid;
use velure_amqp::{PROCESS_QUEUE, STATUS_QUEUE};
use velure_postgres::outbox::{Outbox, append, shard_of};

use crate::fixture::{
    Relay, all_published, event, message_id, order_and_version, published, store, until, vhost,
};

/// The status queue is consumed by the relay itself; a bound copy is where a test looks.
const COPY: &str = "copy";

async fn run(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.expect("executed");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn every_event_is_published_once_as_it_is_stored_and_each_orders_in_order(pool: PgPool) {
    let vhost = vhost().await;
    vhost.copy_queue(COPY, "orders", "order.*").await;
    let orders: Vec<Uuid> = (0..40).map(|_| Uuid::now_v7()).collect();
    let mut stored = Vec::new();
    for order in &orders {
        stored.push(store(&pool, Outbox::Orders, *order, 1, "order.created").await);
        stored.push(store(&pool, Outbox::Fulfilment, *order, 2, "order.processing").await);
        stored.push(store(&pool, Outbox::Fulfilment, *order, 3, "order.completed").await);
    }
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let messages = vhost.take_until(COPY, 120).await;
    until("everything is recorded", async || {
        all_published(&pool, Outbox::Orders).await && all_published(&pool, Outbox::Fulfilment).await
    })
    .await;
    relay.stop().await;
    assert!(vhost.take(COPY, 10).await.is_empty(), "nothing twice");

    let mut ids: Vec<Uuid> = messages.iter().map(message_id).collect();
    ids.sort();
    stored.sort();
    assert_eq!(ids, stored);
    let mut versions: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for message in &messages {
        let (order, version) = order_and_version(message);
        if version > 1 {
            versions.entry(order).or_default().push(version);
        }
        let body: serde_json::Value =
            serde_json::from_str(message["payload"].as_str().expect("text")).expect("JSON");
        assert_eq!(body["id"], message["properties"]["message_id"]);
        assert_eq!(
            message["properties"]["headers"]["traceparent"],
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        );
    }
    assert!(versions.values().all(|v| *v == [2, 3]), "{versions:?}");
    assert_eq!(vhost.take(PROCESS_QUEUE, 100).await.len(), 40);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_crash_between_the_confirm_and_its_record_publishes_again_with_the_same_id(pool: PgPool) {
    let vhost = vhost().await;
    run(
        &pool,
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'the disk is slow today'; end $$;
         create trigger refuse before delete on orders.outbox_pending for each row execute function refuse();",
    )
    .await;
    let id = store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.created").await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let first = vhost.take_until(PROCESS_QUEUE, 1).await;
    relay.kill().await;
    assert_eq!(published(&pool, Outbox::Orders).await, (0, 1));
    run(&pool, "drop trigger refuse on orders.outbox_pending").await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let second = vhost.take_until(PROCESS_QUEUE, 1).await;
    until("it is recorded", async || {
        all_published(&pool, Outbox::Orders).await
    })
    .await;
    relay.stop().await;
    assert_eq!((message_id(&first[0]), message_id(&second[0])), (id, id));
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_event_that_reaches_no_queue_is_never_settled_and_never_parked(pool: PgPool) {
    let vhost = vhost().await;
    let lost = store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.unknown").await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let state = async || -> (i32, bool) {
        sqlx::query_as("select attempts, parked_at is null from orders.outbox_pending join orders.outbox using (created_at, sequence) where event_id = $1")
            .bind(lost)
            .fetch_one(&pool)
            .await
            .expect("it is pending")
    };
    // Set back by hand, it would otherwise wait longer each time.
    until("it was tried twelve times", async || {
        run(
            &pool,
            "update orders.outbox_pending set not_before = now() where attempts > 0",
        )
        .await;
        state().await.0 >= 12
    })
    .await;
    store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.created").await;
    assert_eq!(vhost.take_until(PROCESS_QUEUE, 1).await.len(), 1);
    relay.stop().await;
    assert!(state().await.1, "it is not parked");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_poison_row_is_parked_after_ten_attempts_and_holds_back_only_its_own_order(pool: PgPool) {
    let vhost = vhost().await;
    let (poisoned, other) = (Uuid::now_v7(), Uuid::now_v7());
    let poison = store(&pool, Outbox::Orders, poisoned, 1, &"k".repeat(300)).await;
    let behind = store(&pool, Outbox::Orders, poisoned, 1, "order.created").await;
    let parked = async || -> Option<i32> {
        sqlx::query_scalar("select attempts from orders.outbox_pending join orders.outbox using (created_at, sequence) where event_id = $1 and parked_at is not null")
            .bind(poison)
            .fetch_optional(&pool)
            .await
            .expect("an answer")
    };
    let relay = Relay::start(&pool, &vhost, &[]).await;
    until("it is parked", async || {
        run(
            &pool,
            "update orders.outbox_pending set not_before = now() where attempts > 0",
        )
        .await;
        parked().await.is_some()
    })
    .await;
    assert_eq!(parked().await, Some(10));
    let free = store(&pool, Outbox::Orders, other, 1, "order.created").await;
    let messages = vhost.take_until(PROCESS_QUEUE, 1).await;
    assert_eq!(message_id(&messages[0]), free);

    // An operator mends it.
    run(
        &pool,
        "update orders.outbox set event_type = 'order.created' where length(event_type) = 300",
    )
    .await;
    run(&pool, "update orders.outbox_pending set parked_at = null").await;
    let messages = vhost.take_until(PROCESS_QUEUE, 2).await;
    relay.stop().await;
    assert_eq!(
        messages.iter().map(message_id).collect::<Vec<_>>(),
        [poison, behind]
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_row_that_is_committed_after_later_ones_is_found(pool: PgPool) {
    let vhost = vhost().await;
    let (late, early) = (Uuid::from_u128(64), Uuid::from_u128(64 << 8));
    assert_eq!(shard_of(late), shard_of(early));
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let mut transaction = pool.begin().await.expect("a transaction");
    let held = event(late, 1, "order.created");
    let _ = append(&mut transaction, Outbox::Orders, &held)
        .await
        .expect("stored");
    let first = store(&pool, Outbox::Orders, early, 1, "order.created").await;
    assert_eq!(
        message_id(&vhost.take_until(PROCESS_QUEUE, 1).await[0]),
        first
    );
    transaction.commit().await.expect("committed");
    assert_eq!(
        message_id(&vhost.take_until(PROCESS_QUEUE, 1).await[0]),
        held.event_id
    );
    relay.stop().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_connection_that_the_broker_ends_is_made_again(pool: PgPool) {
    let vhost = vhost().await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.created").await;
    vhost.take_until(PROCESS_QUEUE, 1).await;
    until("the broker ends both connections", async || {
        vhost.end_connections().await >= 2
    })
    .await;
    let id = store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.created").await;
    assert_eq!(message_id(&vhost.take_until(PROCESS_QUEUE, 1).await[0]), id);
    relay.stop().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_relay_that_is_asked_to_stop_records_all_that_it_sent(pool: PgPool) {
    let vhost = vhost().await;
    let rows = "insert into orders.outbox (event_id, shard, order_id, version, event_type, body)
        select gen_random_uuid(), n % 64, gen_random_uuid(), 1, 'order.created', '{}' from generate_series(1, 6000) n";
    run(&pool, rows).await;
    let relay = Relay::start(&pool, &vhost, &[("VELURE_RELAY_WINDOW", "100")]).await;
    until("some are recorded", async || {
        published(&pool, Outbox::Orders).await.0 > 0
    })
    .await;
    relay.stop().await;
    let (recorded, all) = published(&pool, Outbox::Orders).await;
    assert!(recorded < all, "it stopped on its way");
    let recorded = usize::try_from(recorded).expect("not negative");
    assert_eq!(vhost.take(PROCESS_QUEUE, 6_000).await.len(), recorded);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_dead_letter_of_the_processor_arrives_with_its_reason(pool: PgPool) {
    let vhost = vhost().await;
    sqlx::query(
        "insert into fulfilment.outbox (event_id, shard, order_id, version, event_type, body, reason)
         values ($1, 5, $1, 0, 'dead.process-order-queue', 'no JSON', 'the body is no event')",
    )
    .bind(Uuid::now_v7())
    .execute(&pool)
    .await
    .expect("stored");
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let dead = vhost.take_until("process-order-queue.dlq", 1).await;
    relay.stop().await;
    assert_eq!(dead[0]["payload"], "no JSON");
    assert_eq!(
        dead[0]["properties"]["headers"]["x-velure-reason"],
        "the body is no event"
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn writers_need_not_wake_a_relay_that_is_awake(pool: PgPool) {
    let vhost = vhost().await;
    let asleep = async || -> bool {
        sqlx::query_scalar("select relay.asleep(7::int2)")
            .fetch_one(&pool)
            .await
            .expect("an answer")
    };
    assert!(asleep().await, "nobody is there");
    let relay = Relay::start(&pool, &vhost, &[]).await;
    store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.created").await;
    until("it is awake", async || !asleep().await).await;
    until("it falls asleep again", asleep).await;
    // A wake-up is enough, whatever the poll.
    velure_postgres::outbox::wake(&pool.clone().into()).await;
    until("it is awake", async || !asleep().await).await;
    relay.stop().await;
    // The server notices the end of the connection that held the locks when it gets to it.
    until("nobody is there", asleep).await;
    assert!(vhost.take(STATUS_QUEUE, 1).await.is_empty());
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_backlog_of_many_reads_is_drained(pool: PgPool) {
    let vhost = vhost().await;
    let rows = "insert into orders.outbox (event_id, shard, order_id, version, event_type, body)
        select gen_random_uuid(), n % 64, gen_random_uuid(), 1, 'order.created', '{}' from generate_series(1, 14000) n";
    run(&pool, rows).await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    until("everything is recorded", async || {
        all_published(&pool, Outbox::Orders).await
    })
    .await;
    relay.stop().await;
}
