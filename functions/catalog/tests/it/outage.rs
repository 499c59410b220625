use serde_json::json;
use uuid::Uuid;
use velure_http::testing::TestRequest;

use crate::shop::Shop;

#[tokio::test]
async fn without_its_database_every_endpoint_says_when_to_come_back() {
    // Nothing listens on port 1.
    let shop = Shop::without_indexes("mongodb://127.0.0.1:1/velure").await;
    for (endpoint, target) in [
        ("list-products", "/api/products"),
        ("list-categories", "/api/products/categories"),
        ("count-products", "/api/products/count"),
        ("get-product", "/api/products/0123456789abcdef01234567"),
    ] {
        let answer = shop.get(endpoint, target).await;
        assert_eq!(answer.problem(), (503, "unavailable".into()), "{endpoint}");
        assert!(answer.header("retry-after").is_some(), "{endpoint}");
        let text = answer.json().to_string();
        assert!(
            !text.contains("127.0.0.1") && !text.to_lowercase().contains("mongo"),
            "{text}"
        );
    }
    let items = json!({"items": [{"product_id": "0123456789abcdef01234567", "quantity": 1}]});
    let path = format!("/internal/reservations/{}", Uuid::now_v7());
    for (endpoint, request) in [
        (
            "quote-cart",
            TestRequest::new("POST", "/internal/quotes").json(&items),
        ),
        (
            "hold-reservation",
            TestRequest::new("PUT", &path).json(&items),
        ),
        (
            "commit-reservation",
            TestRequest::new("POST", &format!("{path}/commit")),
        ),
        (
            "release-reservation",
            TestRequest::new("POST", &format!("{path}/release")),
        ),
    ] {
        assert_eq!(
            shop.ask(endpoint, request).await.problem(),
            (503, "unavailable".into()),
            "{endpoint}"
        );
    }
}
