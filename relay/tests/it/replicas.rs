use std::collections::BTreeMap;

use sqlx::PgPool;
use uuid::Uuid;
use velure_amqp::PROCESS_QUEUE;
use velure_postgres::outbox::{LEASE, Outbox};

use crate::fixture::{Relay, all_published, message_id, order_and_version, store, until, vhost};

/// How many shards each replica leases, fewest first.
async fn leases(pool: &PgPool) -> Vec<i64> {
    sqlx::query_scalar(
        "select count(*) from pg_locks
         where locktype = 'advisory' and objsubid = 2 and classid::int8 = $1
           and database = (select oid from pg_database where datname = current_database())
         group by pid order by 1",
    )
    .bind(i64::from(LEASE))
    .fetch_all(pool)
    .await
    .expect("locks")
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn replicas_share_the_shards_and_one_takes_over_from_another(pool: PgPool) {
    let vhost = vhost().await;
    vhost.copy_queue("copy", "orders", "order.*").await;
    let first = Relay::start(&pool, &vhost, &[]).await;
    until("one has all", async || leases(&pool).await == [64]).await;
    let second = Relay::start(&pool, &vhost, &[]).await;
    until("they share", async || leases(&pool).await == [32, 32]).await;
    let third = Relay::start(&pool, &vhost, &[]).await;
    until("they share", async || leases(&pool).await == [20, 22, 22]).await;
    third.stop().await;
    until("they share again", async || leases(&pool).await == [32, 32]).await;

    let orders: Vec<Uuid> = (0..200).map(|_| Uuid::now_v7()).collect();
    let mut ids = Vec::new();
    for (n, order) in orders.iter().enumerate() {
        ids.push(store(&pool, Outbox::Fulfilment, *order, 2, "order.processing").await);
        ids.push(store(&pool, Outbox::Fulfilment, *order, 3, "order.completed").await);
        if n == 100 {
            break;
        }
    }
    let killed = std::time::Instant::now();
    first.kill().await;
    until("the other has all", async || leases(&pool).await == [64]).await;
    assert!(
        killed.elapsed().as_secs() < 5,
        "taking over took {:?}",
        killed.elapsed()
    );
    for order in &orders[101..] {
        ids.push(store(&pool, Outbox::Fulfilment, *order, 2, "order.processing").await);
        ids.push(store(&pool, Outbox::Fulfilment, *order, 3, "order.completed").await);
    }
    until("everything is recorded", async || {
        all_published(&pool, Outbox::Fulfilment).await
    })
    .await;
    second.stop().await;

    let messages = vhost.take("copy", 2_000).await;
    let mut seen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for message in &messages {
        let (order, version) = order_and_version(message);
        let versions = seen.entry(order).or_default();
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    assert_eq!(seen.len(), 200);
    assert!(
        seen.values().all(|versions| *versions == [2, 3]),
        "{seen:?}"
    );
    assert!(
        ids.iter()
            .all(|id| messages.iter().any(|m| message_id(m) == *id))
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_replica_whose_leases_are_lost_takes_them_again(pool: PgPool) {
    let vhost = vhost().await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    until("it has all", async || leases(&pool).await == [64]).await;
    let ended: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from (select distinct pid from pg_locks
         where locktype = 'advisory' and objsubid = 2 and classid::int8 = $1
           and database = (select oid from pg_database where datname = current_database())) holders",
    )
    .bind(i64::from(LEASE))
    .fetch_one(&pool)
    .await
    .expect("ended");
    assert_eq!(ended, 1);
    let id = store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.created").await;
    let messages = vhost.take_until(PROCESS_QUEUE, 1).await;
    assert_eq!(message_id(&messages[0]), id);
    until("it is recorded", async || {
        all_published(&pool, Outbox::Orders).await
    })
    .await;
    relay.stop().await;
    assert_eq!(leases(&pool).await, Vec::<i64>::new());
}
