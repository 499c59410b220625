use serde_json::{Value, json};
use sqlx::PgPool;
use velure_http::testing::TestAnswer;

use crate::fixture::{Auth, Browser, PASSWORD};

async fn change(auth: &Auth, browser: &Browser, body: Value) -> TestAnswer {
    auth.send(
        "change-password",
        browser.request("PUT", "/api/me/password").json(&body),
    )
    .await
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_new_password_ends_every_other_session_at_once(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let here = auth.register("ada@example.com").await;
    let there = auth.sign_in("ada@example.com").await;
    let stranger = auth.register("eve@example.com").await;
    assert_eq!(
        auth.me(&there.access).await,
        200,
        "and Redis remembers that"
    );
    let answer = change(
        &auth,
        &here,
        json!({"current_password": PASSWORD, "new_password": "quite another phrase"}),
    )
    .await;
    assert_eq!(answer.status(), 204);
    assert_eq!(auth.me(&there.access).await, 401);
    assert_eq!(auth.refresh(&there.refresh).await.status(), 401);
    assert_eq!(auth.me(&here.access).await, 200);
    assert_eq!(auth.refresh(&here.refresh).await.status(), 200);
    assert_eq!(auth.me(&stranger.access).await, 200);
    let sign_in = |password: &str| {
        auth.post(
            "open-session",
            json!({"email": "ada@example.com", "password": password}),
        )
    };
    assert_eq!(
        sign_in(PASSWORD).await.problem(),
        (401, "invalid_credentials".into())
    );
    assert_eq!(sign_in("quite another phrase").await.status(), 201);
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn the_current_password_has_to_be_right_and_cannot_be_guessed_at(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let guess =
        json!({"current_password": "not the pass phrase", "new_password": "quite another phrase"});
    for _ in 0..5 {
        assert_eq!(
            change(&auth, &ada, guess.clone()).await.problem(),
            (401, "invalid_credentials".into())
        );
    }
    let blocked = change(
        &auth,
        &ada,
        json!({"current_password": PASSWORD, "new_password": "quite another phrase"}),
    )
    .await;
    assert_eq!(blocked.problem(), (429, "too_many_requests".into()));
    assert!(blocked.header("retry-after").is_some());
    let front_door = auth
        .post(
            "open-session",
            json!({"email": "ada@example.com", "password": PASSWORD}),
        )
        .await;
    assert_eq!(front_door.status(), 429, "both doors count together");
    auth.sql("delete from auth.sign_in_failures").await;
    auth.sign_in("ada@example.com").await;
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn the_new_password_has_to_be_good_enough(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    for (new, code) in [
        ("short", "too_short"),
        ("password1", "too_common"),
        (&"x".repeat(129), "too_long"),
    ] {
        let answer = change(
            &auth,
            &ada,
            json!({"current_password": PASSWORD, "new_password": new}),
        )
        .await;
        assert_eq!(answer.problem(), (422, "validation_failed".into()));
        assert_eq!(answer.json()["fields"][0]["field"], "new_password");
        assert_eq!(answer.json()["fields"][0]["code"], code);
    }
    auth.sign_in("ada@example.com").await;
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn of_two_changes_at_once_one_counts(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let to = |new: &str| {
        change(
            &auth,
            &ada,
            json!({"current_password": PASSWORD, "new_password": new}),
        )
    };
    let (one, other) =
        futures::future::join(to("the first new phrase"), to("the second new phrase")).await;
    let mut statuses = [one.status(), other.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
    let winner = if one.status() == 204 {
        "the first new phrase"
    } else {
        "the second new phrase"
    };
    let answer = auth
        .post(
            "open-session",
            json!({"email": "ada@example.com", "password": winner}),
        )
        .await;
    assert_eq!(answer.status(), 201);
}
