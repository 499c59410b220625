use serde_json::json;
use sqlx::PgPool;
use velure_http::testing::{TestAnswer, TestRequest};

use crate::fixture::Auth;

async fn ask(auth: &Auth, service_token: Option<&str>, token: &str) -> TestAnswer {
    let request = TestRequest::new("POST", "/api/tokens/introspect")
        .without("sec-fetch-site")
        .json(&json!({"token": token}));
    let request = match service_token {
        Some(own) => request.header("authorization", &format!("Bearer {own}")),
        None => request,
    };
    auth.send("introspect-token", request).await
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_process_of_ours_learns_whose_token_it_is_and_what_the_database_says(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let own = auth.keys.service_token("orders", "auth");
    let answer = ask(&auth, Some(&own), &ada.access).await;
    assert_eq!(answer.status(), 200);
    let said = answer.json();
    assert_eq!(said["active"], true);
    assert_eq!(said["sub"], ada.user["id"]);
    assert_eq!(said["sid"], ada.session().to_string());
    assert_eq!(said["role"], "shopper");
    assert!(said["exp"].is_i64());
    auth.sql("update auth.users set role = 'admin'").await;
    assert_eq!(
        ask(&auth, Some(&own), &ada.access).await.json()["role"],
        "admin",
        "at once"
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_token_that_is_not_good_is_not_active_and_nothing_more_is_said(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let own = auth.keys.service_token("orders", "auth");
    for (name, token) in auth.keys.bad_access_tokens(ada.id(), ada.session()) {
        let answer = ask(&auth, Some(&own), &token).await;
        assert_eq!(
            (answer.status(), answer.json()),
            (200, json!({"active": false})),
            "{name}"
        );
    }
    let swapped = auth.keys.access_token(uuid::Uuid::new_v4(), ada.session());
    assert_eq!(
        ask(&auth, Some(&own), &swapped).await.json(),
        json!({"active": false}),
        "somebody else's session"
    );
    assert_eq!(auth.me(&ada.access).await, 200, "and Redis remembers that");
    auth.sql("update auth.sessions set ended_at = now(), end_reason = 'signed_out'")
        .await;
    assert_eq!(
        ask(&auth, Some(&own), &ada.access).await.json(),
        json!({"active": false}),
        "whatever Redis remembers"
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn nobody_but_our_own_processes_may_ask(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.admin("ada@example.com").await;
    let strangers = velure_testkit::keys::TestKeys::generate();
    let refused = [
        None,
        Some(String::new()),
        Some(ada.access.clone()),
        Some(auth.keys.service_token("orders", "catalog")),
        Some(strangers.service_token("orders", "auth")),
        Some(auth.keys.access_token(ada.id(), ada.session())),
    ];
    for own in refused {
        let answer = ask(&auth, own.as_deref(), &ada.access).await;
        assert_eq!(answer.problem(), (401, "unauthenticated".into()));
    }
    let body = json!({"token": ada.access});
    let by_cookie = auth
        .send(
            "introspect-token",
            ada.request("POST", "/api/tokens/introspect").json(&body),
        )
        .await;
    assert_eq!(by_cookie.problem(), (401, "unauthenticated".into()));
}
