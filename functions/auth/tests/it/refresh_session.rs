use sqlx::PgPool;
use velure_http::testing::TestRequest;

use crate::fixture::{Auth, browser, takes_cookies_away};

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_refresh_gives_two_new_tokens_of_the_same_session(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let before = auth.register("ada@example.com").await;
    let answer = auth.refresh(&before.refresh).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json()["user"], before.user);
    assert!(answer.json()["expires_at"].is_string());
    let after = browser(&answer, answer.json()["user"].clone());
    assert_eq!(before.session(), after.session());
    assert_ne!(before.refresh, after.refresh);
    assert_ne!(before.access, after.access);
    let text = String::from_utf8_lossy(answer.0.body()).into_owned();
    assert!(!text.contains(&after.access) && !text.contains(&after.refresh));
    assert_eq!(auth.me(&after.access).await, 200);
    assert_eq!(auth.refresh(&after.refresh).await.status(), 200);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_browser_that_lost_the_answer_asks_again_within_ten_seconds(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let before = auth.register("ada@example.com").await;
    assert_eq!(
        auth.refresh(&before.refresh).await.status(),
        200,
        "and nobody got it"
    );
    auth.sql("update auth.refresh_tokens set used_at = now() - interval '8 seconds' where used_at is not null").await;
    let answer = auth.refresh(&before.refresh).await;
    assert_eq!(answer.status(), 200);
    let after = browser(&answer, answer.json()["user"].clone());
    assert_eq!(auth.refresh(&after.refresh).await.status(), 200);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_token_that_is_used_again_later_ends_the_whole_family(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let before = auth.register("ada@example.com").await;
    let elsewhere = auth.sign_in("ada@example.com").await;
    let answer = auth.refresh(&before.refresh).await;
    let after = browser(&answer, answer.json()["user"].clone());
    auth.sql("update auth.refresh_tokens set used_at = now() - interval '11 seconds' where used_at is not null").await;
    for token in [&before.refresh, &after.refresh, &before.refresh] {
        let refused = auth.refresh(token).await;
        assert_eq!(refused.problem(), (401, "unauthenticated".into()));
        assert!(takes_cookies_away(&refused), "{:?}", refused.set_cookies());
    }
    auth.lose_redis().await;
    assert_eq!(auth.me(&before.access).await, 401);
    assert_eq!(auth.me(&after.access).await, 401);
    assert_eq!(
        auth.me(&elsewhere.access).await,
        200,
        "another sign-in is another family"
    );
    let reason: String =
        sqlx::query_scalar("select end_reason from auth.sessions where ended_at is not null")
            .fetch_one(&auth.pool)
            .await
            .expect("one session has ended");
    assert_eq!(reason, "token_reused");
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_token_whose_successor_was_used_is_no_lost_answer(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let before = auth.register("ada@example.com").await;
    let answer = auth.refresh(&before.refresh).await;
    let after = browser(&answer, answer.json()["user"].clone());
    let answer = auth.refresh(&after.refresh).await;
    let last = browser(&answer, answer.json()["user"].clone());
    assert_eq!(
        auth.refresh(&before.refresh).await.status(),
        401,
        "although it is a moment old"
    );
    assert_eq!(auth.refresh(&last.refresh).await.status(), 401);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn tabs_that_refresh_at_once_stay_signed_in(pool: PgPool) {
    let auth = Auth::on(pool).await;
    for tabs in [2, 8] {
        let before = auth.register(&format!("ada{tabs}@example.com")).await;
        let answers =
            futures::future::join_all((0..tabs).map(|_| auth.refresh(&before.refresh))).await;
        for answer in &answers {
            assert_eq!(answer.status(), 200);
            let tab = browser(answer, answer.json()["user"].clone());
            assert_eq!(auth.me(&tab.access).await, 200);
            assert_eq!(auth.refresh(&tab.refresh).await.status(), 200);
        }
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn one_token_does_not_get_successors_without_end(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let before = auth.register("ada@example.com").await;
    for _ in 0..16 {
        assert_eq!(auth.refresh(&before.refresh).await.status(), 200);
    }
    assert_eq!(auth.refresh(&before.refresh).await.status(), 401);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn without_a_good_refresh_token_both_cookies_go(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let request = || TestRequest::new("POST", "/api/sessions/refresh");
    let refused = [
        request(),
        request().cookie("__Host-velure_at", &ada.access),
        request().cookie("__Host-velure_rt", &ada.access),
        request().cookie("__Host-velure_rt", ""),
        request().cookie("__Host-velure_rt", &"x".repeat(4_000)),
        request().cookie("velure_rt", &ada.refresh),
    ];
    for request in refused {
        let answer = auth.send("refresh-session", request).await;
        assert_eq!(answer.problem(), (401, "unauthenticated".into()));
        assert!(takes_cookies_away(&answer));
    }
    assert_eq!(
        auth.refresh(&ada.refresh).await.status(),
        200,
        "none of that cost the session"
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn no_refresh_takes_a_session_past_its_thirty_days(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    auth.sql("update auth.sessions set expires_at = now() + interval '2 minutes'")
        .await;
    let answer = auth.refresh(&ada.refresh).await;
    assert_eq!(answer.status(), 200);
    let left: f64 = sqlx::query_scalar(
        "select extract(epoch from max(t.expires_at) - s.expires_at)::float8 from auth.refresh_tokens t
         join auth.sessions s using (session_id) where t.parent_hash is not null group by s.expires_at",
    )
    .fetch_one(&auth.pool)
    .await
    .expect("the successor");
    assert!(left.abs() < 0.001, "the successor ends with its session");
    let expires: chrono::DateTime<chrono::Utc> = answer.json()["expires_at"]
        .as_str()
        .and_then(|t| t.parse().ok())
        .expect("a time");
    assert!(
        expires < chrono::Utc::now() + chrono::Duration::seconds(125),
        "the access token does not outlive it either"
    );
    let after = browser(&answer, answer.json()["user"].clone());
    auth.sql("update auth.sessions set expires_at = now()")
        .await;
    auth.lose_redis().await;
    assert_eq!(auth.refresh(&after.refresh).await.status(), 401);
    assert_eq!(auth.me(&after.access).await, 401);
    auth.sign_in("ada@example.com").await;
    assert_eq!(
        auth.sql("delete from auth.refresh_tokens").await,
        1,
        "tokens of an expired session are cleared away"
    );
}
