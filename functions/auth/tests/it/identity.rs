//! Who is let in: every identity against every route that asks for somebody, from the route table itself.

use serde_json::Value;
use sqlx::PgPool;
use velure_http::testing::TestRequest;
use velure_http::{Auth as Wants, Route, routes};

use crate::fixture::Auth;

fn signed_in_routes() -> Vec<&'static Route> {
    let all = routes().iter().filter(|route| route.context == "auth");
    let all = all
        .filter(|route| matches!(route.auth, Wants::Shopper | Wants::Admin))
        .collect::<Vec<_>>();
    assert!(all.len() >= 4, "me, password and the two lists of users");
    all
}

fn request(route: &Route) -> TestRequest {
    let path = route
        .path
        .replace("{id}", "0197f9c2-0000-7000-8000-000000000000");
    TestRequest::new(&route.method, &path)
        .json(&serde_json::json!({"current_password": "x", "new_password": "y"}))
}

fn comparable(mut problem: Value) -> Value {
    problem["request_id"] = Value::Null;
    problem
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_token_that_is_bad_in_any_way_is_answered_like_none(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.admin("ada@example.com").await;
    for route in signed_in_routes() {
        let anonymous = auth.send(&route.name, request(route)).await;
        assert_eq!(
            anonymous.problem(),
            (401, "unauthenticated".into()),
            "{}",
            route.name
        );
        for (name, token) in auth.keys.bad_access_tokens(ada.id(), ada.session()) {
            let answer = auth
                .send(
                    &route.name,
                    request(route).cookie("__Host-velure_at", &token),
                )
                .await;
            assert_eq!(answer.status(), 401, "{name} at {}", route.name);
            assert_eq!(
                comparable(answer.json()),
                comparable(anonymous.json()),
                "{name} at {}",
                route.name
            );
        }
        let elsewhere = [
            request(route).cookie("__Host-velure_rt", &ada.refresh),
            request(route).cookie("__Host-velure_at", &ada.refresh),
            request(route).cookie("velure_at", &ada.access),
            request(route).header("authorization", &format!("Bearer {}", ada.access)),
            request(route).header(
                "authorization",
                &format!("Bearer {}", auth.keys.service_token("orders", "auth")),
            ),
        ];
        for request in elsewhere {
            assert_eq!(
                auth.send(&route.name, request).await.status(),
                401,
                "a token in another place"
            );
        }
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_session_that_has_ended_is_refused_everywhere(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.admin("ada@example.com").await;
    auth.send(
        "close-session",
        ada.request("DELETE", "/api/sessions/current"),
    )
    .await;
    let made_up = auth.keys.access_token(ada.id(), uuid::Uuid::new_v4());
    let swapped = auth.keys.access_token(
        uuid::Uuid::new_v4(),
        auth.sign_in("ada@example.com").await.session(),
    );
    for route in signed_in_routes() {
        for token in [&ada.access, &made_up, &swapped] {
            let answer = auth
                .send(
                    &route.name,
                    request(route).cookie("__Host-velure_at", token),
                )
                .await;
            assert_eq!(
                answer.problem(),
                (401, "unauthenticated".into()),
                "{}",
                route.name
            );
        }
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_key_that_was_taken_out_signs_nobody_in_any_more(pool: PgPool) {
    let auth = Auth::on(pool.clone()).await;
    let ada = auth.register("ada@example.com").await;
    let rotated = Auth::on(pool).await;
    assert_eq!(auth.me(&ada.access).await, 200);
    assert_eq!(rotated.me(&ada.access).await, 401);
    let answer = rotated.refresh(&ada.refresh).await;
    assert_eq!(
        answer.status(),
        200,
        "the refresh token outlives a change of keys"
    );
    assert_eq!(
        rotated
            .me(&crate::fixture::cookie(&answer, "__Host-velure_at"))
            .await,
        200
    );
}
