use serde_json::{Value, json};
use uuid::Uuid;
use velure_http::testing::TestRequest;

use crate::shop::{fields, path_of, with_shop};

fn adjust(product: &Value, delta: &Value, operation_id: &Value) -> TestRequest {
    let body = json!({"delta": delta, "operation_id": operation_id});
    TestRequest::new("PATCH", &format!("{}/inventory", path_of(product))).json(&body)
}

#[tokio::test]
async fn the_same_operation_counts_once() {
    with_shop(async |shop| {
        let (made, other) = (
            shop.offer("A", json!({})).await,
            shop.offer("B", json!({})).await,
        );
        let operation = json!(Uuid::new_v4());
        for _ in 0..3 {
            let answer = shop
                .administer("adjust-inventory", adjust(&made, &json!(7), &operation))
                .await;
            assert_eq!(
                (answer.status(), &answer.json()["available"]),
                (200, &json!(12))
            );
        }
        for (product, delta) in [(&made, 8), (&other, 7)] {
            let answer = shop
                .administer(
                    "adjust-inventory",
                    adjust(product, &json!(delta), &operation),
                )
                .await;
            assert_eq!(answer.problem(), (409, "operation_conflict".into()));
        }
        assert_eq!(
            (shop.stock(&made).await, shop.stock(&other).await),
            (json!(12), json!(5))
        );
    })
    .await;
}

#[tokio::test]
async fn stock_does_not_fall_below_nothing() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({"available": 5})).await;
        let short = shop
            .administer(
                "adjust-inventory",
                adjust(&made, &json!(-6), &json!(Uuid::new_v4())),
            )
            .await;
        assert_eq!(short.problem(), (409, "insufficient_stock".into()));
        assert_eq!(short.json()["available"], 5);
        let all = shop
            .administer(
                "adjust-inventory",
                adjust(&made, &json!(-5), &json!(Uuid::new_v4())),
            )
            .await;
        assert_eq!((all.status(), &all.json()["available"]), (200, &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn a_change_that_cannot_be_is_refused() {
    with_shop(async |shop| {
        let made = shop.offer("A", json!({})).await;
        let id = json!(Uuid::new_v4());
        for delta in [
            json!(0),
            json!(1_000_001),
            json!(-1_000_001),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(999_996),
        ] {
            let answer = shop
                .administer("adjust-inventory", adjust(&made, &delta, &id))
                .await;
            assert_eq!(
                answer.problem(),
                (422, "validation_failed".into()),
                "{delta}"
            );
            assert_eq!(
                fields(&answer),
                [("delta".to_owned(), "out_of_range".to_owned())],
                "{delta}"
            );
        }
        for (delta, id) in [
            (json!(1.5), id.clone()),
            (json!("1"), id.clone()),
            (json!(u64::MAX), id.clone()),
            (json!(null), id.clone()),
            (json!(1), json!("not-an-id")),
            (json!(1), json!(7)),
            (json!(1), json!({"$ne": null})),
        ] {
            let answer = shop
                .administer("adjust-inventory", adjust(&made, &delta, &id))
                .await;
            assert_eq!(
                answer.problem(),
                (400, "malformed_body".into()),
                "{delta} {id}"
            );
        }
        let nowhere = json!({"id": "0123456789abcdef01234567"});
        let answer = shop
            .administer("adjust-inventory", adjust(&nowhere, &json!(1), &id))
            .await;
        assert_eq!(answer.problem(), (404, "not_found".into()));
        assert_eq!(shop.stock(&made).await, json!(5));
    })
    .await;
}
