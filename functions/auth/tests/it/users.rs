use serde_json::json;
use sqlx::PgPool;
use velure_http::KeySet;
use velure_http::testing::TestRequest;

use crate::fixture::Auth;

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn me_is_the_user_without_anything_secret(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let answer = auth.send("get-me", ada.request("GET", "/api/me")).await;
    assert_eq!((answer.status(), answer.json()), (200, ada.user.clone()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn only_an_admin_sees_users_and_the_database_says_who_that_is(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let one = format!("/api/users/{}", ada.id());
    for (name, path) in [("list-users", "/api/users"), ("get-user", one.as_str())] {
        let refused = auth.send(name, ada.request("GET", path)).await;
        assert_eq!(refused.problem(), (403, "forbidden".into()), "{name}");
    }
    auth.sql("update auth.users set role = 'admin'").await;
    auth.lose_redis().await;
    let found = auth.send("get-user", ada.request("GET", &one)).await;
    assert_eq!(found.status(), 200, "with the token from before");
    assert_eq!(found.json()["email"], "ada@example.com");
    auth.sql("update auth.users set role = 'shopper'").await;
    auth.lose_redis().await;
    assert_eq!(
        auth.send("list-users", ada.request("GET", "/api/users"))
            .await
            .status(),
        403
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn users_are_listed_newest_first_in_pages(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let admin = auth.admin("admin@example.com").await;
    for n in 0..4 {
        auth.register(&format!("user{n}@example.com")).await;
    }
    let list = async |query: &str| {
        auth.send(
            "list-users",
            admin.request("GET", &format!("/api/users{query}")),
        )
        .await
    };
    let all = list("").await.json();
    let emails = all["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|u| u["email"].clone())
        .collect::<Vec<_>>();
    assert_eq!(
        json!(emails),
        json!([
            "user3@example.com",
            "user2@example.com",
            "user1@example.com",
            "user0@example.com",
            "admin@example.com"
        ])
    );
    assert_eq!(
        (&all["page"], &all["page_size"], &all["total"]),
        (&json!(1), &json!(20), &json!(5))
    );
    let second = list("?page=2&page_size=2").await.json();
    assert_eq!(second["items"], json!([all["items"][2], all["items"][3]]));
    assert_eq!(
        (&second["page"], &second["page_size"], &second["total"]),
        (&json!(2), &json!(2), &json!(5))
    );
    assert_eq!(list("?page=9").await.json()["items"], json!([]));
    for bad in [
        "?page=0",
        "?page_size=101",
        "?page=x",
        "?page=1&page=2",
        "?limit=3",
        "?page=-1",
        "?page_size=",
    ] {
        assert_eq!(
            list(bad).await.problem(),
            (400, "invalid_parameter".into()),
            "{bad}"
        );
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_user_that_is_not_there_is_404_whatever_the_id_looks_like(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let admin = auth.admin("admin@example.com").await;
    for id in [
        "0197f9c2-0000-7000-8000-000000000000",
        "1",
        "x",
        "%27%3B--",
        "%00",
        &admin.id().simple().to_string(),
    ] {
        let answer = auth
            .send(
                "get-user",
                admin.request("GET", &format!("/api/users/{id}")),
            )
            .await;
        assert_eq!(answer.problem(), (404, "not_found".into()), "{id}");
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn the_public_keys_verify_what_was_issued_and_may_be_kept_for_five_minutes(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let answer = auth
        .send(
            "get-jwks",
            TestRequest::new("GET", "/.well-known/jwks.json").without("sec-fetch-site"),
        )
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let keys = KeySet::parse(&answer.json().to_string()).expect("a key set");
    assert_eq!(
        keys.verify_access(&ada.access)
            .expect("a good token")
            .user_id()
            .as_uuid(),
        ada.id()
    );
    assert!(!answer.json().to_string().contains("\"d\""));
}
