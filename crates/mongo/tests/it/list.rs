use std::collections::HashSet;

use serde_json::json;
use velure_mongo::{CatalogStore, Paging, ProductQuery, ProductSort};

use crate::fixture::{offer, with_store};

async fn skus(store: &CatalogStore, query: &ProductQuery, sort: ProductSort) -> Vec<String> {
    let page = store
        .list(
            query,
            sort,
            Paging {
                page: 1,
                page_size: 100,
            },
        )
        .await
        .expect("the store answers");
    page.items.into_iter().map(|product| product.sku).collect()
}

#[tokio::test]
async fn products_come_in_the_order_asked_for() {
    with_store(async |store| {
        for (sku, name, price, rating) in
            [("A", "zebra mat", 300, 40), ("B", "Äpfel", 100, 50), ("C", "apple", 200, 45), ("D", "Bone", 200, 50)]
        {
            offer(&store, sku, json!({"name": name, "rating": rating, "price": {"amount_minor": price, "currency": "USD"}}))
                .await;
        }
        let all = ProductQuery::all();
        assert_eq!(skus(&store, &all, ProductSort::Name).await, ["B", "C", "D", "A"]);
        assert_eq!(skus(&store, &all, ProductSort::Price).await, ["B", "C", "D", "A"]);
        assert_eq!(skus(&store, &all, ProductSort::PriceDown).await, ["A", "C", "D", "B"]);
        assert_eq!(skus(&store, &all, ProductSort::RatingDown).await, ["B", "D", "C", "A"]);
    })
    .await;
}

#[tokio::test]
async fn pages_of_equal_products_neither_overlap_nor_skip() {
    with_store(async |store| {
        for n in 0..25 {
            offer(&store, &format!("S-{n}"), json!({"name": "Same"})).await;
        }
        for sort in [
            ProductSort::Name,
            ProductSort::Price,
            ProductSort::PriceDown,
            ProductSort::RatingDown,
        ] {
            let mut seen = HashSet::new();
            for (page, expected) in [(1, 10), (2, 10), (3, 5), (4, 0), (1_000_000, 0)] {
                let paging = Paging {
                    page,
                    page_size: 10,
                };
                let found = store
                    .list(&ProductQuery::all(), sort, paging)
                    .await
                    .expect("the store answers");
                assert_eq!(
                    (found.items.len(), found.total),
                    (expected, 25),
                    "page {page}"
                );
                for product in found.items {
                    assert!(seen.insert(product.id), "{} is on two pages", product.sku);
                }
            }
            assert_eq!(seen.len(), 25);
        }
    })
    .await;
}

#[tokio::test]
async fn a_category_has_its_own_list_and_count() {
    with_store(async |store| {
        let cats = json!({"slug": "cats", "name": "Cats"});
        offer(&store, "A", json!({})).await;
        offer(&store, "B", json!({"category": cats})).await;
        offer(&store, "C", json!({"category": cats})).await;
        let query = ProductQuery::all().in_category("cats").expect("a slug");
        assert_eq!(skus(&store, &query, ProductSort::Name).await, ["B", "C"]);
        assert_eq!(store.count(&query).await.expect("the store answers"), 2);
        assert_eq!(
            store
                .count(&ProductQuery::all())
                .await
                .expect("the store answers"),
            3
        );
        let nobody = ProductQuery::all().in_category("fish").expect("a slug");
        assert_eq!(store.count(&nobody).await.expect("the store answers"), 0);
        assert!(ProductQuery::all().in_category("$ne").is_none());
        let categories = store.categories().await.expect("the store answers");
        let shown: Vec<_> = categories
            .iter()
            .map(|c| (c.slug.as_str(), c.name.as_str(), c.count))
            .collect();
        assert_eq!(shown, [("cats", "Cats", 2), ("dogs", "Dogs", 1)]);
    })
    .await;
}
