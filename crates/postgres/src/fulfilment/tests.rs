//! Against a real database, as the role `velure_fulfilment`: every function here has exactly the rights it needs.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_contracts::events::{Envelope, EventType, NoData, OrderFailed};
use velure_domain::{Cart, CartLine, Currency, EventId, FailureCode, Money, OrderFailure, OrderId, Quantity};

use super::*;
use crate::ORDERS;

const LONG: Duration = Duration::from_secs(60);
/// A lease that is over as it begins: its holder counts as dead.
const OVER: Duration = Duration::ZERO;

struct Books {
    store: FulfilmentStore,
    /// As the owner, to look at what the role may not read.
    owner: PgPool,
}

impl Books {
    async fn open(options: PgPoolOptions, connect: PgConnectOptions) -> Self {
        let owner = options.connect_with(connect.clone()).await.expect("a connection");
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::query("set role velure_fulfilment").execute(connection).await?;
                    Ok(())
                })
            })
            .connect_with(connect)
            .await
            .expect("a connection");
        Self { store: FulfilmentStore::new(pool, LONG), owner }
    }

    fn with_lease(&self, lease: Duration) -> FulfilmentStore {
        FulfilmentStore { pool: self.store.pool.clone(), lease }
    }

    async fn claimed(&self, event: &NewFulfilment) -> Fulfilment {
        match self.store.record(event).await.expect("recorded") {
            Recorded::Claimed(order) => *order,
            other => panic!("{other:?}"),
        }
    }

    /// What is in the outbox about an order, in the order it will be published.
    async fn outbox(&self, order: OrderId) -> Vec<(String, i16, Vec<u8>)> {
        sqlx::query_as("select event_type, version, body from fulfilment.outbox where order_id = $1 order by sequence")
            .bind(order.as_uuid())
            .fetch_all(&self.owner)
            .await
            .expect("the outbox")
    }

    async fn types(&self, order: OrderId) -> Vec<String> {
        self.outbox(order).await.into_iter().map(|(kind, _, _)| kind).collect()
    }

    async fn inbox(&self) -> i64 {
        sqlx::query_scalar("select count(*) from fulfilment.inbox").fetch_one(&self.owner).await.expect("the inbox")
    }

    async fn run(&self, sql: &'static str) -> Result<u64, sqlx::Error> {
        sqlx::query(sql).execute(&self.owner).await.map(|done| done.rows_affected())
    }
}

fn event() -> NewFulfilment {
    let line = |product: &str, quantity| CartLine {
        product_id: product.repeat(24).parse().expect("24 digits"),
        quantity: Quantity::new(quantity).expect("a legal quantity"),
    };
    NewFulfilment {
        event_id: EventId::generate(),
        order_id: OrderId::generate(),
        cart: Cart::new([line("b", 2), line("a", 1)]).expect("a legal cart"),
        total: Money::new(2490, Currency::Usd).expect("a legal amount"),
        payment_method: "pm_card_visa".parse().expect("a legal token"),
        expired: false,
        trace: Trace { traceparent: Some("00-1-2-01".to_owned()), tracestate: None },
    }
}

fn again(event: &NewFulfilment) -> NewFulfilment {
    NewFulfilment { event_id: EventId::generate(), ..event.clone() }
}

fn failure(code: FailureCode) -> OrderFailure {
    OrderFailure { code, product_id: Some("a".repeat(24).parse().expect("24 digits")) }
}

fn stale<T: std::fmt::Debug>(outcome: Result<T, FulfilmentError>) {
    assert!(matches!(outcome, Err(FulfilmentError::Stale)), "{outcome:?}");
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, sqlx::Error>, constraint: &str) {
    let error = outcome.expect_err("the database refuses");
    assert!(crate::breaks_constraint(&error, constraint), "{error}");
}

#[sqlx::test(migrator = "ORDERS")]
async fn what_is_claimed_is_what_was_recorded(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let event = event();
    let first = books.claimed(&event).await;
    assert!(first.is_first_claim());
    let dead = books.with_lease(OVER);
    dead.postpone(&first, "no answer", OVER).await.expect("postponed");
    let read = dead.claim_due(10).await.expect("claimed").pop().expect("one is due").expect("readable");
    assert!(!read.is_first_claim());
    assert_eq!(read, Fulfilment { attempts: 1, lease: Lease(2), ..first });
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_paid_order_tells_of_processing_and_completion(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    assert_eq!(reserved.payment.as_ref().map(|p| p.status), Some(PaymentStatus::Initiated));
    let charged = books.store.charged(&reserved, "ch_1").await.expect("charged");
    let completed = books.store.completed(&charged).await.expect("completed");
    assert_eq!(completed.phase, Phase::Completed);
    assert_eq!(books.types(order.order_id).await, ["order.processing", "order.completed"]);
    let (_, version, body) = books.outbox(order.order_id).await.pop().expect("completed");
    let envelope: Envelope<NoData> = serde_json::from_slice(&body).expect("an envelope");
    assert_eq!((version, envelope.version, envelope.kind), (3, 3, EventType::OrderCompleted));
    assert_eq!(envelope.order_id, order.order_id.as_uuid());
    assert!(books.store.claim_due(10).await.expect("claimed").is_empty());
    assert_eq!(books.store.next_due().await.expect("read"), None);
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_refused_order_tells_of_processing_and_failure_at_once(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    let failed = failure(FailureCode::InsufficientStock);
    books.store.refused_by_stock(&order, failed).await.expect("refused");
    let mut events = books.outbox(order.order_id).await;
    let (kind, version, body) = events.pop().expect("failed");
    let envelope: Envelope<OrderFailed> = serde_json::from_slice(&body).expect("an envelope");
    assert_eq!((kind.as_str(), version), ("order.failed", 3));
    assert_eq!(envelope.data.failure.code, "insufficient_stock");
    assert_eq!(envelope.data.failure.product_id, Some("a".repeat(24)));
    assert_eq!(events.pop().map(|(kind, version, _)| (kind, version)), Some(("order.processing".to_owned(), 2)));
    assert!(events.is_empty());
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_declined_order_and_one_that_was_given_up_fail_with_the_reason_that_was_decided(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    let declined = books.store.declined(&reserved, failure(FailureCode::PaymentDeclined), "no").await.expect("declined");
    books.store.failed(&declined).await.expect("failed");
    assert_eq!(books.types(order.order_id).await, ["order.processing", "order.failed"]);

    let other = books.claimed(&event()).await;
    let given_up = books.store.given_up(&other, failure(FailureCode::Timeout)).await.expect("given up");
    assert_eq!(books.types(other.order_id).await, ["order.processing"]);
    books.store.failed(&given_up).await.expect("failed");
    let (_, _, body) = books.outbox(other.order_id).await.pop().expect("failed");
    let envelope: Envelope<OrderFailed> = serde_json::from_slice(&body).expect("an envelope");
    assert_eq!(envelope.data.failure.code, "timeout");
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_duplicate_changes_nothing(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let event = event();
    let order = books.claimed(&event).await;
    assert_eq!(books.store.record(&event).await.expect("recorded"), Recorded::Waiting);
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    assert_eq!(books.store.record(&event).await.expect("recorded"), Recorded::Waiting);
    let charged = books.store.charged(&reserved, "ch_1").await.expect("charged");
    books.store.completed(&charged).await.expect("completed");
    for _ in 0..3 {
        assert_eq!(books.store.record(&event).await.expect("recorded"), Recorded::Final);
    }
    assert_eq!(books.types(order.order_id).await, ["order.processing", "order.completed"]);
    assert_eq!(books.inbox().await, 1);
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_new_event_about_a_known_order_has_its_answer_sent_again(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let event = event();
    let order = books.claimed(&event).await;
    assert_eq!(books.store.record(&again(&event)).await.expect("recorded"), Recorded::Waiting);
    assert!(books.types(order.order_id).await.is_empty(), "there is no answer yet");
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    assert_eq!(books.store.record(&again(&event)).await.expect("recorded"), Recorded::Waiting);
    assert_eq!(books.types(order.order_id).await, ["order.processing"; 2]);
    let charged = books.store.charged(&reserved, "ch_1").await.expect("charged");
    books.store.completed(&charged).await.expect("completed");
    assert_eq!(books.store.record(&again(&event)).await.expect("recorded"), Recorded::Final);
    let expected =
        ["order.processing", "order.processing", "order.completed", "order.processing", "order.completed"];
    assert_eq!(books.types(order.order_id).await, expected);
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_new_event_resumes_an_order_that_waits_for_its_next_try_and_a_duplicate_does_not(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let event = event();
    let order = books.claimed(&event).await;
    books.store.postpone(&order, "no answer", LONG).await.expect("postponed");
    assert_eq!(books.store.record(&event).await.expect("recorded"), Recorded::Waiting);
    let expired = NewFulfilment { expired: true, ..again(&event) };
    let resumed = books.claimed(&expired).await;
    assert!(resumed.expired);
    assert_eq!((resumed.attempts, resumed.lease), (1, Lease(2)));
}

#[sqlx::test(migrator = "ORDERS")]
async fn an_event_that_contradicts_the_record_changes_nothing(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let event = event();
    books.claimed(&event).await;
    let dearer = NewFulfilment { total: Money::new(1, Currency::Usd).expect("legal"), expired: true, ..again(&event) };
    assert_eq!(books.store.record(&dearer).await.expect("recorded"), Recorded::Contradicts);
    assert_eq!(books.inbox().await, 1);
    let expired: bool = sqlx::query_scalar("select expired from fulfilment.fulfilments")
        .fetch_one(&books.owner)
        .await
        .expect("the order");
    assert!(!expired);
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_holder_that_lost_its_lease_changes_nothing(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let slow = books.with_lease(OVER);
    let Recorded::Claimed(held) = slow.record(&event()).await.expect("recorded") else { panic!("it is new") };
    let taken = books.store.claim_due(1).await.expect("claimed").pop().expect("due").expect("readable");
    stale(slow.reserved(&held, "key").await);
    stale(slow.refused_by_stock(&held, failure(FailureCode::InsufficientStock)).await);
    stale(slow.given_up(&held, failure(FailureCode::Timeout)).await);
    stale(slow.postpone(&held, "no answer", OVER).await);
    assert!(books.types(held.order_id).await.is_empty());
    let reserved = books.store.reserved(&taken, "key").await.expect("reserved");
    // The same claim, but a phase that has passed.
    stale(books.store.reserved(&taken, "key").await);
    stale(slow.charged(&Fulfilment { lease: held.lease, ..reserved.clone() }, "ch_1").await);
    stale(slow.declined(&Fulfilment { lease: held.lease, ..reserved.clone() }, failure(FailureCode::PaymentDeclined), "no").await);
    let charged = books.store.charged(&reserved, "ch_1").await.expect("charged");
    stale(books.store.charged(&reserved, "ch_2").await);
    stale(slow.completed(&Fulfilment { lease: held.lease, ..charged.clone() }).await);
    books.store.completed(&charged).await.expect("completed");
    stale(books.store.postpone(&charged, "no answer", OVER).await);
    assert_eq!(books.types(held.order_id).await, ["order.processing", "order.completed"]);
}

#[sqlx::test(migrator = "ORDERS")]
async fn of_many_who_claim_at_once_each_order_goes_to_one(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    for _ in 0..20 {
        let order = books.claimed(&event()).await;
        books.store.postpone(&order, "no answer", OVER).await.expect("postponed");
    }
    let claims = futures::future::join_all((0..8).map(|_| books.store.claim_due(5))).await;
    let mut claimed: Vec<_> = claims.into_iter().flat_map(|claim| claim.expect("claimed")).collect();
    // Rows that another claim had locked were skipped, never waited for and never taken twice.
    claimed.extend(books.store.claim_due(20).await.expect("claimed"));
    let ids: std::collections::BTreeSet<_> =
        claimed.iter().map(|order| order.as_ref().expect("readable").order_id).collect();
    assert_eq!((claimed.len(), ids.len()), (20, 20));
}

#[sqlx::test(migrator = "ORDERS")]
async fn an_order_that_cannot_be_read_holds_back_nobody(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let dead = books.with_lease(OVER);
    dead.record(&event()).await.expect("recorded");
    books.run("update fulfilment.fulfilments set lines = '[]'").await.expect("broken");
    dead.record(&event()).await.expect("recorded");
    let claimed = books.store.claim_due(10).await.expect("claimed");
    assert_eq!(claimed.iter().filter(|order| order.is_ok()).count(), 1);
    assert!(claimed.iter().any(|order| matches!(order, Err(FulfilmentError::Unreadable { field: "lines", .. }))));
}

#[sqlx::test(migrator = "ORDERS")]
async fn the_next_look_is_when_the_next_order_is_due(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    books.store.postpone(&order, "no answer", Duration::from_secs(30)).await.expect("postponed");
    let due = books.store.next_due().await.expect("read").expect("one waits");
    assert!(due > Duration::from_secs(20) && due <= Duration::from_secs(30), "{due:?}");
    let dead = books.with_lease(OVER);
    dead.record(&event()).await.expect("recorded");
    assert_eq!(books.store.next_due().await.expect("read"), Some(Duration::ZERO));
    let backlog = books.store.backlog().await.expect("counted");
    assert_eq!((backlog.open, backlog.retrying, backlog.in_doubt), (2, 1, 0));
}

#[sqlx::test(migrator = "ORDERS")]
async fn the_database_refuses_what_must_never_be(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    let fail = "update fulfilment.fulfilments set phase = 'FAILED', failure_code = 'internal'";
    refused(books.run(fail).await, "fulfilments_legal_moves");
    refused(books.run("update fulfilment.fulfilments set phase = 'CHARGED'").await, "fulfilments_completed_is_charged");
    books.store.charged(&reserved, "ch_1").await.expect("charged");
    refused(books.run(fail).await, "fulfilments_legal_moves");
    refused(books.run("update fulfilment.payments set status = 'DECLINED', charge_id = null").await, "payments_answered_once");
    // A decline that is not on record as one: the stock would be given back under a charge in doubt.
    let other = books.claimed(&event()).await;
    books.store.reserved(&other, "other").await.expect("reserved");
    books.run("update fulfilment.fulfilments set phase = 'DECLINED', failure_code = 'internal' where phase = 'RESERVED'")
        .await
        .expect("a legal move");
    refused(
        books.run("update fulfilment.fulfilments set phase = 'FAILED' where phase = 'DECLINED'").await,
        "fulfilments_failed_is_not_charged",
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn two_orders_cannot_share_a_charge(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let (one, two) = (books.claimed(&event()).await, books.claimed(&event()).await);
    books.store.reserved(&one, "key").await.expect("reserved");
    let error = books.store.reserved(&two, "key").await.expect_err("the key is taken");
    assert!(matches!(&error, FulfilmentError::Database(e) if crate::breaks_constraint(e, "payments_idempotency_key_unique")));
    assert!(!error.is_transient());
    assert!(books.types(two.order_id).await.is_empty(), "nothing of it was stored");
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_dead_letter_keeps_its_body_and_reason_and_is_never_dropped_as_a_duplicate(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let order_id = OrderId::generate();
    let letter = DeadLetter {
        queue: "process-order-queue",
        event_id: Some(EventId::generate()),
        order_id: Some(order_id),
        body: b"\x00\xff no json".to_vec(),
        reason: "the body is no event".to_owned(),
        trace: Trace::default(),
    };
    books.store.dead_letter(&letter).await.expect("stored");
    books.store.dead_letter(&letter).await.expect("stored");
    let nameless = DeadLetter { event_id: None, order_id: None, ..letter.clone() };
    books.store.dead_letter(&nameless).await.expect("stored");
    let stored = books.outbox(order_id).await;
    assert_eq!(stored, vec![("dead.process-order-queue".to_owned(), 0, letter.body.clone()); 2]);
    let reasons: Vec<String> = sqlx::query_scalar("select reason from fulfilment.outbox")
        .fetch_all(&books.owner)
        .await
        .expect("the outbox");
    assert_eq!(reasons, vec![letter.reason; 3]);
    assert_eq!(books.inbox().await, 1);
}

#[sqlx::test(migrator = "ORDERS")]
async fn old_inbox_rows_are_forgotten(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    books.claimed(&event()).await;
    books.run("update fulfilment.inbox set handled_at = now() - interval '61 days'").await.expect("aged");
    books.claimed(&event()).await;
    let keep = Duration::from_secs(60 * 24 * 3600);
    assert_eq!(books.store.forget_inbox(keep).await.expect("forgotten"), 1);
    assert_eq!(books.inbox().await, 1);
}
