use serde_json::json;
use uuid::Uuid;
use velure_domain::ProductId;
use velure_mongo::{
    AdjustInventoryError, Adjustment, DeleteProductError, InsertProductError, ReplaceProductError,
};

use crate::fixture::{draft, id, offer, stock, store, with_store};

#[tokio::test]
async fn a_product_comes_back_as_it_was_put_in() {
    with_store(async |store| {
        let attributes = json!({"weight_g": 2500, "grain_free": true, "suits": ["puppies", "Welpen"], "flavour": "Purée"});
        let changes = json!({"attributes": attributes, "images": [{"url": "/products/a.svg", "alt": "A bag"}], "available": 3});
        let made = store.insert(&draft("A-1", changes)).await.expect("the sku is free");
        let found = store.find(&id(&made.product)).await.expect("the store answers").expect("it is there");
        assert_eq!(found, made);
        assert_eq!(found.product.available, 3);
        assert_eq!(json!(found.product.attributes), attributes);
        assert_eq!((found.product.price.amount_minor, found.product.price.currency.as_str()), (1990, "USD"));
        // The server asks its clock for each of the two.
        assert!(found.product.created_at <= found.product.updated_at);
    })
    .await;
}

#[tokio::test]
async fn a_sku_belongs_to_one_product() {
    with_store(async |store| {
        let (first, second) = (
            offer(&store, "A", json!({})).await,
            offer(&store, "B", json!({})).await,
        );
        let again = store.insert(&draft("A", json!({}))).await;
        assert!(
            matches!(again, Err(InsertProductError::SkuTaken)),
            "{again:?}"
        );
        let renamed = store
            .replace(&id(&second), None, &draft("A", json!({})))
            .await;
        assert!(
            matches!(renamed, Err(ReplaceProductError::SkuTaken)),
            "{renamed:?}"
        );
        store.delete(&id(&first), None).await.expect("it was there");
        store
            .insert(&draft("A", json!({})))
            .await
            .expect("the sku is free again");
    })
    .await;
}

#[tokio::test]
async fn a_replacement_changes_everything_but_the_stock_and_only_what_was_read() {
    with_store(async |store| {
        let made = store
            .insert(&draft("A", json!({"available": 5})))
            .await
            .expect("the sku is free");
        let product = id(&made.product);
        let next = draft(
            "A2",
            json!({"name": "Lead", "available": 99, "attributes": {"colour": "Red"}}),
        );
        let replaced = store
            .replace(&product, Some(&[made.revision]), &next)
            .await
            .expect("nothing came between");
        assert!(replaced.revision > made.revision);
        assert_eq!(
            (
                replaced.product.name.as_str(),
                replaced.product.sku.as_str()
            ),
            ("Lead", "A2")
        );
        assert_eq!(replaced.product.available, 5);
        assert_eq!(replaced.product.created_at, made.product.created_at);
        let late = store
            .replace(&product, Some(&[made.revision]), &draft("A", json!({})))
            .await;
        assert!(matches!(late, Err(ReplaceProductError::Stale)), "{late:?}");
        assert!(
            store
                .replace(&product, None, &draft("A", json!({})))
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_replacements_of_the_same_state_one_wins() {
    with_store(async |store| {
        let made = store
            .insert(&draft("A", json!({})))
            .await
            .expect("the sku is free");
        let product = id(&made.product);
        let (a, b) = (
            draft("A", json!({"name": "One"})),
            draft("A", json!({"name": "Two"})),
        );
        let expected = [made.revision];
        let outcomes = tokio::join!(
            store.replace(&product, Some(&expected), &a),
            store.replace(&product, Some(&expected), &b),
        );
        assert!(
            matches!(
                outcomes,
                (Ok(_), Err(ReplaceProductError::Stale)) | (Err(ReplaceProductError::Stale), Ok(_))
            ),
            "{outcomes:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_product_is_deleted_once_and_only_as_it_was_read() {
    with_store(async |store| {
        let made = store
            .insert(&draft("A", json!({})))
            .await
            .expect("the sku is free");
        let product = id(&made.product);
        let changed = store
            .replace(&product, None, &draft("A", json!({})))
            .await
            .expect("it is there");
        let stale = store.delete(&product, Some(&[made.revision])).await;
        assert!(matches!(stale, Err(DeleteProductError::Stale)), "{stale:?}");
        store
            .delete(&product, Some(&[changed.revision]))
            .await
            .expect("it is as it was read");
        assert!(
            store
                .find(&product)
                .await
                .expect("the store answers")
                .is_none()
        );
        assert!(matches!(
            store.delete(&product, None).await,
            Err(DeleteProductError::NotFound)
        ));
        let late = store.replace(&product, None, &draft("A", json!({}))).await;
        assert!(
            matches!(late, Err(ReplaceProductError::NotFound)),
            "{late:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_away_is_a_transient_fault_within_the_deadline() {
    // Nothing listens on port 1.
    let store = store("mongodb://127.0.0.1:1/velure", 1).await;
    let started = std::time::Instant::now();
    let nowhere: ProductId = "0123456789abcdef01234567".parse().expect("24 digits");
    let read = store.find(&nowhere).await.expect_err("nobody answers");
    let adjustment = Adjustment {
        product_id: nowhere,
        delta: 1,
        operation_id: Uuid::new_v4(),
    };
    let written = store
        .adjust_inventory(&adjustment)
        .await
        .expect_err("nobody answers");
    let AdjustInventoryError::Store(written) = written else {
        panic!("{written:?}")
    };
    for error in [read, written] {
        assert!(error.is_transient(), "{error:?}");
    }
    assert!(started.elapsed() < 2 * velure_mongo::DEADLINE + std::time::Duration::from_secs(1));
}

#[tokio::test]
async fn making_the_indexes_again_changes_nothing() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({})).await;
        store.ensure_indexes().await.expect("they are there");
        store.ping().await.expect("the server answers");
        assert_eq!(stock(&store, &leash).await, 5);
    })
    .await;
}
