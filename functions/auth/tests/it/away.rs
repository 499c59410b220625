use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::PgPool;

use crate::fixture::{Auth, PASSWORD};

/// An address where nobody listens.
async fn nobody() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    listener.local_addr().expect("its address").to_string()
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn without_redis_everything_works_and_nobody_more_is_let_in(pool: PgPool) {
    let redis = format!("redis://{}", nobody().await);
    let auth = Auth::with(pool, [("VELURE_REDIS_URL", redis.as_str())]).await;
    let ada = auth.register("ada@example.com").await;
    let started = Instant::now();
    assert_eq!(auth.me(&ada.access).await, 200);
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    let other = auth.sign_in("ada@example.com").await;
    assert_eq!(
        auth.send(
            "close-session",
            other.request("DELETE", "/api/sessions/current")
        )
        .await
        .status(),
        204
    );
    assert_eq!(auth.me(&other.access).await, 401);
    for (name, token) in auth.keys.bad_access_tokens(ada.id(), ada.session()) {
        assert_eq!(auth.me(&token).await, 401, "{name}");
    }
    assert_eq!(auth.me(&ada.access).await, 200);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn without_the_database_the_answer_is_503_and_nobody_is_let_in(pool: PgPool) {
    let here = Auth::on(pool.clone()).await;
    let ada = here.register("ada@example.com").await;
    let away = format!("postgres://nobody@{}/nothing", nobody().await);
    let keys = here.keys.access_jwks();
    let auth = Auth::with(
        pool,
        [
            ("VELURE_AUTH_DATABASE_URL", away.as_str()),
            ("VELURE_ACCESS_JWKS", keys.as_str()),
        ],
    )
    .await;
    let unavailable = (503, "unavailable".to_owned());
    let me = auth.send("get-me", ada.request("GET", "/api/me")).await;
    assert_eq!(me.problem(), unavailable);
    assert_eq!(me.header("retry-after"), Some("1"));
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    assert_eq!(auth.post("open-session", body).await.problem(), unavailable);
    let body = json!({"name": "Ada", "email": "eve@example.com", "password": PASSWORD});
    assert_eq!(
        auth.post("register-user", body).await.problem(),
        unavailable
    );
    let refresh = auth.refresh(&ada.refresh).await;
    assert_eq!(refresh.problem(), unavailable);
    assert!(
        refresh.set_cookies().is_empty(),
        "a browser is not signed out by an outage of ours"
    );
    let close = auth
        .send(
            "close-session",
            ada.request("DELETE", "/api/sessions/current"),
        )
        .await;
    assert_eq!(
        close.problem(),
        unavailable,
        "a session that goes on is not said to have ended"
    );
    let bad = here.keys.expired_access_token(ada.id(), ada.session());
    assert_eq!(auth.me(&bad).await, 401);
}
