use serde_json::{Value, json};
use uuid::Uuid;
use velure_http::testing::{TestAnswer, TestRequest};

use crate::shop::{Shop, fields, path_of, with_shop};

async fn hold(shop: &Shop, order: &str, items: Value) -> TestAnswer {
    let path = format!("/internal/reservations/{order}");
    shop.ask(
        "hold-reservation",
        TestRequest::new("PUT", &path).json(&json!({ "items": items })),
    )
    .await
}

async fn end(shop: &Shop, order: &str, verb: &str) -> TestAnswer {
    let path = format!("/internal/reservations/{order}/{verb}");
    shop.ask(
        &format!("{verb}-reservation"),
        TestRequest::new("POST", &path),
    )
    .await
}

fn order() -> String {
    Uuid::now_v7().to_string()
}

#[tokio::test]
async fn a_reservation_is_held_and_committed_once() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({"available": 5})).await;
        let (order, items) = (order(), json!([{"product_id": made["id"], "quantity": 2}]));
        for _ in 0..2 {
            let answer = hold(&shop, &order, items.clone()).await;
            assert_eq!(
                (answer.status(), answer.json()),
                (200, json!({"state": "held"}))
            );
        }
        assert_eq!(shop.stock(&made).await, json!(3));
        let other = hold(
            &shop,
            &order,
            json!([{"product_id": made["id"], "quantity": 3}]),
        )
        .await;
        assert_eq!(other.problem(), (409, "operation_conflict".into()));
        for _ in 0..2 {
            let answer = end(&shop, &order, "commit").await;
            assert_eq!(
                (answer.status(), answer.json()),
                (200, json!({"state": "committed"}))
            );
        }
        let opposite = end(&shop, &order, "release").await;
        assert_eq!(opposite.problem(), (409, "reservation_ended".into()));
        assert_eq!(opposite.json()["state"], "committed");
        assert_eq!(shop.stock(&made).await, json!(3));
    })
    .await;
}

#[tokio::test]
async fn a_reservation_is_released_once() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({"available": 5})).await;
        let (order, items) = (order(), json!([{"product_id": made["id"], "quantity": 2}]));
        assert_eq!(hold(&shop, &order, items.clone()).await.status(), 200);
        for _ in 0..2 {
            let answer = end(&shop, &order, "release").await;
            assert_eq!(
                (answer.status(), answer.json()),
                (200, json!({"state": "released"}))
            );
        }
        assert_eq!(shop.stock(&made).await, json!(5));
        for answer in [
            end(&shop, &order, "commit").await,
            hold(&shop, &order, items).await,
        ] {
            assert_eq!(answer.problem(), (409, "reservation_ended".into()));
            assert_eq!(answer.json()["state"], "released");
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_without_a_reservation_cannot_be_committed_but_can_be_kept_from_holding() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({})).await;
        let order = order();
        assert_eq!(
            end(&shop, &order, "commit").await.problem(),
            (404, "not_found".into())
        );
        assert_eq!(
            end(&shop, &order, "release").await.json(),
            json!({"state": "released"})
        );
        let late = hold(
            &shop,
            &order,
            json!([{"product_id": made["id"], "quantity": 1}]),
        )
        .await;
        assert_eq!(late.problem(), (409, "reservation_ended".into()));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_names_every_line_at_fault_and_takes_nothing() {
    with_shop(async |shop| {
        let leash = shop.offer("A", json!({"available": 5})).await;
        let bowl = shop.offer("B", json!({"available": 1})).await;
        let gone = shop.offer("C", json!({})).await;
        let delete = TestRequest::new("DELETE", &path_of(&gone));
        assert_eq!(
            shop.administer("delete-product", delete).await.status(),
            204
        );
        let items = json!([
            {"product_id": leash["id"], "quantity": 1},
            {"product_id": bowl["id"], "quantity": 2},
            {"product_id": gone["id"], "quantity": 1},
        ]);
        let answer = hold(&shop, &order(), items).await;
        assert_eq!(answer.problem(), (409, "insufficient_stock".into()));
        let expected = json!([
            {"product_id": bowl["id"], "reason": "insufficient_stock", "available": 1},
            {"product_id": gone["id"], "reason": "not_sold", "available": 0},
        ]);
        assert_eq!(answer.json()["lines"], expected);
        assert_eq!(
            (shop.stock(&leash).await, shop.stock(&bowl).await),
            (json!(5), json!(1))
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_order_id_is_not_there_and_bad_lines_are_refused() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({})).await;
        let items = json!([{"product_id": made["id"], "quantity": 1}]);
        for id in [
            "1",
            "not-an-order",
            "0123456789abcdef0123456789abcdef",
            "%24ne",
        ] {
            assert_eq!(
                hold(&shop, id, items.clone()).await.problem(),
                (404, "not_found".into()),
                "{id}"
            );
            for verb in ["commit", "release"] {
                assert_eq!(
                    end(&shop, id, verb).await.problem(),
                    (404, "not_found".into()),
                    "{id}"
                );
            }
        }
        let bad = hold(
            &shop,
            &order(),
            json!([{"product_id": made["id"], "quantity": 0}]),
        )
        .await;
        assert_eq!(bad.problem(), (422, "validation_failed".into()));
        assert_eq!(
            fields(&bad),
            [("items[0].quantity".to_owned(), "out_of_range".to_owned())]
        );
        let unknown = json!([{"product_id": made["id"], "quantity": 1, "price": 1}]);
        assert_eq!(
            hold(&shop, &order(), unknown).await.problem(),
            (400, "malformed_body".into())
        );
        assert_eq!(shop.stock(&made).await, json!(5));
    })
    .await;
}
