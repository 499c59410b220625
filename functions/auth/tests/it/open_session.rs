use std::time::{Duration, Instant};

use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::fixture::{Auth, PASSWORD, browser};

fn wrong(email: &str) -> Value {
    json!({"email": email, "password": "not the pass phrase"})
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn signing_in_says_who_and_until_when(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let first = auth.register("ada@example.com").await;
    let answer = auth
        .post(
            "open-session",
            json!({"email": "ADA@example.com", "password": PASSWORD}),
        )
        .await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.json()["user"], first.user);
    let expires: DateTime<Utc> = answer.json()["expires_at"]
        .as_str()
        .and_then(|t| t.parse().ok())
        .expect("a time");
    let seconds = (expires - Utc::now()).num_seconds();
    assert!((590..=601).contains(&seconds), "{seconds}");
    let second = browser(&answer, answer.json()["user"].clone());
    assert_ne!(
        first.session(),
        second.session(),
        "a sign-in is a session of its own"
    );
    let text = String::from_utf8_lossy(answer.0.body()).into_owned();
    assert!(!text.contains(&second.access) && !text.contains(&second.refresh));
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn an_unknown_address_is_answered_like_a_wrong_password(pool: PgPool) {
    let auth = Auth::on(pool).await;
    auth.register("ada@example.com").await;
    let comparable = |mut problem: Value| {
        problem["request_id"] = Value::Null;
        problem
    };
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..4 {
        let started = Instant::now();
        let refused = auth.post("open-session", wrong("ada@example.com")).await;
        known = known.min(started.elapsed());
        let started = Instant::now();
        let nobody = auth.post("open-session", wrong("eve@example.com")).await;
        unknown = unknown.min(started.elapsed());
        assert_eq!(refused.problem(), (401, "invalid_credentials".into()));
        assert_eq!(comparable(refused.json()), comparable(nobody.json()));
        assert!(refused.set_cookies().is_empty() && nobody.set_cookies().is_empty());
    }
    // A hash takes twenty times as long as everything else: without one the answer would come at once.
    assert!(
        unknown * 2 > known && known * 2 > unknown,
        "{unknown:?} and {known:?}"
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn guessing_blocks_an_account_for_longer_and_longer_but_never_for_good(pool: PgPool) {
    let auth = Auth::on(pool).await;
    auth.register("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..5 {
            assert_eq!(auth.post("open-session", wrong(email)).await.status(), 401);
        }
        for expected in [30, 60, 120, 240, 480, 900, 900] {
            let answer = auth
                .post(
                    "open-session",
                    json!({"email": email, "password": PASSWORD}),
                )
                .await;
            assert_eq!(
                answer.problem(),
                (429, "too_many_requests".into()),
                "the right password is not let in either"
            );
            let wait: i64 = answer
                .header("retry-after")
                .and_then(|s| s.parse().ok())
                .expect("seconds");
            assert!(
                (expected - 5..=expected).contains(&wait),
                "{wait} of {expected}"
            );
            auth.sql("update auth.sign_in_failures set blocked_until = now()")
                .await;
            assert_eq!(auth.post("open-session", wrong(email)).await.status(), 401);
        }
        auth.sql("update auth.sign_in_failures set blocked_until = now()")
            .await;
    }
    assert_eq!(
        auth.post(
            "open-session",
            json!({"email": "ada@example.com", "password": PASSWORD})
        )
        .await
        .status(),
        201
    );
    for _ in 0..4 {
        assert_eq!(
            auth.post("open-session", wrong("ada@example.com"))
                .await
                .status(),
            401
        );
    }
    auth.sign_in("ada@example.com").await;
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn failures_of_yesterday_are_forgotten_and_cleared_away(pool: PgPool) {
    let auth = Auth::on(pool).await;
    for n in 0..3 {
        auth.post("open-session", wrong(&format!("user{n}@example.com")))
            .await;
    }
    auth.sql(
        "update auth.sign_in_failures set failures = 50, last_at = now() - interval '25 hours'",
    )
    .await;
    for _ in 0..4 {
        assert_eq!(
            auth.post("open-session", wrong("user0@example.com"))
                .await
                .status(),
            401
        );
    }
    assert_eq!(
        auth.post("open-session", wrong("user0@example.com"))
            .await
            .status(),
        401,
        "the fifth of today"
    );
    assert_eq!(
        auth.post("open-session", wrong("user0@example.com"))
            .await
            .status(),
        429
    );
    assert_eq!(
        auth.sql("delete from auth.sign_in_failures").await,
        1,
        "the others are gone"
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_hash_that_is_cheap_to_guess_is_renewed_at_the_next_sign_in(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let first = auth.register("ada@example.com").await;
    let params = Params::new(8_192, 1, 1, None).expect("legal parameters");
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = cheap
        .hash_password(PASSWORD.as_bytes())
        .expect("a hash")
        .to_string();
    auth.sql(&format!("update auth.users set password_hash = '{hash}'"))
        .await;
    let both = futures::future::join(
        auth.sign_in("ada@example.com"),
        auth.sign_in("ada@example.com"),
    )
    .await;
    let stored: String = sqlx::query_scalar("select password_hash from auth.users")
        .fetch_one(&auth.pool)
        .await
        .expect("one");
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
    auth.sign_in("ada@example.com").await;
    for browser in [first, both.0, both.1] {
        assert_eq!(
            auth.me(&browser.access).await,
            200,
            "nobody is signed out by that"
        );
    }
}
