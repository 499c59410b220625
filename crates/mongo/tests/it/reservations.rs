use serde_json::json;
use velure_contracts::http::{LineFault, LineFaultReason, ReservationState};
use velure_domain::{Cart, OrderId};
use velure_mongo::{CatalogStore, EndReservationError, HoldReservationError};

use crate::fixture::{all, cart, id, offer, stock, with_processes, with_store};

/// Holds as a caller does that asks again when it was not told: on a busy machine a call may meet its deadline.
pub(crate) async fn hold(
    store: CatalogStore,
    order: OrderId,
    cart: Cart,
) -> Result<ReservationState, HoldReservationError> {
    loop {
        match store.hold(order, &cart).await {
            Err(HoldReservationError::Store(error)) if error.is_transient() => {}
            told => return told,
        }
    }
}

/// Commits, and asks again when it was not told.
async fn commit(
    store: CatalogStore,
    order: OrderId,
) -> Result<ReservationState, EndReservationError> {
    loop {
        match store.commit(order).await {
            Err(EndReservationError::Store(error)) if error.is_transient() => {}
            told => return told,
        }
    }
}

/// Releases, and asks again when it was not told.
async fn release(
    store: CatalogStore,
    order: OrderId,
) -> Result<ReservationState, EndReservationError> {
    loop {
        match store.release(order).await {
            Err(EndReservationError::Store(error)) if error.is_transient() => {}
            told => return told,
        }
    }
}

#[tokio::test]
async fn a_hold_takes_the_stock_of_every_line() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 5})).await;
        let bowl = offer(&store, "B", json!({"available": 9})).await;
        let state = store
            .hold(OrderId::generate(), &cart(&[(&leash, 2), (&bowl, 9)]))
            .await
            .expect("there is enough");
        assert_eq!(state, ReservationState::Held);
        assert_eq!(
            (stock(&store, &leash).await, stock(&store, &bowl).await),
            (3, 0)
        );
        let after = store
            .find(&id(&leash))
            .await
            .expect("the store answers")
            .expect("it is there");
        assert_eq!(after.revision.to_string(), "2");
        assert!(after.product.updated_at >= leash.updated_at);
    })
    .await;
}

#[tokio::test]
async fn a_hold_that_cannot_have_every_line_names_all_at_fault_and_takes_nothing() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 5})).await;
        let bowl = offer(&store, "B", json!({"available": 1})).await;
        let gone = offer(&store, "C", json!({})).await;
        store.delete(&id(&gone), None).await.expect("it was there");
        let order = OrderId::generate();
        // The last leashes are no fault.
        let wanted = cart(&[(&leash, 5), (&bowl, 2), (&gone, 1)]);
        let Err(HoldReservationError::Refused(faults)) = store.hold(order, &wanted).await else {
            panic!("two lines cannot be had");
        };
        let fault = |product_id: &str, reason, available| LineFault {
            product_id: product_id.to_owned(),
            reason,
            available,
        };
        assert_eq!(
            faults,
            [
                fault(&bowl.id, LineFaultReason::InsufficientStock, 1),
                fault(&gone.id, LineFaultReason::NotSold, 0)
            ]
        );
        assert_eq!(
            (stock(&store, &leash).await, stock(&store, &bowl).await),
            (5, 1)
        );
        assert!(matches!(
            store.commit(order).await,
            Err(EndReservationError::NotFound)
        ));
        // A refusal is not remembered.
        assert!(
            store
                .hold(order, &cart(&[(&leash, 2), (&bowl, 1)]))
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn a_hundred_buyers_of_five_units_get_five() {
    with_processes(10, async |stores| {
        let store = &stores[0];
        let leash = offer(store, "A", json!({"available": 5})).await;
        let outcomes = all((0..100).map(|n| {
            let (store, cart) = (stores[n % 10].clone(), cart(&[(&leash, 1)]));
            hold(store, OrderId::generate(), cart)
        }))
        .await;
        let held = outcomes
            .iter()
            .filter(|o| matches!(o, Ok(ReservationState::Held)))
            .count();
        let refused = outcomes
            .iter()
            .filter(|o| matches!(o, Err(HoldReservationError::Refused(_))))
            .count();
        assert_eq!((held, refused), (5, 95));
        assert_eq!(stock(store, &leash).await, 0);
    })
    .await;
}

#[tokio::test]
async fn orders_that_name_their_products_in_opposite_order_all_get_through() {
    with_processes(4, async |stores| {
        let store = &stores[0];
        let products = [
            offer(store, "A", json!({"available": 24})).await,
            offer(store, "B", json!({"available": 24})).await,
            offer(store, "C", json!({"available": 24})).await,
        ];
        let [a, b, c] = &products;
        let outcomes = all((0..24).map(|n| {
            let lines = if n % 2 == 0 {
                [(a, 1), (b, 1), (c, 1)]
            } else {
                [(c, 1), (b, 1), (a, 1)]
            };
            let (store, cart) = (stores[n % 4].clone(), cart(&lines));
            hold(store, OrderId::generate(), cart)
        }))
        .await;
        for outcome in outcomes {
            assert_eq!(
                outcome.expect("there was enough for all"),
                ReservationState::Held
            );
        }
        for product in &products {
            assert_eq!(stock(store, product).await, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn one_order_holds_once_however_often_and_at_once_it_asks() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 50})).await;
        let order = OrderId::generate();
        let outcomes = all((0..20).map(|_| {
            let (store, cart) = (store.clone(), cart(&[(&leash, 3)]));
            hold(store, order, cart)
        }))
        .await;
        for outcome in outcomes {
            assert_eq!(outcome.expect("there is enough"), ReservationState::Held);
        }
        assert_eq!(stock(&store, &leash).await, 47);
        let other = store.hold(order, &cart(&[(&leash, 4)])).await;
        assert!(matches!(other, Err(HoldReservationError::OtherLines)));
        assert_eq!(stock(&store, &leash).await, 47);
    })
    .await;
}

#[tokio::test]
async fn a_commit_sells_once_and_cannot_be_released() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 5})).await;
        let (order, wanted) = (OrderId::generate(), cart(&[(&leash, 2)]));
        store.hold(order, &wanted).await.expect("there is enough");
        for _ in 0..2 {
            assert_eq!(
                store.commit(order).await.expect("it is held"),
                ReservationState::Committed
            );
        }
        let released = store.release(order).await;
        assert!(matches!(
            released,
            Err(EndReservationError::Ended(ReservationState::Committed))
        ));
        assert_eq!(
            store.hold(order, &wanted).await.expect("it was held"),
            ReservationState::Committed
        );
        assert_eq!(stock(&store, &leash).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_release_gives_the_stock_back_once_and_cannot_be_committed() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 5})).await;
        let (order, wanted) = (OrderId::generate(), cart(&[(&leash, 2)]));
        store.hold(order, &wanted).await.expect("there is enough");
        let outcomes = all((0..20).map(|_| {
            let store = store.clone();
            release(store, order)
        }))
        .await;
        for outcome in outcomes {
            assert_eq!(
                outcome.expect("it can be released"),
                ReservationState::Released
            );
        }
        assert_eq!(stock(&store, &leash).await, 5);
        let committed = store.commit(order).await;
        assert!(matches!(
            committed,
            Err(EndReservationError::Ended(ReservationState::Released))
        ));
        assert!(matches!(
            store.hold(order, &wanted).await,
            Err(HoldReservationError::Ended)
        ));
        assert_eq!(stock(&store, &leash).await, 5);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_that_is_committed_and_released_at_once_ends_one_way() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 30})).await;
        for _ in 0..10 {
            let order = OrderId::generate();
            let before = stock(&store, &leash).await;
            store
                .hold(order, &cart(&[(&leash, 1)]))
                .await
                .expect("there is enough");
            let (committed, released) =
                tokio::join!(commit(store.clone(), order), release(store.clone(), order));
            let after = stock(&store, &leash).await;
            match (committed, released) {
                (Ok(_), Err(EndReservationError::Ended(ReservationState::Committed))) => {
                    assert_eq!(after, before - 1)
                }
                (Err(EndReservationError::Ended(ReservationState::Released)), Ok(_)) => {
                    assert_eq!(after, before)
                }
                (committed, released) => panic!("both or none won: {committed:?}, {released:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_that_was_released_before_it_held_anything_comes_too_late() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 5})).await;
        let order = OrderId::generate();
        assert!(matches!(
            store.commit(order).await,
            Err(EndReservationError::NotFound)
        ));
        for _ in 0..2 {
            assert_eq!(
                store
                    .release(order)
                    .await
                    .expect("nothing speaks against it"),
                ReservationState::Released
            );
        }
        let late = store.hold(order, &cart(&[(&leash, 1)])).await;
        assert!(matches!(late, Err(HoldReservationError::Ended)));
        assert_eq!(stock(&store, &leash).await, 5);
    })
    .await;
}

#[tokio::test]
async fn a_hold_and_a_release_at_once_leave_either_nothing_held_or_nothing_taken() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 30})).await;
        for _ in 0..10 {
            let (order, wanted) = (OrderId::generate(), cart(&[(&leash, 1)]));
            let (held, released) = tokio::join!(
                hold(store.clone(), order, wanted.clone()),
                release(store.clone(), order)
            );
            assert!(
                matches!(
                    held,
                    Ok(ReservationState::Held) | Err(HoldReservationError::Ended)
                ),
                "{held:?}"
            );
            assert_eq!(
                released.expect("a release always ends"),
                ReservationState::Released
            );
            assert_eq!(stock(&store, &leash).await, 30);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_held_of_a_deleted_product_can_still_be_committed_or_released() {
    with_store(async |store| {
        let (leash, bowl) = (
            offer(&store, "A", json!({})).await,
            offer(&store, "B", json!({})).await,
        );
        let orders = [OrderId::generate(), OrderId::generate()];
        for order in orders {
            store
                .hold(order, &cart(&[(&leash, 1), (&bowl, 1)]))
                .await
                .expect("there is enough");
        }
        store.delete(&id(&leash), None).await.expect("it was there");
        assert_eq!(
            store.commit(orders[0]).await.expect("it is held"),
            ReservationState::Committed
        );
        assert_eq!(
            store.release(orders[1]).await.expect("it is held"),
            ReservationState::Released
        );
        assert_eq!(stock(&store, &bowl).await, 4);
    })
    .await;
}

#[tokio::test]
async fn stock_is_conserved_while_holds_commits_and_releases_race() {
    with_processes(4, async |stores| {
        let store = &stores[0];
        let leash = offer(store, "A", json!({"available": 20})).await;
        let outcomes = all((0..40_usize).map(|n| {
            let quantity = if n % 3 == 0 { 1 } else { 2 };
            let (store, wanted) = (stores[n % 4].clone(), cart(&[(&leash, quantity)]));
            async move {
                let order = OrderId::generate();
                match hold(store.clone(), order, wanted).await {
                    Ok(_) if n % 2 == 0 => commit(store.clone(), order)
                        .await
                        .map(|_| quantity)
                        .expect("it is held"),
                    Ok(_) => release(store.clone(), order)
                        .await
                        .map(|_| 0)
                        .expect("it is held"),
                    Err(HoldReservationError::Refused(_)) => 0,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }))
        .await;
        let sold: i64 = outcomes.into_iter().sum();
        assert_eq!(i64::from(stock(store, &leash).await) + sold, 20);
    })
    .await;
}
