use super::*;
use crate::outbox::CHANNEL;

#[sqlx::test(migrator = "ORDERS")]
async fn a_paid_order_tells_of_processing_and_completion(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    assert_eq!(
        reserved.payment.as_ref().map(|p| p.status),
        Some(PaymentStatus::Initiated)
    );
    let charged = books
        .store
        .charged(&reserved, "ch_1")
        .await
        .expect("charged");
    let completed = books.store.completed(&charged).await.expect("completed");
    assert_eq!(completed.phase, Phase::Completed);
    assert_eq!(
        books.types(order.order_id).await,
        ["order.processing", "order.completed"]
    );
    let (_, version, body) = books.outbox(order.order_id).await.pop().expect("completed");
    let envelope: Envelope<OrderMoved> = serde_json::from_slice(&body).expect("an envelope");
    assert_eq!(
        (version, envelope.version, envelope.kind),
        (3, 3, EventType::OrderCompleted)
    );
    assert_eq!(envelope.order_id, order.order_id.as_uuid());
    let steps = |event: &Envelope<OrderMoved>| -> Vec<String> {
        event.data.steps.iter().map(|s| s.step.clone()).collect()
    };
    assert_eq!(steps(&envelope), ["charged", "committed"]);
    assert!(envelope.data.steps[0].at <= envelope.data.steps[1].at);
    let (_, _, body) = books.outbox(order.order_id).await.remove(0);
    let processing: Envelope<OrderMoved> = serde_json::from_slice(&body).expect("an envelope");
    assert_eq!(steps(&processing), ["received", "reserved"]);
    assert!(books.store.claim_due(10).await.expect("claimed").is_empty());
    assert_eq!(books.store.next_due().await.expect("read"), None);
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_refused_order_tells_of_processing_and_failure_at_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    let failed = failure(FailureCode::InsufficientStock);
    books
        .store
        .refused_by_stock(&order, failed)
        .await
        .expect("refused");
    let mut events = books.outbox(order.order_id).await;
    let (kind, version, body) = events.pop().expect("failed");
    let envelope: Envelope<OrderFailed> = serde_json::from_slice(&body).expect("an envelope");
    assert_eq!((kind.as_str(), version), ("order.failed", 3));
    assert_eq!(envelope.data.failure.code, "insufficient_stock");
    assert_eq!(envelope.data.failure.product_id, Some("a".repeat(24)));
    assert_eq!(
        events.pop().map(|(kind, version, _)| (kind, version)),
        Some(("order.processing".to_owned(), 2))
    );
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
    let declined = books
        .store
        .declined(&reserved, failure(FailureCode::PaymentDeclined), "no")
        .await
        .expect("declined");
    books.store.failed(&declined).await.expect("failed");
    assert_eq!(
        books.types(order.order_id).await,
        ["order.processing", "order.failed"]
    );

    let other = books.claimed(&event()).await;
    let given_up = books
        .store
        .given_up(&other, failure(FailureCode::Timeout))
        .await
        .expect("given up");
    assert_eq!(books.types(other.order_id).await, ["order.processing"]);
    books.store.failed(&given_up).await.expect("failed");
    let (_, _, body) = books.outbox(other.order_id).await.pop().expect("failed");
    let envelope: Envelope<OrderFailed> = serde_json::from_slice(&body).expect("an envelope");
    assert_eq!(envelope.data.failure.code, "timeout");
}

#[sqlx::test(migrator = "ORDERS")]
async fn what_a_move_answers_is_what_the_books_hold(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let store = &books.store;
    let paid = store.reserved(&books.retried().await, "1").await;
    let paid = paid.expect("reserved");
    books.assert_holds(&paid).await;
    let paid = store.charged(&paid, "ch_1").await.expect("charged");
    books.assert_holds(&paid).await;
    let paid = store.completed(&paid).await.expect("completed");
    books.assert_holds(&paid).await;

    let refused = failure(FailureCode::PaymentDeclined);
    let declined = store.reserved(&books.retried().await, "2").await;
    let declined = declined.expect("reserved");
    let declined = store.declined(&declined, refused, "no").await;
    let declined = declined.expect("declined");
    books.assert_holds(&declined).await;
    let declined = store.failed(&declined).await.expect("failed");
    books.assert_holds(&declined).await;

    let late = failure(FailureCode::Timeout);
    let given_up = store.given_up(&books.retried().await, late).await;
    books.assert_holds(&given_up.expect("given up")).await;

    let short = failure(FailureCode::InsufficientStock);
    let failed = store.refused_by_stock(&books.retried().await, short).await;
    books.assert_holds(&failed.expect("refused")).await;
}

#[sqlx::test(migrator = "ORDERS")]
async fn whatever_goes_out_wakes_a_relay_that_sleeps(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let store = &books.store;
    let mut listener = store.pool.listener().await.expect("a connection");
    listener.listen(CHANNEL).await.expect("listening");
    let mut woken = async |what: &str| {
        let heard = tokio::time::timeout(Duration::from_secs(10), listener.recv()).await;
        heard.expect(what).expect("a connection");
    };
    let paid = event();
    let order = books.claimed(&paid).await;
    let order = store.reserved(&order, "1").await.expect("reserved");
    woken("reserved").await;
    let order = store.charged(&order, "ch_1").await.expect("charged");
    store.completed(&order).await.expect("completed");
    woken("completed").await;
    store.record(&again(&paid)).await.expect("recorded");
    woken("the answer once more").await;

    let order = books.claimed(&event()).await;
    let order = store.given_up(&order, failure(FailureCode::Timeout)).await;
    woken("given up").await;
    store
        .failed(&order.expect("given up"))
        .await
        .expect("failed");
    woken("failed").await;

    let order = books.claimed(&event()).await;
    let short = failure(FailureCode::InsufficientStock);
    let refused = store.refused_by_stock(&order, short).await;
    refused.expect("refused");
    woken("refused").await;
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
    let nameless = DeadLetter {
        event_id: None,
        order_id: None,
        ..letter.clone()
    };
    books.store.dead_letter(&nameless).await.expect("stored");
    let stored = books.outbox(order_id).await;
    assert_eq!(
        stored,
        vec![
            (
                "dead.process-order-queue".to_owned(),
                0,
                letter.body.clone()
            );
            2
        ]
    );
    let reasons: Vec<String> = sqlx::query_scalar("select reason from fulfilment.outbox")
        .fetch_all(&books.owner)
        .await
        .expect("the outbox");
    assert_eq!(reasons, vec![letter.reason; 3]);
    assert_eq!(books.inbox().await, 1);
}
