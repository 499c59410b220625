//! The two tables of an outbox.

use sqlx::{AssertSqlSafe, PgPool};
use velure_postgres::outbox::{
    Outbox, ReadFrom, RowKey, mark_published, read_events, read_pending,
};
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

#[sqlx::test(migrator = "ORDERS")]
async fn a_backlog_is_read_and_marked_by_its_index_though_all_plans_were_made_while_there_was_none(
    pool: PgPool,
) {
    const BACKLOG: i64 = 20_000;
    run(&pool, "analyze orders.outbox, orders.outbox_pending").await;
    // Each event compared with each would be 400,000,000 comparisons, which no statement has the time for.
    let limits = [("statement_timeout", "3s")];
    let connect = pool.connect_options().as_ref().clone().options(limits);
    let relay = outbox::pool(connect);
    let from: Vec<ReadFrom> = (0..outbox::SHARDS)
        .map(|shard| ReadFrom {
            shard,
            orders: 0,
            fulfilment: 0,
        })
        .collect();
    let mut read = 0;
    for backlog in [0, BACKLOG] {
        run(
            &pool,
            &format!(
                "insert into orders.outbox (event_id, shard, order_id, version, event_type, body)
                 select gen_random_uuid(), n % 64, gen_random_uuid(), 1, 'order.created', '{{}}'
                 from generate_series(1, {backlog}) n"
            ),
        )
        .await;
        let pending = read_pending(&relay, &from, BACKLOG).await.expect("read");
        let events = read_events(&relay, &pending).await.expect("read");
        assert!(events.is_sorted_by_key(|event| event.sequence));
        let rows: Vec<RowKey> = events.iter().map(|e| (e.shard, e.sequence)).collect();
        for outbox in Outbox::ALL {
            // One that is not there, so that both statements are planned with nothing pending.
            let rows = [&rows[..], &[(0, -1)]].concat();
            mark_published(&relay, outbox, &rows).await.expect("marked");
        }
        read += events.len();
    }
    assert_eq!(i64::try_from(read), Ok(BACKLOG));
    assert_eq!(
        number(&pool, "select count(*) from orders.outbox_pending").await,
        0
    );
}
