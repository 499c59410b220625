use serde_json::json;
use velure_mongo::{CatalogStore, Paging, ProductQuery, ProductSort};

use crate::fixture::{offer, with_store};

async fn found(store: &CatalogStore, text: &str) -> Vec<String> {
    let query = ProductQuery::all().matching(text);
    let page = store
        .list(
            &query,
            ProductSort::Name,
            Paging {
                page: 1,
                page_size: 100,
            },
        )
        .await
        .expect("the store answers");
    assert_eq!(page.total, page.items.len() as u64, "{text}");
    let mut skus: Vec<_> = page.items.into_iter().map(|product| product.sku).collect();
    skus.sort();
    skus
}

#[tokio::test]
async fn every_word_has_to_begin_a_word_of_the_product() {
    with_store(async |store| {
        let cats = json!({"slug": "cat-food", "name": "Cat food"});
        offer(&store, "PUR-1", json!({"name": "Salmon Purée", "brand": "Säntis", "category": cats})).await;
        offer(&store, "DOG-2", json!({"name": "Dog's Leash", "description": "For puppies. A strong one."})).await;
        offer(&store, "TOY-3", json!({"name": "Ball", "attributes": {"colour": "Crème brûlée", "suits": ["kittens", "Straße"]}}))
            .await;
        let cases: [(&str, &[&str]); 27] = [
            ("puree", &["PUR-1"]),
            ("Purée", &["PUR-1"]),
            ("PURE\u{301}E", &["PUR-1"]),
            ("pur", &["PUR-1"]),
            ("uree", &[]),
            ("purees", &[]),
            ("salmon puree", &["PUR-1"]),
            ("  puree   SALM ", &["PUR-1"]),
            ("salmon leash", &[]),
            ("santis", &["PUR-1"]),
            ("cat food", &["PUR-1"]),
            ("pur-1", &["PUR-1"]),
            ("dogs", &["DOG-2", "TOY-3"]),
            ("dog's leash", &["DOG-2"]),
            ("strong pupp", &["DOG-2"]),
            ("creme brulee", &["TOY-3"]),
            ("kitten", &["TOY-3"]),
            ("strasse", &["TOY-3"]),
            ("b", &["TOY-3"]),
            ("velure", &["DOG-2", "TOY-3"]),
            ("", &["DOG-2", "PUR-1", "TOY-3"]),
            ("  ", &["DOG-2", "PUR-1", "TOY-3"]),
            ("zzz", &[]),
            // What means something to a regular expression or to the database means nothing here.
            (".*zzz", &[]),
            ("^leash$", &["DOG-2"]),
            ("{\"$ne\": null}", &[]),
            ("a\u{0}zzz", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(found(&store, text).await, expected, "{text:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_goes_through_the_whole_catalogue_and_within_a_category() {
    with_store(async |store| {
        let cats = json!({"slug": "cats", "name": "Cats"});
        for n in 0..30 {
            offer(&store, &format!("D-{n}"), json!({"name": "Rope"})).await;
        }
        offer(
            &store,
            "Z-1",
            json!({"name": "Zebra rope", "category": cats}),
        )
        .await;
        let query = ProductQuery::all().matching("rope");
        assert_eq!(store.count(&query).await.expect("the store answers"), 31);
        let last = store
            .list(
                &query,
                ProductSort::Name,
                Paging {
                    page: 4,
                    page_size: 10,
                },
            )
            .await
            .expect("it answers");
        assert_eq!(
            last.items
                .iter()
                .map(|p| p.sku.as_str())
                .collect::<Vec<_>>(),
            ["Z-1"]
        );
        let within = query.in_category("cats").expect("a slug");
        assert_eq!(store.count(&within).await.expect("the store answers"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_replaced_product_is_found_by_its_new_words_only() {
    with_store(async |store| {
        let leash = offer(&store, "A", json!({"name": "Leash"})).await;
        let next = crate::fixture::draft("A", json!({"name": "Harness"}));
        store
            .replace(&crate::fixture::id(&leash), None, &next)
            .await
            .expect("it is there");
        assert_eq!(found(&store, "leash").await, [""; 0]);
        assert_eq!(found(&store, "harness").await, ["A"]);
    })
    .await;
}
