use serde_json::json;
use uuid::Uuid;
use velure_contracts::http::UserRole;
use velure_http::ACCESS_COOKIE;
use velure_http::testing::TestRequest;

use crate::shop::{product, with_shop};

const NOWHERE: &str = "/api/products/0123456789abcdef01234567";

/// One good request for each route that only administrators may use.
fn administration() -> Vec<(&'static str, TestRequest)> {
    let adjustment = json!({"delta": 1, "operation_id": Uuid::new_v4()});
    vec![
        (
            "create-product",
            TestRequest::new("POST", "/api/products").json(&product("A", json!({}))),
        ),
        (
            "replace-product",
            TestRequest::new("PUT", NOWHERE)
                .json(&product("A", json!({})))
                .header("if-match", "*"),
        ),
        ("delete-product", TestRequest::new("DELETE", NOWHERE)),
        (
            "adjust-inventory",
            TestRequest::new("PATCH", &format!("{NOWHERE}/inventory")).json(&adjustment),
        ),
    ]
}

/// One good request for each route that only our own processes may use.
fn internal() -> Vec<(&'static str, TestRequest)> {
    let items = json!({"items": [{"product_id": "0123456789abcdef01234567", "quantity": 1}]});
    let path = format!("/internal/reservations/{}", Uuid::now_v7());
    let requests = vec![
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
    ];
    requests
        .into_iter()
        .map(|(name, request)| (name, request.without("sec-fetch-site")))
        .collect()
}

#[tokio::test]
async fn only_an_administrator_changes_the_catalogue() {
    with_shop(async |shop| {
        let shopper = shop.sign_in(UserRole::Shopper).await;
        let service = format!("Bearer {}", shop.keys.service_token("orders", "catalog"));
        for (endpoint, request) in administration() {
            let anonymous = shop.send(endpoint, request.clone()).await;
            assert_eq!(
                anonymous.problem(),
                (401, "unauthenticated".into()),
                "{endpoint}"
            );
            let by_shopper = shop
                .send(endpoint, request.clone().cookie(ACCESS_COOKIE, &shopper))
                .await;
            assert_eq!(
                by_shopper.problem(),
                (403, "forbidden".into()),
                "{endpoint}"
            );
            let by_service = shop
                .send(endpoint, request.clone().header("authorization", &service))
                .await;
            assert_eq!(
                by_service.problem(),
                (401, "unauthenticated".into()),
                "{endpoint}"
            );
            let foreign = request.clone().header("sec-fetch-site", "cross-site");
            let foreign = shop.administer(endpoint, foreign).await;
            assert_eq!(
                foreign.problem(),
                (403, "csrf_refused".into()),
                "{endpoint}"
            );
            let unmarked = shop
                .administer(endpoint, request.clone().without("sec-fetch-site"))
                .await;
            assert_eq!(
                unmarked.problem(),
                (403, "csrf_refused".into()),
                "{endpoint}"
            );
        }
        let count = shop
            .get("count-products", "/api/products/count")
            .await
            .json();
        assert_eq!(count["count"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_good_in_every_way_is_nobodys() {
    with_shop(async |shop| {
        let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
        for (what, token) in shop.keys.bad_access_tokens(user, session) {
            for (endpoint, request) in administration() {
                let answer = shop
                    .send(endpoint, request.cookie(ACCESS_COOKIE, &token))
                    .await;
                assert_eq!(
                    answer.problem(),
                    (401, "unauthenticated".into()),
                    "{endpoint}: {what}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_is_let_in_while_the_session_cannot_be_looked_up() {
    with_shop(async |shop| {
        // Redis does not know the session, and auth does not answer.
        let token = shop.keys.access_token(Uuid::now_v7(), Uuid::now_v7());
        for (endpoint, request) in administration() {
            let answer = shop
                .send(endpoint, request.cookie(ACCESS_COOKIE, &token))
                .await;
            assert_eq!(answer.problem(), (503, "unavailable".into()), "{endpoint}");
            assert!(answer.header("retry-after").is_some(), "{endpoint}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_our_own_processes_price_and_reserve() {
    with_shop(async |shop| {
        let administrator = shop.sign_in(UserRole::Admin).await;
        let stranger = velure_testkit::keys::TestKeys::generate();
        let tokens = [
            ("none", String::new()),
            (
                "for another context",
                format!("Bearer {}", shop.keys.service_token("orders", "auth")),
            ),
            (
                "of another installation",
                format!("Bearer {}", stranger.service_token("orders", "catalog")),
            ),
            ("of a user", format!("Bearer {administrator}")),
            ("not a token", "Bearer x".to_owned()),
            (
                "of another scheme",
                format!("Basic {}", shop.keys.service_token("orders", "catalog")),
            ),
        ];
        for (endpoint, request) in internal() {
            for (what, token) in &tokens {
                let request = match token.as_str() {
                    "" => request.clone(),
                    token => request.clone().header("authorization", token),
                };
                let answer = shop.send(endpoint, request).await;
                assert_eq!(
                    answer.problem(),
                    (401, "unauthenticated".into()),
                    "{endpoint}: {what}"
                );
            }
            let by_administrator = shop.administer(endpoint, request).await;
            assert_eq!(
                by_administrator.problem(),
                (401, "unauthenticated".into()),
                "{endpoint}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn every_endpoint_of_the_context_is_mounted() {
    with_shop(async |shop| {
        let routes = velure_http::routes()
            .iter()
            .filter(|route| route.context == "catalog");
        for route in routes {
            let answer = shop
                .send(&route.name, TestRequest::new(&route.method, "/nowhere"))
                .await;
            assert_eq!(
                answer.problem(),
                (404, "not_found".into()),
                "{}",
                route.name
            );
        }
    })
    .await;
}

#[test]
fn nothing_is_still_worked_on_when_its_caller_has_gone() {
    assert!(velure_mongo::DEADLINE < velure_clients::CALL_DEADLINE);
}
