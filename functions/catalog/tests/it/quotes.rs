use serde_json::{Value, json};
use velure_http::testing::TestRequest;

use crate::shop::{fields, path_of, with_shop};

fn quote(items: Value) -> TestRequest {
    TestRequest::new("POST", "/internal/quotes").json(&json!({ "items": items }))
}

#[tokio::test]
async fn a_cart_is_priced_and_merged() {
    with_shop(async |shop| {
        let leash = shop.offer("A", json!({"price": {"amount_minor": 1990, "currency": "USD"}, "available": 0})).await;
        let bowl = shop.offer("B", json!({"price": {"amount_minor": 5, "currency": "USD"}})).await;
        let line = |product: &Value, quantity: i64| json!({"product_id": product["id"], "quantity": quantity});
        let answer = shop.ask("quote-cart", quote(json!([line(&bowl, 1), line(&leash, 2), line(&bowl, 2)]))).await;
        let usd = |minor: i64| json!({"amount_minor": minor, "currency": "USD"});
        let expected = json!({
            "items": [
                {"product_id": leash["id"], "name": "Product A", "quantity": 2, "unit_price": usd(1990), "line_total": usd(3980)},
                {"product_id": bowl["id"], "name": "Product B", "quantity": 3, "unit_price": usd(5), "line_total": usd(15)},
            ],
            "total": usd(3995),
        });
        assert_eq!((answer.status(), answer.json()), (200, expected));
    })
    .await;
}

#[tokio::test]
async fn products_that_are_not_sold_are_named() {
    with_shop(async |shop| {
        let leash = shop.offer("A", json!({})).await;
        let gone = shop.offer("B", json!({})).await;
        let delete = TestRequest::new("DELETE", &path_of(&gone));
        assert_eq!(shop.administer("delete-product", delete).await.status(), 204);
        let items = json!([{"product_id": leash["id"], "quantity": 1}, {"product_id": gone["id"], "quantity": 1}]);
        let answer = shop.ask("quote-cart", quote(items)).await;
        assert_eq!(answer.problem(), (422, "product_unavailable".into()));
        assert_eq!(answer.json()["lines"], json!([{"product_id": gone["id"], "reason": "not_sold", "available": 0}]));
    })
    .await;
}

#[tokio::test]
async fn lines_that_cannot_be_are_refused() {
    with_shop(async |shop| {
        let dear = shop
            .offer(
                "A",
                json!({"price": {"amount_minor": 600_000_000, "currency": "USD"}}),
            )
            .await;
        let id = &dear["id"];
        let line = |quantity: i64| json!({"product_id": id, "quantity": quantity});
        let cases = [
            (json!([]), "items", "required"),
            (json!(vec![line(1); 51]), "items", "too_long"),
            (json!([line(0)]), "items[0].quantity", "out_of_range"),
            (json!([line(-1)]), "items[0].quantity", "out_of_range"),
            (
                json!([line(1), line(100)]),
                "items[1].quantity",
                "out_of_range",
            ),
            (json!([line(i64::MAX)]), "items[0].quantity", "out_of_range"),
            (
                json!([line(99), line(1)]),
                "items[1].quantity",
                "out_of_range",
            ),
            (
                json!([{"product_id": "$ne", "quantity": 1}]),
                "items[0].product_id",
                "invalid",
            ),
            (json!([line(2)]), "items", "out_of_range"),
        ];
        for (items, field, code) in cases {
            let answer = shop.ask("quote-cart", quote(items.clone())).await;
            assert_eq!(
                answer.problem(),
                (422, "validation_failed".into()),
                "{items}"
            );
            assert_eq!(
                fields(&answer),
                [(field.to_owned(), code.to_owned())],
                "{items}"
            );
        }
        let shapes = [
            json!([{"product_id": id, "quantity": 1.5}]),
            json!([{"product_id": id, "quantity": "1"}]),
            json!([{"product_id": {"$ne": null}, "quantity": 1}]),
            json!([{"product_id": id, "quantity": 1, "unit_price": 1}]),
            json!([{"product_id": id}]),
            json!({}),
        ];
        for items in shapes {
            let answer = shop.ask("quote-cart", quote(items.clone())).await;
            assert_eq!(answer.problem(), (400, "malformed_body".into()), "{items}");
        }
    })
    .await;
}
