//! What becomes of a connection that was forgotten between us and the database.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, PgPool};
use velure_config::{Env, Reader};
use velure_fault_proxy::Proxy;
use velure_postgres::status::StatusStore;
use velure_postgres::{DEADLINE, DatabaseConfig, is_transient};

const SOON: Duration = Duration::from_secs(10);

/// A pool of one connection to the test's database, and the line that it goes over.
async fn over_a_line(pool: &PgPool) -> (PgPool, Proxy) {
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
    let config = DatabaseConfig::read(&mut reader, "VELURE_ORDERS_DATABASE_URL", "test", 1);
    let config = reader.finish(config).expect("a configuration");
    (config.pool().expect("a pool"), proxy)
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_answer_that_never_comes_is_given_up_and_leaves_the_pool_its_place(pool: PgPool) {
    let (one, line) = over_a_line(&pool).await;
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

/// How many statements wait for a lock.
async fn waiting(pool: &PgPool) -> i64 {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(pool)
        .await
        .expect("a number")
}
