use serde_json::json;
use sqlx::PgPool;

use crate::fixture::{Auth, PASSWORD, cookie};

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_new_user_is_signed_in_by_cookies_and_no_token_is_in_the_body(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let body =
        json!({"name": " Ada Lovelace ", "email": " Ada@Example.com ", "password": PASSWORD});
    let answer = auth.post("register-user", body).await;
    assert_eq!(answer.status(), 201);
    let user = answer.json();
    let members = user
        .as_object()
        .expect("a user")
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>();
    assert_eq!(members, ["created_at", "email", "id", "name", "role"]);
    assert_eq!(user["name"], "Ada Lovelace");
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(user["role"], "shopper");
    let (access, refresh) = (
        cookie(&answer, "__Host-velure_at"),
        cookie(&answer, "__Host-velure_rt"),
    );
    assert_eq!(
        answer.set_cookies(),
        [
            format!(
                "__Host-velure_at={access}; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax"
            ),
            format!(
                "__Host-velure_rt={refresh}; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Strict"
            ),
        ]
    );
    assert!(
        access.len() + refresh.len() < 2_048,
        "both fit into what browsers keep"
    );
    let text = String::from_utf8_lossy(answer.0.body()).into_owned();
    assert!(!text.contains(&access) && !text.contains(&refresh));
    assert_eq!(auth.me(&access).await, 200);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn an_address_has_one_account_however_it_is_spelt(pool: PgPool) {
    let auth = Auth::on(pool).await;
    auth.register("ada@example.com").await;
    let body = json!({"name": "Eve", "email": "ADA@example.com", "password": PASSWORD});
    let answer = auth.post("register-user", body).await;
    assert_eq!(answer.problem(), (409, "email_taken".into()));
    assert!(answer.set_cookies().is_empty());
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn of_two_who_register_an_address_at_once_one_gets_it(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let body = json!({"name": "Ada", "email": "ada@example.com", "password": PASSWORD});
    let answers =
        futures::future::join_all((0..4).map(|_| auth.post("register-user", body.clone()))).await;
    let mut statuses = answers
        .iter()
        .map(velure_http::testing::TestAnswer::status)
        .collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    assert_eq!(
        auth.sql("delete from auth.sessions").await,
        1,
        "who was refused has no session"
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn every_value_at_fault_is_named(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let cases = [
        (
            json!({"name": "", "email": "x", "password": "short"}),
            vec!["name required", "email invalid", "password too_short"],
        ),
        (
            json!({"name": "x".repeat(101), "email": "a@b.example", "password": PASSWORD}),
            vec!["name too_long"],
        ),
        (
            json!({"name": "a\u{0}b", "email": "a@b.example", "password": PASSWORD}),
            vec!["name invalid"],
        ),
        (
            json!({"name": "Ada", "email": "a\u{0}@b.example", "password": PASSWORD}),
            vec!["email invalid"],
        ),
        (
            json!({"name": "Ada", "email": "a@b.example", "password": "x".repeat(129)}),
            vec!["password too_long"],
        ),
        (
            json!({"name": "Ada", "email": "a@b.example", "password": "PassWord1"}),
            vec!["password too_common"],
        ),
    ];
    for (body, expected) in cases {
        let answer = auth.post("register-user", body.clone()).await;
        assert_eq!(
            answer.problem(),
            (422, "validation_failed".into()),
            "{body}"
        );
        let fields = answer.json()["fields"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = fields
            .iter()
            .map(|f| format!("{} {}", f["field"], f["code"]).replace('"', ""))
            .collect::<Vec<_>>();
        assert_eq!(found, expected);
    }
    assert_eq!(auth.sql("delete from auth.users").await, 0);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn only_the_hash_of_a_password_is_stored_with_the_parameters_that_were_chosen(pool: PgPool) {
    let auth = Auth::on(pool).await;
    auth.register("ada@example.com").await;
    let hash: String = sqlx::query_scalar("select password_hash from auth.users")
        .fetch_one(&auth.pool)
        .await
        .expect("one");
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
    let stored: Vec<u8> = sqlx::query_scalar("select token_hash from auth.refresh_tokens")
        .fetch_one(&auth.pool)
        .await
        .expect("one");
    assert_eq!(stored.len(), 32);
}
