use serde_json::{Value, json};
use velure_http::testing::TestRequest;

use crate::shop::{fields, path_of, product, with_shop};

fn create(body: &Value) -> TestRequest {
    TestRequest::new("POST", "/api/products").json(body)
}

#[tokio::test]
async fn a_new_product_says_where_it_is() {
    with_shop(async |shop| {
        let answer = shop
            .administer("create-product", create(&product("A", json!({}))))
            .await;
        assert_eq!(answer.status(), 201);
        assert_eq!(
            answer.header("location"),
            Some(path_of(&answer.json()).as_str())
        );
        assert!(answer.header("etag").is_some());
        let again = shop
            .administer("create-product", create(&product("A", json!({}))))
            .await;
        assert_eq!(again.problem(), (409, "sku_taken".into()));
    })
    .await;
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_malformed() {
    with_shop(async |shop| {
        let usd = |amount: Value| json!({"price": {"amount_minor": amount, "currency": "USD"}});
        let shapes = [
            usd(json!(19.9)),
            usd(json!("1990")),
            usd(json!(1e3)),
            usd(json!(u64::MAX)),
            usd(json!(null)),
            json!({"price": 1990}),
            json!({"price": {"amount_minor": 1, "currency": "USD", "tax": 1}}),
            json!({"rating": 4.7}),
            json!({"rating": "47"}),
            json!({"available": 1.5}),
            json!({"available": "5"}),
            json!({"id": "0123456789abcdef01234567"}),
            json!({"created_at": "2026-01-01T00:00:00Z"}),
            json!({"discount": 10}),
            json!({"sku": null}),
            json!({"sku": {"$ne": 1}}),
            json!({"name": ["a"]}),
            json!({"category": "dogs"}),
            json!({"images": {}}),
            json!({"attributes": []}),
        ];
        for changes in shapes {
            let answer = shop
                .administer("create-product", create(&product("A", changes.clone())))
                .await;
            assert_eq!(
                answer.problem(),
                (400, "malformed_body".into()),
                "{changes}"
            );
        }
        let whole = product("A", json!({})).to_string();
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let mut broken = whole.clone().into_bytes();
        let at = whole.find("Made").expect("the description is there");
        broken[at] = 0xff;
        let bodies: [Vec<u8>; 8] = [
            Vec::new(),
            b"{".to_vec(),
            b"null".to_vec(),
            b"[]".to_vec(),
            format!("{whole} {{}}").into_bytes(),
            deep.clone().into_bytes(),
            broken,
            whole
                .replacen("\"sku\"", "\"sku\":\"B\",\"sku\"", 1)
                .into_bytes(),
        ];
        for body in bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let request = TestRequest::new("POST", "/api/products").body("application/json", body);
            let answer = shop.administer("create-product", request).await;
            assert_eq!(answer.problem(), (400, "malformed_body".into()), "{shown}");
        }
        let attributes = whole.replace("{\"colour\":\"Red\"}", &format!("{{\"a\":{deep}}}"));
        let request =
            TestRequest::new("POST", "/api/products").body("application/json", attributes);
        assert_eq!(
            shop.administer("create-product", request).await.problem(),
            (400, "malformed_body".into())
        );
        let count = shop
            .get("count-products", "/api/products/count")
            .await
            .json();
        assert_eq!(count["count"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_too_large_or_not_json_is_told_so() {
    with_shop(async |shop| {
        let whole = product("A", json!({})).to_string();
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonx",
            "",
        ] {
            let request =
                TestRequest::new("POST", "/api/products").body(content_type, whole.clone());
            let answer = shop.administer("create-product", request).await;
            assert_eq!(
                answer.problem(),
                (415, "unsupported_media_type".into()),
                "{content_type}"
            );
        }
        let request = TestRequest::new("POST", "/api/products")
            .body("application/json", " ".repeat(32 * 1024 + 1));
        assert_eq!(
            shop.administer("create-product", request).await.problem(),
            (413, "body_too_large".into())
        );
        let charset = TestRequest::new("POST", "/api/products")
            .body("Application/JSON; charset=utf-8", whole);
        assert_eq!(
            shop.administer("create-product", charset).await.status(),
            201
        );
    })
    .await;
}

#[tokio::test]
async fn values_that_are_not_acceptable_are_all_named() {
    with_shop(async |shop| {
        let price = |minor: i64, currency: &str| json!({"price": {"amount_minor": minor, "currency": currency}});
        let cases = [
            (json!({"sku": "a b"}), "sku", "invalid"),
            (json!({"name": ""}), "name", "required"),
            (json!({"name": "x".repeat(121)}), "name", "too_long"),
            (price(0, "USD"), "price.amount_minor", "out_of_range"),
            (price(-1, "USD"), "price.amount_minor", "out_of_range"),
            (price(i64::MAX, "USD"), "price.amount_minor", "out_of_range"),
            (price(100, "EUR"), "price.currency", "invalid"),
            (json!({"available": -1}), "available", "out_of_range"),
            (json!({"rating": 51}), "rating", "out_of_range"),
            (json!({"attributes": {"$where": "1"}}), "attributes", "invalid_name"),
            (json!({"attributes": {"a.b": "1"}}), "attributes", "invalid_name"),
            (json!({"attributes": {"weight": 1.5}}), "attributes.weight", "not_an_integer"),
            (json!({"attributes": {"a": {"$gt": ""}}}), "attributes.a", "invalid"),
            (json!({"images": [{"url": "javascript:alert(1)", "alt": "a"}]}), "images[0].url", "invalid"),
        ];
        for (changes, field, code) in cases {
            let answer = shop.administer("create-product", create(&product("A", changes.clone()))).await;
            assert_eq!(answer.problem(), (422, "validation_failed".into()), "{changes}");
            assert_eq!(fields(&answer), [(field.to_owned(), code.to_owned())], "{changes}");
        }
        let three = json!({"sku": "?", "rating": 0, "brand": ""});
        let answer = shop.administer("create-product", create(&product("A", three))).await;
        assert_eq!(fields(&answer).len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_product_is_replaced_as_it_was_read_or_not_at_all() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({"available": 5})).await;
        shop.offer("B", json!({})).await;
        let read = shop.get("get-product", &path_of(&made)).await;
        let tag = read.header("etag").expect("a product has a tag").to_owned();
        let put = |sku: &str, changes: Value| {
            TestRequest::new("PUT", &path_of(&made)).json(&product(sku, changes))
        };
        let missing = shop
            .administer("replace-product", put("A", json!({})))
            .await;
        assert_eq!(missing.problem(), (412, "precondition_failed".into()));
        for stale in [
            "\"r0\"",
            "\"other\"",
            "W/\"r1\"",
            "r1",
            "\"r99999999999999999999\"",
        ] {
            let answer = shop
                .administer(
                    "replace-product",
                    put("A", json!({})).header("if-match", stale),
                )
                .await;
            assert_eq!(
                answer.problem(),
                (412, "precondition_failed".into()),
                "{stale}"
            );
        }
        let taken = shop
            .administer(
                "replace-product",
                put("B", json!({})).header("if-match", &tag),
            )
            .await;
        assert_eq!(taken.problem(), (409, "sku_taken".into()));
        let bad = shop
            .administer(
                "replace-product",
                put("A", json!({"rating": 0})).header("if-match", &tag),
            )
            .await;
        assert_eq!(bad.problem(), (422, "validation_failed".into()));
        let next = json!({"name": "Lead", "available": 900});
        let good = shop
            .administer(
                "replace-product",
                put("A", next.clone()).header("if-match", &tag),
            )
            .await;
        assert_eq!(good.status(), 200);
        assert_eq!(
            (&good.json()["name"], &good.json()["available"]),
            (&json!("Lead"), &json!(5))
        );
        assert_ne!(good.header("etag"), Some(tag.as_str()));
        let late = shop
            .administer(
                "replace-product",
                put("A", next.clone()).header("if-match", &tag),
            )
            .await;
        assert_eq!(late.problem(), (412, "precondition_failed".into()));
        let any = shop
            .administer("replace-product", put("A", next).header("if-match", "*"))
            .await;
        assert_eq!(any.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn a_product_is_deleted_once() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({})).await;
        let delete = || TestRequest::new("DELETE", &path_of(&made));
        let stale = shop
            .administer("delete-product", delete().header("if-match", "\"r0\""))
            .await;
        assert_eq!(stale.problem(), (412, "precondition_failed".into()));
        assert_eq!(
            shop.administer("delete-product", delete()).await.status(),
            204
        );
        assert_eq!(
            shop.administer("delete-product", delete()).await.problem(),
            (404, "not_found".into())
        );
        assert_eq!(shop.get("get-product", &path_of(&made)).await.status(), 404);
        let put = TestRequest::new("PUT", &path_of(&made))
            .json(&product("A", json!({})))
            .header("if-match", "*");
        assert_eq!(
            shop.administer("replace-product", put).await.problem(),
            (404, "not_found".into())
        );
        let nowhere = TestRequest::new("DELETE", "/api/products/nothing");
        assert_eq!(
            shop.administer("delete-product", nowhere).await.problem(),
            (404, "not_found".into())
        );
    })
    .await;
}
