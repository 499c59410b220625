use serde_json::{Value, json};
use velure_http::testing::TestRequest;

use crate::shop::{path_of, with_shop};

#[tokio::test]
async fn a_page_has_its_products_its_total_and_a_tag() {
    with_shop(async |shop| {
        for n in 0..13 {
            shop.offer(&format!("S-{n:02}"), json!({})).await;
        }
        let first = shop.get("list-products", "/api/products").await;
        let body = first.json();
        assert_eq!(
            (first.status(), body["items"].as_array().map(Vec::len)),
            (200, Some(12))
        );
        assert_eq!(
            (&body["page"], &body["page_size"], &body["total"]),
            (&json!(1), &json!(12), &json!(13))
        );
        assert_eq!(
            first.header("cache-control"),
            Some("public, max-age=0, must-revalidate")
        );
        let tag = first.header("etag").expect("a page has a tag").to_owned();
        let again = TestRequest::new("GET", "/api/products").header("if-none-match", &tag);
        let again = shop.send("list-products", again).await;
        assert_eq!((again.status(), again.json()), (304, Value::Null));
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        shop.offer("S-13", json!({"name": "A"})).await;
        let changed = TestRequest::new("GET", "/api/products").header("if-none-match", &tag);
        assert_eq!(shop.send("list-products", changed).await.status(), 200);
        let second = shop
            .get("list-products", "/api/products?page=2&page_size=12")
            .await
            .json();
        assert_eq!(second["items"].as_array().map(Vec::len), Some(2));
        let beyond = shop
            .get("list-products", "/api/products?page=10000&page_size=100")
            .await;
        assert_eq!(
            (beyond.status(), beyond.json()["items"].clone()),
            (200, json!([]))
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_is_narrowed_searched_and_sorted() {
    with_shop(async |shop| {
        let cats = json!({"slug": "cat-food", "name": "Cat food"});
        let price = |minor: i64| json!({"amount_minor": minor, "currency": "USD"});
        shop.offer(
            "A",
            json!({"name": "Salmon Purée", "category": cats, "price": price(300)}),
        )
        .await;
        shop.offer(
            "B",
            json!({"name": "Ball", "price": price(100), "rating": 50}),
        )
        .await;
        shop.offer("C", json!({"name": "Cord", "price": price(200)}))
            .await;
        let cases = [
            ("", vec!["B", "C", "A"]),
            ("?sort=name", vec!["B", "C", "A"]),
            ("?sort=price", vec!["B", "C", "A"]),
            ("?sort=-price", vec!["A", "C", "B"]),
            ("?sort=-rating", vec!["B", "A", "C"]),
            ("?category=cat-food", vec!["A"]),
            ("?category=fish", vec![]),
            ("?q=puree", vec!["A"]),
            ("?q=PUR%C3%89E+salm", vec!["A"]),
            ("?q=puree&category=dogs", vec![]),
            ("?q=", vec!["B", "C", "A"]),
            ("?q=.*", vec!["B", "C", "A"]),
            ("?q=%24where", vec![]),
        ];
        for (query, expected) in cases {
            let answer = shop
                .get("list-products", &format!("/api/products{query}"))
                .await;
            let body = answer.json();
            let items = body["items"].as_array().expect("a page has items");
            assert_eq!(
                items.iter().map(|p| &p["sku"]).collect::<Vec<_>>(),
                expected,
                "{query}"
            );
            assert_eq!(body["total"], expected.len(), "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_or_bad_parameter_is_refused() {
    with_shop(async |shop| {
        let long = format!("q={}", "a".repeat(101));
        let bad = [
            "page=0",
            "page=-1",
            "page=abc",
            "page=",
            "page=1.5",
            "page=99999999999",
            "page_size=0",
            "page_size=101",
            "page_size=abc",
            "page_size=%2B5",
            "sort=rating",
            "sort=-name",
            "sort=",
            "sort=price,name",
            "category=",
            "category=Dogs",
            "category=%24ne",
            "category[$ne]=dogs",
            "colour=red",
            "page=1&page=2",
            "q[$regex]=.*",
            "limit=5",
            long.as_str(),
        ];
        for query in bad {
            let answer = shop
                .get("list-products", &format!("/api/products?{query}"))
                .await;
            assert_eq!(
                answer.problem(),
                (400, "invalid_parameter".into()),
                "{query}"
            );
            assert_eq!(
                answer.header("content-type"),
                Some("application/problem+json"),
                "{query}"
            );
        }
        let named = shop
            .get("list-products", "/api/products?page_size=101")
            .await
            .json();
        assert_eq!(named["fields"][0]["field"], "page_size");
        for query in ["colour=red", "category=Dogs"] {
            let answer = shop
                .get("count-products", &format!("/api/products/count?{query}"))
                .await;
            assert_eq!(
                answer.problem(),
                (400, "invalid_parameter".into()),
                "{query}"
            );
        }
        let answer = shop
            .get("list-categories", "/api/products/categories?page=1")
            .await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".into()));
    })
    .await;
}

#[tokio::test]
async fn categories_and_counts_say_how_many_there_are() {
    with_shop(async |shop| {
        let cats = json!({"slug": "cats", "name": "Cats"});
        shop.offer("A", json!({})).await;
        shop.offer("B", json!({"category": cats})).await;
        shop.offer("C", json!({"category": cats})).await;
        let categories = shop
            .get("list-categories", "/api/products/categories")
            .await
            .json();
        let expected = json!([
            {"slug": "cats", "name": "Cats", "count": 2},
            {"slug": "dogs", "name": "Dogs", "count": 1},
        ]);
        assert_eq!(categories["items"], expected);
        for (query, count) in [("", 3), ("?category=cats", 2), ("?category=fish", 0)] {
            let answer = shop
                .get("count-products", &format!("/api/products/count{query}"))
                .await;
            assert_eq!(
                (answer.status(), answer.json()),
                (200, json!({"count": count})),
                "{query}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_product_has_every_value_of_the_contract_and_a_tag_that_follows_its_stock() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({})).await;
        let answer = shop.get("get-product", &path_of(&made)).await;
        assert_eq!((answer.status(), answer.json()), (200, made.clone()));
        let names = [
            "id",
            "sku",
            "name",
            "description",
            "category",
            "brand",
            "price",
            "available",
            "rating",
            "images",
            "attributes",
            "created_at",
            "updated_at",
        ];
        for name in names {
            assert!(
                made.get(name).is_some_and(|value| !value.is_null()),
                "{name}"
            );
        }
        assert_eq!(
            made["price"],
            json!({"amount_minor": 1990, "currency": "USD"})
        );
        assert!(
            made["created_at"]
                .as_str()
                .is_some_and(|time| time.ends_with('Z')),
            "{}",
            made["created_at"]
        );
        let tag = answer
            .header("etag")
            .expect("a product has a tag")
            .to_owned();
        let known =
            |tag: &str| TestRequest::new("GET", &path_of(&made)).header("if-none-match", tag);
        for list in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            assert_eq!(
                shop.send("get-product", known(&list)).await.status(),
                304,
                "{list}"
            );
        }
        let order = uuid::Uuid::now_v7();
        let hold = TestRequest::new("PUT", &format!("/internal/reservations/{order}"))
            .json(&json!({"items": [{"product_id": made["id"], "quantity": 1}]}));
        assert_eq!(shop.ask("hold-reservation", hold).await.status(), 200);
        assert_eq!(shop.send("get-product", known(&tag)).await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_id_is_not_there() {
    with_shop(async |shop| {
        let ids = [
            "0123456789abcdef01234567",
            "1",
            "abc",
            "0123456789ABCDEF01234567",
            "%24ne",
            "%00",
            "..%2f..",
            "%FF",
        ];
        for id in ids {
            let answer = shop
                .get("get-product", &format!("/api/products/{id}"))
                .await;
            assert_eq!(answer.problem(), (404, "not_found".into()), "{id}");
        }
    })
    .await;
}
