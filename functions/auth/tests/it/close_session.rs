use sqlx::PgPool;
use velure_http::testing::TestRequest;

use crate::fixture::{Auth, Browser, takes_cookies_away};

fn sign_out() -> TestRequest {
    TestRequest::new("DELETE", "/api/sessions/current")
}

async fn is_signed_out(auth: &Auth, browser: &Browser) -> bool {
    auth.me(&browser.access).await == 401 && auth.refresh(&browser.refresh).await.status() == 401
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn signing_out_works_with_whatever_cookie_is_left(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let other = auth.register("ada@example.com").await;
    for left in ["both", "access", "refresh", "expired access"] {
        let ada = auth.sign_in("ada@example.com").await;
        assert_eq!(auth.me(&ada.access).await, 200);
        let expired = auth.keys.expired_access_token(ada.id(), ada.session());
        let request = match left {
            "both" => ada.request("DELETE", "/api/sessions/current"),
            "access" => sign_out().cookie("__Host-velure_at", &ada.access),
            "refresh" => sign_out().cookie("__Host-velure_rt", &ada.refresh),
            _ => sign_out().cookie("__Host-velure_at", &expired),
        };
        let answer = auth.send("close-session", request).await;
        assert_eq!(answer.status(), 204, "{left}");
        assert!(answer.0.body().is_empty());
        assert!(takes_cookies_away(&answer), "{:?}", answer.set_cookies());
        assert_eq!(
            auth.remembered(ada.session()).await.as_deref(),
            Some("ended"),
            "Redis heard of it at once"
        );
        assert!(is_signed_out(&auth, &ada).await, "{left}");
    }
    assert_eq!(auth.me(&other.access).await, 200, "other sessions go on");
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn signing_out_is_204_for_everybody(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    for _ in 0..2 {
        let request = ada.request("DELETE", "/api/sessions/current");
        assert_eq!(
            auth.send("close-session", request).await.status(),
            204,
            "twice too"
        );
    }
    let nobody = [
        sign_out(),
        sign_out()
            .cookie("__Host-velure_at", "x")
            .cookie("__Host-velure_rt", "y"),
    ];
    for request in nobody {
        let answer = auth.send("close-session", request).await;
        assert_eq!(answer.status(), 204);
        assert!(takes_cookies_away(&answer));
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_token_that_was_not_signed_by_us_ends_no_session(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    for (name, token) in auth.keys.bad_access_tokens(ada.id(), ada.session()) {
        if name == "expired" {
            continue;
        }
        let answer = auth
            .send(
                "close-session",
                sign_out().cookie("__Host-velure_at", &token),
            )
            .await;
        assert_eq!(answer.status(), 204, "{name}");
        assert_eq!(auth.me(&ada.access).await, 200, "{name}");
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn losing_redis_brings_no_session_back(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    assert_eq!(auth.me(&ada.access).await, 200);
    auth.send(
        "close-session",
        ada.request("DELETE", "/api/sessions/current"),
    )
    .await;
    auth.lose_redis().await;
    assert!(is_signed_out(&auth, &ada).await);
}
