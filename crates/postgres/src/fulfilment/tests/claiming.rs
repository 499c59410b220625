use super::*;

#[sqlx::test(migrator = "ORDERS")]
async fn a_holder_that_lost_its_lease_changes_nothing(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let slow = books.with_lease(OVER);
    let Recorded::Claimed(held) = slow.record(&event()).await.expect("recorded") else {
        panic!("it is new")
    };
    let taken = books
        .store
        .claim_due(1)
        .await
        .expect("claimed")
        .pop()
        .expect("due")
        .expect("readable");
    stale(slow.reserved(&held, "key").await);
    stale(
        slow.refused_by_stock(&held, failure(FailureCode::InsufficientStock))
            .await,
    );
    stale(slow.given_up(&held, failure(FailureCode::Timeout)).await);
    stale(slow.postpone(&held, "no answer", OVER).await);
    assert!(books.types(held.order_id).await.is_empty());
    let reserved = books.store.reserved(&taken, "key").await.expect("reserved");
    // The same claim, but a phase that has passed.
    stale(books.store.reserved(&taken, "key").await);
    stale(
        slow.charged(
            &Fulfilment {
                lease: held.lease,
                ..reserved.clone()
            },
            "ch_1",
        )
        .await,
    );
    stale(
        slow.declined(
            &Fulfilment {
                lease: held.lease,
                ..reserved.clone()
            },
            failure(FailureCode::PaymentDeclined),
            "no",
        )
        .await,
    );
    let charged = books
        .store
        .charged(&reserved, "ch_1")
        .await
        .expect("charged");
    stale(books.store.charged(&reserved, "ch_2").await);
    stale(
        slow.completed(&Fulfilment {
            lease: held.lease,
            ..charged.clone()
        })
        .await,
    );
    books.store.completed(&charged).await.expect("completed");
    stale(books.store.postpone(&charged, "no answer", OVER).await);
    assert_eq!(
        books.types(held.order_id).await,
        ["order.processing", "order.completed"]
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn of_many_who_claim_at_once_each_order_goes_to_one(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    for _ in 0..20 {
        let order = books.claimed(&event()).await;
        books
            .store
            .postpone(&order, "no answer", OVER)
            .await
            .expect("postponed");
    }
    let claims = futures::future::join_all((0..8).map(|_| books.store.claim_due(5))).await;
    let mut claimed: Vec<_> = claims
        .into_iter()
        .flat_map(|claim| claim.expect("claimed"))
        .collect();
    // Rows that another claim had locked were skipped, never waited for and never taken twice.
    claimed.extend(books.store.claim_due(20).await.expect("claimed"));
    let ids: std::collections::BTreeSet<_> = claimed
        .iter()
        .map(|order| order.as_ref().expect("readable").order_id)
        .collect();
    assert_eq!((claimed.len(), ids.len()), (20, 20));
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_renewed_lease_keeps_its_order_and_one_that_has_passed_on_does_not(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let Recorded::Claimed(held) = books
        .with_lease(OVER)
        .record(&event())
        .await
        .expect("recorded")
    else {
        panic!("it is new")
    };
    let key = (held.order_id, held.lease);
    books.store.renew(&[key]).await.expect("renewed");
    assert!(books.store.claim_due(1).await.expect("claimed").is_empty());
    // Its holder died, and somebody else has it: the dead one's renewal neither shortens nor lengthens the new lease.
    let over = books.with_lease(OVER);
    over.renew(&[key]).await.expect("renewed");
    let claimed = books.store.claim_due(1).await.expect("claimed").pop();
    let taken = claimed.expect("due").expect("readable");
    over.renew(&[key]).await.expect("no error");
    assert!(books.store.claim_due(1).await.expect("claimed").is_empty());
    // One that waits for a retry is nobody's.
    books
        .store
        .postpone(&taken, "no answer", OVER)
        .await
        .expect("postponed");
    books
        .store
        .renew(&[(taken.order_id, taken.lease)])
        .await
        .expect("no error");
    assert_eq!(books.store.claim_due(1).await.expect("claimed").len(), 1);
}

#[sqlx::test(migrator = "ORDERS")]
async fn an_order_that_cannot_be_read_holds_back_nobody(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let dead = books.with_lease(OVER);
    dead.record(&event()).await.expect("recorded");
    books
        .run("update fulfilment.fulfilments set lines = '[]'")
        .await
        .expect("broken");
    dead.record(&event()).await.expect("recorded");
    let claimed = books.store.claim_due(10).await.expect("claimed");
    assert_eq!(claimed.iter().filter(|order| order.is_ok()).count(), 1);
    assert!(claimed.iter().any(|order| matches!(
        order,
        Err(FulfilmentError::Unreadable { field: "lines", .. })
    )));
}

#[sqlx::test(migrator = "ORDERS")]
async fn the_next_look_is_when_the_next_order_is_due(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let books = Books::open(options, connect).await;
    let order = books.claimed(&event()).await;
    books
        .store
        .postpone(&order, "no answer", Duration::from_secs(30))
        .await
        .expect("postponed");
    let due = books
        .store
        .next_due()
        .await
        .expect("read")
        .expect("one waits");
    assert!(
        due > Duration::from_secs(20) && due <= Duration::from_secs(30),
        "{due:?}"
    );
    let dead = books.with_lease(OVER);
    dead.record(&event()).await.expect("recorded");
    assert_eq!(
        books.store.next_due().await.expect("read"),
        Some(Duration::ZERO)
    );
    let backlog = books.store.backlog().await.expect("counted");
    assert_eq!(
        (backlog.open, backlog.retrying, backlog.in_doubt),
        (2, 1, 0)
    );
}
