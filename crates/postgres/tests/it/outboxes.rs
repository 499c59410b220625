//! The two tables of an outbox.

use sqlx::{AssertSqlSafe, PgPool};
use velure_postgres::{ORDERS, outbox};

const EVENT: &str =
    "insert into orders.outbox (event_id, shard, order_id, version, event_type, body)
    values (gen_random_uuid(), 7, gen_random_uuid(), 1, 'order.created', '{}')";

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(pool)
        .await
        .expect("the statement runs");
}

async fn number(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(pool)
        .await
        .expect("a number")
}

#[sqlx::test]
async fn what_was_pending_or_parked_before_the_tables_were_split_stays_so(pool: PgPool) {
    let before = |version| version < 6;
    for migration in ORDERS.iter().filter(|m| before(m.version)) {
        run(&pool, migration.sql.as_str()).await;
    }
    for state in [
        "",
        "published_at = now()",
        "attempts = 3, last_error = 'refused', not_before = now() + interval '1 minute'",
        "attempts = 10, parked_at = now()",
    ] {
        run(&pool, EVENT).await;
        if !state.is_empty() {
            run(
                &pool,
                &format!("update orders.outbox set {state} where sequence = (select max(sequence) from orders.outbox)"),
            )
            .await;
        }
    }
    for migration in ORDERS.iter().filter(|m| !before(m.version)) {
        run(&pool, migration.sql.as_str()).await;
    }
    assert_eq!(number(&pool, "select count(*) from orders.outbox").await, 4);
    let pending: Vec<(i16, i64, i32, Option<String>, bool, bool)> = sqlx::query_as(
        "select shard, sequence, attempts, last_error, not_before > now(), parked_at is not null
         from orders.outbox_pending join orders.outbox using (shard, sequence, created_at, order_id) order by sequence",
    )
    .fetch_all(&pool)
    .await
    .expect("the pending rows");
    assert_eq!(
        pending,
        [
            (7, 1, 0, None, false, false),
            (7, 3, 3, Some("refused".to_owned()), true, false),
            (7, 4, 10, None, false, true),
        ]
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn an_event_goes_in_with_its_pending_row_or_not_at_all(pool: PgPool) {
    run(&pool, EVENT).await;
    let mut transaction = pool.begin().await.expect("a transaction");
    sqlx::query(EVENT)
        .execute(&mut *transaction)
        .await
        .expect("stored");
    transaction.rollback().await.expect("rolled back");
    assert_eq!(
        number(&pool, "select count(*) from orders.outbox_pending join orders.outbox using (shard, sequence, created_at, order_id)").await,
        1
    );
    assert_eq!(
        number(&pool, "select count(*) from orders.outbox_pending").await,
        1
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_week_is_dropped_when_it_is_old_and_nothing_of_it_is_pending(pool: PgPool) {
    run(
        &pool,
        "create table orders.outbox_2020_10 partition of orders.outbox for values from ('2020-03-02 00:00Z') to ('2020-03-09 00:00Z');
         insert into orders.outbox (event_id, shard, order_id, version, event_type, body, created_at)
         values (gen_random_uuid(), 7, gen_random_uuid(), 1, 'order.created', '{}', '2020-03-04 12:00Z');",
    )
    .await;
    assert!(
        outbox::maintain(&pool.clone().into())
            .await
            .expect("maintained")
            .is_empty()
    );
    run(&pool, "delete from orders.outbox_pending").await;
    assert_eq!(
        outbox::maintain(&pool.clone().into())
            .await
            .expect("maintained"),
        ["orders.outbox_2020_10"]
    );
    assert_eq!(number(&pool, "select count(*) from orders.outbox").await, 0);
}
