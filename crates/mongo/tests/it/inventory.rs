use serde_json::json;
use uuid::Uuid;
use velure_mongo::{AdjustInventoryError, Adjustment};

use crate::fixture::{all, id, offer, stock, with_store};

#[tokio::test]
async fn an_operation_counts_once_however_often_and_at_once_it_is_sent() {
    with_store(async |store| {
        let bowl = offer(&store, "A", json!({"available": 5})).await;
        let leash = offer(&store, "B", json!({"available": 5})).await;
        let adjustment = Adjustment {
            product_id: id(&leash),
            delta: 7,
            operation_id: Uuid::new_v4(),
        };
        let outcomes = all((0..20).map(|_| {
            let (store, adjustment) = (store.clone(), adjustment.clone());
            async move { store.adjust_inventory(&adjustment).await }
        }))
        .await;
        for outcome in outcomes {
            assert_eq!(outcome.expect("it can be adjusted").product.available, 12);
        }
        assert_eq!(
            (stock(&store, &bowl).await, stock(&store, &leash).await),
            (5, 12)
        );
    })
    .await;
}

#[tokio::test]
async fn different_operations_at_once_all_count() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 0})).await;
        let outcomes = all((0..20).map(|_| {
            let adjustment = Adjustment {
                product_id: id(&leash),
                delta: 1,
                operation_id: Uuid::new_v4(),
            };
            let store = store.clone();
            async move { store.adjust_inventory(&adjustment).await }
        }))
        .await;
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(stock(&store, &leash).await, 20);
    })
    .await;
}

#[tokio::test]
async fn stock_never_falls_below_nothing_nor_grows_beyond_its_limit() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 5})).await;
        let adjust = async |delta| {
            let adjustment = Adjustment {
                product_id: id(&leash),
                delta,
                operation_id: Uuid::new_v4(),
            };
            store.adjust_inventory(&adjustment).await
        };
        let short = adjust(-6).await;
        assert!(
            matches!(
                short,
                Err(AdjustInventoryError::InsufficientStock { available: 5 })
            ),
            "{short:?}"
        );
        assert!(matches!(
            adjust(i64::MIN).await,
            Err(AdjustInventoryError::InsufficientStock { .. })
        ));
        assert!(matches!(
            adjust(999_996).await,
            Err(AdjustInventoryError::TooMuch)
        ));
        assert!(matches!(
            adjust(i64::MAX).await,
            Err(AdjustInventoryError::TooMuch)
        ));
        assert_eq!(
            adjust(-5).await.expect("five are there").product.available,
            0
        );
        assert_eq!(
            adjust(1_000_000)
                .await
                .expect("a million may be there")
                .product
                .available,
            1_000_000
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_operation_can_be_sent_again_when_there_is_enough() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"available": 1})).await;
        let operation = Adjustment {
            product_id: id(&leash),
            delta: -2,
            operation_id: Uuid::new_v4(),
        };
        assert!(store.adjust_inventory(&operation).await.is_err());
        let more = Adjustment {
            product_id: id(&leash),
            delta: 1,
            operation_id: Uuid::new_v4(),
        };
        store
            .adjust_inventory(&more)
            .await
            .expect("it can be adjusted");
        assert_eq!(
            store
                .adjust_inventory(&operation)
                .await
                .expect("two are there")
                .product
                .available,
            0
        );
    })
    .await;
}

#[tokio::test]
async fn an_operation_id_belongs_to_one_product_and_one_number() {
    with_store(async |store| {
        let (leash, bowl) = (
            offer(&store, "A", json!({})).await,
            offer(&store, "B", json!({})).await,
        );
        let operation_id = Uuid::new_v4();
        let first = Adjustment {
            product_id: id(&leash),
            delta: 1,
            operation_id,
        };
        store
            .adjust_inventory(&first)
            .await
            .expect("it can be adjusted");
        for other in [
            Adjustment {
                delta: 2,
                ..first.clone()
            },
            Adjustment {
                product_id: id(&bowl),
                ..first.clone()
            },
        ] {
            let outcome = store.adjust_inventory(&other).await;
            assert!(
                matches!(outcome, Err(AdjustInventoryError::OperationConflict)),
                "{outcome:?}"
            );
        }
        assert_eq!(
            (stock(&store, &leash).await, stock(&store, &bowl).await),
            (6, 5)
        );
    })
    .await;
}

#[tokio::test]
async fn a_product_that_is_not_there_has_no_stock() {
    with_store(async |store| {
        let nowhere = "0123456789abcdef01234567".parse().expect("24 digits");
        let adjustment = Adjustment {
            product_id: nowhere,
            delta: 1,
            operation_id: Uuid::new_v4(),
        };
        assert!(matches!(
            store.adjust_inventory(&adjustment).await,
            Err(AdjustInventoryError::NotFound)
        ));
    })
    .await;
}
