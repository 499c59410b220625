use super::*;

#[sqlx::test(migrator = "ORDERS")]
async fn what_is_claimed_is_what_was_recorded(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let event = event();
    let first = books.claimed(&event).await;
    assert!(first.is_first_claim());
    let dead = books.with_lease(OVER);
    dead.postpone(&first, "no answer", OVER)
        .await
        .expect("postponed");
    let read = dead
        .claim_due(10)
        .await
        .expect("claimed")
        .pop()
        .expect("one is due")
        .expect("readable");
    assert!(!read.is_first_claim());
    assert_eq!(
        read,
        Fulfilment {
            attempts: 1,
            lease: Lease(2),
            ..first
        }
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_duplicate_changes_nothing(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    let event = event();
    let order = books.claimed(&event).await;
    assert_eq!(
        books.store.record(&event).await.expect("recorded"),
        Recorded::Waiting
    );
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    assert_eq!(
        books.store.record(&event).await.expect("recorded"),
        Recorded::Waiting
    );
    let charged = books
        .store
        .charged(&reserved, "ch_1")
        .await
        .expect("charged");
    books.store.completed(&charged).await.expect("completed");
    for _ in 0..3 {
        assert_eq!(
            books.store.record(&event).await.expect("recorded"),
            Recorded::Final
        );
    }
    assert_eq!(
        books.types(order.order_id).await,
        ["order.processing", "order.completed"]
    );
    assert_eq!(books.inbox().await, 1);
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_new_event_about_a_known_order_has_its_answer_sent_again(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let event = event();
    let order = books.claimed(&event).await;
    assert_eq!(
        books.store.record(&again(&event)).await.expect("recorded"),
        Recorded::Waiting
    );
    assert!(
        books.types(order.order_id).await.is_empty(),
        "there is no answer yet"
    );
    let reserved = books.store.reserved(&order, "key").await.expect("reserved");
    assert_eq!(
        books.store.record(&again(&event)).await.expect("recorded"),
        Recorded::Waiting
    );
    assert_eq!(books.types(order.order_id).await, ["order.processing"; 2]);
    let charged = books
        .store
        .charged(&reserved, "ch_1")
        .await
        .expect("charged");
    books.store.completed(&charged).await.expect("completed");
    assert_eq!(
        books.store.record(&again(&event)).await.expect("recorded"),
        Recorded::Final
    );
    let expected = [
        "order.processing",
        "order.processing",
        "order.completed",
        "order.processing",
        "order.completed",
    ];
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
    books
        .store
        .postpone(&order, "no answer", LONG)
        .await
        .expect("postponed");
    assert_eq!(
        books.store.record(&event).await.expect("recorded"),
        Recorded::Waiting
    );
    let expired = NewFulfilment {
        expired: true,
        ..again(&event)
    };
    let resumed = books.claimed(&expired).await;
    assert!(resumed.expired);
    assert_eq!((resumed.attempts, resumed.lease), (1, Lease(2)));
}

#[sqlx::test(migrator = "ORDERS")]
async fn an_event_that_contradicts_the_record_changes_nothing(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let event = event();
    books.claimed(&event).await;
    let dearer = NewFulfilment {
        total: Money::new(1, Currency::Usd).expect("legal"),
        expired: true,
        ..again(&event)
    };
    assert_eq!(
        books.store.record(&dearer).await.expect("recorded"),
        Recorded::Contradicts
    );
    assert_eq!(books.inbox().await, 1);
    let expired: bool = sqlx::query_scalar("select expired from fulfilment.fulfilments")
        .fetch_one(&books.owner)
        .await
        .expect("the order");
    assert!(!expired);
}

#[sqlx::test(migrator = "ORDERS")]
async fn old_inbox_rows_are_forgotten(options: PgPoolOptions, connect: PgConnectOptions) {
    let books = Books::open(options, connect).await;
    books.claimed(&event()).await;
    books
        .run("update fulfilment.inbox set handled_at = now() - interval '61 days'")
        .await
        .expect("aged");
    books.claimed(&event()).await;
    let keep = Duration::from_secs(60 * 24 * 3600);
    assert_eq!(books.store.forget_inbox(keep).await.expect("forgotten"), 1);
    assert_eq!(books.inbox().await, 1);
}
