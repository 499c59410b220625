//! Each role of the orders database can do what its component does, and nothing else.

use sqlx::{AssertSqlSafe, Executor, PgPool};
use velure_postgres::orders::OrderStore;

/// Whether the role may run the statement: `Some(code)` is the refusal.
async fn refusal(pool: &PgPool, role: &str, statement: &str) -> Option<String> {
    let mut tx = pool.begin().await.expect("a transaction");
    tx.execute(AssertSqlSafe(format!("set local role {role}")))
        .await
        .expect("the role is there");
    let outcome = tx.execute(AssertSqlSafe(statement.to_owned())).await;
    outcome.err().and_then(|e| {
        e.as_database_error()
            .and_then(|e| e.code())
            .map(|c| c.into_owned())
    })
}

const FORBIDDEN: &[(&str, &str)] = &[
    (
        "velure_operator",
        "update orders.orders set status = 'COMPLETED'",
    ),
    (
        "velure_operator",
        "update fulfilment.fulfilments set phase = 'FAILED'",
    ),
    (
        "velure_operator",
        "update fulfilment.payments set status = 'DECLINED'",
    ),
    ("velure_operator", "delete from orders.outbox_pending"),
    (
        "velure_operator",
        "update orders.outbox_pending set sequence = 0",
    ),
    (
        "velure_operator",
        "insert into orders.outbox (event_id) values (gen_random_uuid())",
    ),
    ("velure_operator", "select * from orders.idempotency_keys"),
    ("velure_operator", "delete from operations.actions"),
    (
        "velure_operator",
        "update operations.actions set reason = 'another'",
    ),
    (
        "velure_operator",
        "insert into operations.actions (operator, login, reason, action, subject) values ('a', 'b', 'why', 'c', 'd')",
    ),
    ("velure_relay", "select * from operations.actions"),
    ("velure_orders_api", "select * from operations.actions"),
    (
        "velure_orders_api",
        "update orders.orders set status = 'COMPLETED'",
    ),
    ("velure_orders_api", "delete from orders.orders"),
    (
        "velure_orders_api",
        "update orders.line_items set unit_price_minor = 1",
    ),
    (
        "velure_orders_api",
        "update orders.idempotency_keys set order_id = gen_random_uuid()",
    ),
    ("velure_orders_api", "delete from orders.outbox"),
    ("velure_orders_api", "update orders.outbox set body = ''"),
    ("velure_orders_api", "select * from orders.outbox_pending"),
    ("velure_orders_api", "delete from orders.outbox_pending"),
    (
        "velure_orders_api",
        "insert into orders.outbox_pending (shard, sequence, created_at, order_id) values (0, 1, now(), gen_random_uuid())",
    ),
    ("velure_orders_api", "select body from orders.outbox"),
    ("velure_orders_api", "select * from fulfilment.payments"),
    (
        "velure_orders_api",
        "select * from payment_simulator.charges",
    ),
    ("velure_orders_api", "select relay.maintain_outboxes()"),
    ("velure_orders_api", "create table orders.mine ()"),
    ("velure_relay", "update orders.orders set total_minor = 1"),
    (
        "velure_relay",
        "update orders.orders set buyer_id = gen_random_uuid()",
    ),
    (
        "velure_relay",
        "insert into orders.orders (order_id) values (gen_random_uuid())",
    ),
    ("velure_relay", "delete from orders.order_events"),
    (
        "velure_relay",
        "update orders.order_events set status = 'COMPLETED'",
    ),
    ("velure_relay", "update orders.outbox set body = ''"),
    ("velure_relay", "delete from orders.outbox"),
    (
        "velure_relay",
        "update orders.outbox_pending set order_id = gen_random_uuid()",
    ),
    (
        "velure_relay",
        "update fulfilment.outbox set order_id = gen_random_uuid()",
    ),
    (
        "velure_relay",
        "insert into fulfilment.outbox (event_id) values (gen_random_uuid())",
    ),
    ("velure_relay", "select * from fulfilment.payments"),
    ("velure_relay", "select * from fulfilment.fulfilments"),
    ("velure_relay", "select * from orders.idempotency_keys"),
    (
        "velure_gateway",
        "update orders.orders set status = 'COMPLETED'",
    ),
    (
        "velure_gateway",
        "insert into orders.order_events (order_id) values (gen_random_uuid())",
    ),
    ("velure_gateway", "select * from orders.idempotency_keys"),
    ("velure_gateway", "select * from orders.outbox"),
    ("velure_gateway", "select * from orders.outbox_pending"),
    ("velure_gateway", "select * from fulfilment.fulfilments"),
    ("velure_fulfilment", "select * from orders.orders"),
    (
        "velure_fulfilment",
        "update orders.orders set status = 'COMPLETED'",
    ),
    ("velure_fulfilment", "select * from orders.outbox"),
    ("velure_fulfilment", "delete from fulfilment.payments"),
    ("velure_fulfilment", "delete from fulfilment.fulfilments"),
    (
        "velure_fulfilment",
        "update fulfilment.outbox set body = ''",
    ),
    ("velure_fulfilment", "delete from fulfilment.outbox_pending"),
    (
        "velure_fulfilment",
        "update payment_simulator.charges set outcome = 'SUCCEEDED'",
    ),
    ("velure_fulfilment", "delete from payment_simulator.charges"),
];

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn every_forbidden_statement_is_refused(pool: PgPool) {
    for (role, statement) in FORBIDDEN {
        assert_eq!(
            refusal(&pool, role, statement).await.as_deref(),
            Some("42501"),
            "{role}: {statement}"
        );
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_orders_api_can_place_and_read_orders(pool: PgPool) {
    let pool = as_role(&pool, "velure_orders_api").await;
    let store = OrderStore::new(pool);
    let order = crate::orders::new_order(crate::orders::buyer(), "k");
    store
        .place(&order)
        .await
        .expect("the role may place an order");
    store
        .find(order.buyer_id, order.order_id)
        .await
        .expect("the role may read")
        .expect("it is there");
    store
        .list(order.buyer_id, 0, 10)
        .await
        .expect("the role may list");
    store
        .cursor(order.buyer_id)
        .await
        .expect("the role may read its cursor");
    store
        .preflight(order.buyer_id, "k")
        .await
        .expect("the role may look a key up");
}

/// A pool whose connections are the role.
pub(crate) async fn as_role(pool: &PgPool, role: &'static str) -> PgPool {
    let options = (*pool.connect_options()).clone();
    sqlx::postgres::PgPoolOptions::new()
        .max_connections(4)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection
                    .execute(AssertSqlSafe(format!("set role {role}")))
                    .await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .expect("the role can connect")
}
