//! Others are in the way, and do not go away.

use std::pin::pin;

use futures::future::{Either, join_all, select};
use mongodb::bson::{Document, doc};
use mongodb::{Client, ClientSession};
use serde_json::json;
use velure_contracts::http::ReservationState;
use velure_domain::OrderId;
use velure_mongo::{HoldReservationError, StoreError};

use crate::fixture::{cart, offer, stock, store};
use crate::reservations::hold;

/// What a process leaves behind that dies within a hold: a transaction that nobody goes on with, and for as long as it is
/// open nobody else gets the product.
async fn left_behind(uri: &str, sku: &str) -> ClientSession {
    let client = Client::with_uri_str(uri).await.expect("a client");
    let products = client.default_database().expect("the URI names one");
    let products = products.collection::<Document>("products");
    let mut dead = client.start_session().await.expect("a session");
    dead.start_transaction().await.expect("it begins");
    let taken = doc! { "$inc": { "available": -1 } };
    let taking = products.update_one(doc! { "sku": sku }, taken);
    let taking = taking.session(&mut dead).await;
    assert_eq!(taking.expect("it is written").modified_count, 1);
    dead
}

#[tokio::test]
async fn a_product_in_the_hands_of_a_dead_process_holds_up_no_other() {
    velure_testkit::mongo::with_database(async |uri| {
        let store = store(&uri, 16).await;
        store.ensure_indexes().await.expect("indexes can be made");
        let leash = offer(&store, "A", json!({"available": 50})).await;
        let bowl = offer(&store, "B", json!({"available": 50})).await;
        let mut dead = left_behind(&uri, "A").await;
        let leashes = cart(&[(&leash, 1)]);
        let waiting = (0..8).map(|_| hold(store.clone(), OrderId::generate(), leashes.clone()));
        let waiting = pin!(join_all(waiting));
        let (order, bowls) = (OrderId::generate(), cart(&[(&bowl, 1)]));
        let other = pin!(store.hold(order, &bowls));
        let Either::Right((held, waiting)) = select(waiting, other).await else {
            panic!("nobody else gets what is taken");
        };
        assert_eq!(held.expect("there is enough"), ReservationState::Held);
        dead.abort_transaction().await.expect("it ends");
        for held in waiting.await {
            assert_eq!(held.expect("there is enough"), ReservationState::Held);
        }
        let left = (stock(&store, &leash).await, stock(&store, &bowl).await);
        assert_eq!(left, (42, 49));
    })
    .await;
}

#[tokio::test]
async fn a_hold_that_others_keep_from_its_product_ends_by_itself() {
    velure_testkit::mongo::with_database(async |uri| {
        let store = store(&uri, 16).await;
        store.ensure_indexes().await.expect("indexes can be made");
        let leash = offer(&store, "A", json!({})).await;
        let _dead = left_behind(&uri, "A").await;
        let lost = store.hold(OrderId::generate(), &cart(&[(&leash, 1)])).await;
        // Cut off on its way it might leave a transaction behind itself, and keep others from the product.
        let Err(HoldReservationError::Store(StoreError::Contended(_))) = lost else {
            panic!("{lost:?}");
        };
    })
    .await;
}
