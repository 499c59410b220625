//! What becomes of a connection that was forgotten between us and the database.

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use sqlx::{AssertSqlSafe, PgPool};
use velure_config::{Env, Reader};
use velure_fault_proxy::Proxy;
use velure_postgres::status::StatusStore;
use velure_postgres::{DEADLINE, DatabaseConfig, Pool, is_transient};

const SOON: Duration = Duration::from_secs(10);

/// A pool of so many connections to the test's database, and the line that they go over.
async fn over_a_line(pool: &PgPool, connections: u32) -> (Pool, Proxy) {
    let options = pool.connect_options();
    let target = format!("{}:{}", options.get_host(), options.get_port());
    let proxy = Proxy::to(&target).await.expect("a proxy");
    let server = Env::process()
        .get("VELURE_TEST_POSTGRES_URL")
        .expect("VELURE_TEST_POSTGRES_URL names a server")
        .to_owned();
    let (before, _) = server.rsplit_once('@').expect("a user and a password");
    let database = options.get_database().expect("a database");
    let env = Env::of([
        (
            "VELURE_ORDERS_DATABASE_URL",
            format!("{before}@{}/{database}", proxy.address()),
        ),
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true".to_owned()),
    ]);
    let mut reader = Reader::new(&env);
    let config = DatabaseConfig::read(
        &mut reader,
        "VELURE_ORDERS_DATABASE_URL",
        "test",
        connections,
    );
    let config = reader.finish(config).expect("a configuration");
    (config.pool().expect("a pool"), proxy)
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_answer_that_never_comes_is_given_up_and_leaves_the_pool_its_place(pool: PgPool) {
    let (one, line) = over_a_line(&pool, 1).await;
    let store = StatusStore::new(one);
    store.open_orders().await.expect("the line is open");
    // The question is on its way and waits for us, when the connection is forgotten.
    let mut lock = pool.begin().await.expect("a transaction");
    sqlx::query("lock table orders.orders in access exclusive mode")
        .execute(&mut *lock)
        .await
        .expect("a lock");
    let started = Instant::now();
    let asking = store.open_orders();
    let forgetting = async {
        while waiting(&pool).await == 0 {
            tokio::task::yield_now().await;
        }
        line.forget();
        lock.rollback().await.expect("the lock is given back");
    };
    let (answer, ()) = tokio::time::timeout(SOON, async { tokio::join!(asking, forgetting) })
        .await
        .expect("nobody waits for ever");
    let error = answer.expect_err("the answer was lost");
    assert!(is_transient(&error), "{error}");
    assert!(started.elapsed() >= DEADLINE, "{:?}", started.elapsed());
    tokio::time::timeout(SOON, async { while store.open_orders().await.is_err() {} })
        .await
        .expect("the place is free again");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn connections_that_are_forgotten_while_they_come_back_leave_the_pool_its_places(
    pool: PgPool,
) {
    const CONNECTIONS: u32 = 20;
    let (kept, line) = over_a_line(&pool, CONNECTIONS).await;
    let all = || try_join_all((0..CONNECTIONS).map(|_| kept.acquire()));
    // Each comes back with a question of its own: some are asked, some answer, and some are about to be asked again.
    for steps in 0..20 {
        drop(all().await.expect("every place is there"));
        for _ in 0..steps {
            tokio::task::yield_now().await;
        }
        line.forget();
        tokio::time::timeout(SOON, async { while all().await.is_err() {} })
            .await
            .expect("every place is free again");
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn what_is_dropped_within_a_transaction_is_rolled_back_at_once(pool: PgPool) {
    let (one, _line) = over_a_line(&pool, 1).await;
    let mut dropped = one.begin().await.expect("a transaction");
    sqlx::query("lock table orders.orders in access exclusive mode")
        .execute(&mut *dropped)
        .await
        .expect("a lock");
    drop(dropped);
    // Nobody uses the one connection again: its lock has to go by itself.
    let mut other = pool.begin().await.expect("a transaction");
    sqlx::query("set local lock_timeout to '900ms'")
        .execute(&mut *other)
        .await
        .expect("a limit below that of a forgotten transaction");
    sqlx::query("lock table orders.orders in access exclusive mode")
        .execute(&mut *other)
        .await
        .expect("the lock is free");
}

/// How many statements wait for a lock.
async fn waiting(pool: &PgPool) -> i64 {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(pool)
        .await
        .expect("a number")
}
