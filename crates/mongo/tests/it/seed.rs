use serde_json::json;
use velure_mongo::{Paging, ProductQuery, ProductSort, Seeded, catalogue};

use crate::fixture::{all, cart, draft, id, stock, with_store};

#[tokio::test]
async fn seeding_again_keeps_stock_and_edits_and_changes_nothing() {
    with_store(async |store| {
        let drafts = [draft("A", json!({"available": 5})), draft("B", json!({}))];
        assert_eq!(
            store.seed(&drafts).await.expect("it can be seeded"),
            Seeded {
                added: 2,
                changed: 0,
                kept: 0
            }
        );
        let page = Paging {
            page: 1,
            page_size: 10,
        };
        let before = store
            .list(&ProductQuery::all(), ProductSort::Name, page)
            .await
            .expect("the store answers")
            .items;
        store
            .hold(
                velure_domain::OrderId::generate(),
                &cart(&[(&before[0], 2)]),
            )
            .await
            .expect("there is enough");
        let edited = draft("B", json!({"name": "Edited"}));
        store
            .replace(&id(&before[1]), None, &edited)
            .await
            .expect("it is there");
        assert_eq!(
            store.seed(&drafts).await.expect("again"),
            Seeded {
                added: 0,
                changed: 0,
                kept: 2
            }
        );
        assert_eq!(stock(&store, &before[0]).await, 3);
        let kept = store
            .find(&id(&before[1]))
            .await
            .expect("the store answers")
            .expect("it is there");
        assert_eq!(kept.product.name, "Edited");
    })
    .await;
}

#[tokio::test]
async fn a_changed_catalogue_entry_reaches_the_product_but_not_its_stock() {
    with_store(async |store| {
        store
            .seed(&[draft("A", json!({"available": 5}))])
            .await
            .expect("it can be seeded");
        let next = [draft("A", json!({"available": 50, "name": "Renamed"}))];
        assert_eq!(
            store.seed(&next).await.expect("again"),
            Seeded {
                added: 0,
                changed: 1,
                kept: 0
            }
        );
        let page = Paging {
            page: 1,
            page_size: 10,
        };
        let found = store
            .list(&ProductQuery::all(), ProductSort::Name, page)
            .await
            .expect("the store answers")
            .items;
        assert_eq!((found[0].name.as_str(), found[0].available), ("Renamed", 5));
    })
    .await;
}

#[tokio::test]
async fn the_whole_catalogue_is_seeded_by_several_at_once() {
    with_store(async |store| {
        let drafts = catalogue().expect("the catalogue is good");
        let count = drafts.len() as u64;
        let outcomes = all((0..3).map(|_| {
            let (store, drafts) = (store.clone(), drafts.clone());
            async move { store.seed(&drafts).await }
        }))
        .await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        assert_eq!(
            store
                .count(&ProductQuery::all())
                .await
                .expect("the store answers"),
            count
        );
        let categories = store.categories().await.expect("the store answers");
        assert_eq!(categories.iter().map(|c| c.count).sum::<u64>(), count);
        assert!(
            store
                .count(&ProductQuery::all().matching("puree"))
                .await
                .expect("the store answers")
                > 0
        );
    })
    .await;
}
