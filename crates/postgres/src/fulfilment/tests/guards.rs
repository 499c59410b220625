use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use velure_fault_proxy::Proxy;

use super::*;

#[sqlx::test(migrator = "ORDERS")]
async fn the_database_refuses_what_must_never_be(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    let fail = "update fulfilment.fulfilments set phase = 'FAILED', failure_code = 'internal'";
    refused(books.run(fail).await, "fulfilments_legal_moves");
    refused(
        books
            .run("update fulfilment.fulfilments set phase = 'CHARGED'")
            .await,
        "fulfilments_completed_is_charged",
    );
    books
        .store
        .charged(&reserved, "ch_1")
        .await
        .expect("charged");
    refused(books.run(fail).await, "fulfilments_legal_moves");
    refused(
        books
            .run("update fulfilment.payments set status = 'DECLINED', charge_id = null")
            .await,
        "payments_answered_once",
    );
    // A decline that is not on record as one: the stock would be given back under a charge in doubt.
    let other = books.claimed(&event()).await;
    books
        .store
        .reserved(&other, "other")
        .await
        .expect("reserved");
    books.run("update fulfilment.fulfilments set phase = 'DECLINED', failure_code = 'internal' where phase = 'RESERVED'")
        .await
        .expect("a legal move");
    refused(
        books
            .run("update fulfilment.fulfilments set phase = 'FAILED' where phase = 'DECLINED'")
            .await,
        "fulfilments_failed_is_not_charged",
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn two_orders_cannot_share_a_charge(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let (one, two) = (books.claimed(&event()).await, books.claimed(&event()).await);
    books.store.reserved(&one, "key").await.expect("reserved");
    let error = books
        .store
        .reserved(&two, "key")
        .await
        .expect_err("the key is taken");
    assert!(
        matches!(&error, FulfilmentError::Database(e) if crate::breaks_constraint(e, "payments_idempotency_key_unique"))
    );
    assert!(!error.is_transient());
    assert!(
        books.types(two.order_id).await.is_empty(),
        "nothing of it was stored"
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn the_processor_may_do_nothing_else(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let forbidden = [
        "select 1 from orders.orders",
        "update orders.orders set status = 'COMPLETED'",
        "select 1 from orders.line_items",
        "insert into orders.outbox (event_id, shard, order_id, version, event_type, body)
           values (gen_random_uuid(), 0, gen_random_uuid(), 1, 'order.created', '')",
        "select body from fulfilment.outbox",
        "update fulfilment.outbox set body = ''",
        "delete from fulfilment.outbox_pending",
        "delete from fulfilment.outbox",
        "delete from fulfilment.fulfilments",
        "delete from fulfilment.payments",
        "update fulfilment.fulfilments set total_minor = 1",
        "update fulfilment.fulfilments set payment_method = 'pm_other'",
        "update fulfilment.payments set amount_minor = 1",
        "update fulfilment.payments set idempotency_key = 'another'",
        "update fulfilment.inbox set order_id = null",
        "update payment_simulator.charges set outcome = 'DECLINED'",
        "delete from payment_simulator.charges",
        "select relay.maintain_outboxes()",
        "create table fulfilment.more (id integer)",
    ];
    for statement in forbidden {
        let error = sqlx::query(statement)
            .execute(&books.store.pool)
            .await
            .expect_err(statement);
        let code = error
            .as_database_error()
            .and_then(|error| error.code())
            .map(|code| code.into_owned());
        assert_eq!(code.as_deref(), Some("42501"), "{statement}: {error}");
    }
}

/// Polls a future at most so often, and drops it.
async fn cancelled_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_move_that_is_cancelled_anywhere_on_its_way_happened_wholly_or_not_at_all(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect.clone()).await;
    // A line in this test's own thread: no answer is there before the question was left waiting for it.
    let server = format!("{}:{}", connect.get_host(), connect.get_port());
    let line = Proxy::to(&server).await.expect("a line");
    let over_it = connect
        .host(&line.address().ip().to_string())
        .port(line.address().port())
        .options([("role", "velure_fulfilment")]);
    // One connection: one that came back with a transaction open would show in the next round.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(over_it);
    let store = FulfilmentStore::new(pool, LONG);
    for polls in 1.. {
        let event = event();
        let Recorded::Claimed(held) = store.record(&event).await.expect("recorded") else {
            panic!("somebody has it");
        };
        let key = format!("order:{}:charge", event.order_id);
        let done = cancelled_after(polls, store.reserved(&held, &key)).await;
        let (phase, payments, events): (String, i64, i64) = sqlx::query_as(
            "select phase, (select count(*) from fulfilment.payments p where p.order_id = f.order_id),
               (select count(*) from fulfilment.outbox o where o.order_id = f.order_id)
             from fulfilment.fulfilments f where order_id = $1",
        )
        .bind(event.order_id.as_uuid())
        .fetch_one(&books.owner)
        .await
        .expect("on record");
        match phase.as_str() {
            "RECORDED" => assert_eq!((payments, events), (0, 0), "after {polls} polls"),
            "RESERVED" => assert_eq!((payments, events), (1, 1), "after {polls} polls"),
            other => panic!("{other} after {polls} polls"),
        }
        if let Some(moved) = done {
            assert_eq!(moved.expect("stored").phase, Phase::Reserved);
            assert!(polls > 4, "it was never cancelled on its way");
            return;
        }
    }
}
