//! What is refused before or while a body is read, at every endpoint that takes one.

use serde_json::{Value, json};
use sqlx::PgPool;
use velure_http::routes;
use velure_http::testing::TestRequest;

use crate::fixture::{Auth, Browser, PASSWORD};

/// Every endpoint with a body, as someone sends it who may, and a body that it takes.
fn with_bodies(auth: &Auth, browser: &Browser) -> Vec<(&'static str, TestRequest, Value)> {
    let own = format!("Bearer {}", auth.keys.service_token("orders", "auth"));
    vec![
        (
            "register-user",
            TestRequest::new("POST", "/api/users"),
            json!({"name": "Eve", "email": "eve@example.com", "password": PASSWORD}),
        ),
        (
            "open-session",
            TestRequest::new("POST", "/api/sessions"),
            json!({"email": "ada@example.com", "password": PASSWORD}),
        ),
        (
            "change-password",
            browser.request("PUT", "/api/me/password"),
            json!({"current_password": PASSWORD, "new_password": "quite another phrase"}),
        ),
        (
            "introspect-token",
            TestRequest::new("POST", "/api/tokens/introspect").header("authorization", &own),
            json!({"token": browser.access}),
        ),
    ]
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_body_that_is_not_the_one_that_is_asked_for_is_refused(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let deep = format!("{}1{}", "[".repeat(3_000), "]".repeat(3_000));
    let malformed = (400, "malformed_body".to_owned());
    for (name, request, good) in with_bodies(&auth, &ada) {
        let send = async |content_type: &str, body: Vec<u8>| {
            auth.send(name, request.clone().body(content_type, body))
                .await
                .problem()
        };
        let text = good.to_string().into_bytes();
        assert_eq!(
            send("application/json", vec![b' '; 8_193]).await,
            (413, "body_too_large".into()),
            "{name}"
        );
        for other in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/jsonx",
            "",
        ] {
            assert_eq!(
                send(other, text.clone()).await,
                (415, "unsupported_media_type".into()),
                "{name} {other}"
            );
        }
        let mut extra = good.clone();
        extra["role"] = json!("admin");
        let mut missing = good.clone();
        missing
            .as_object_mut()
            .expect("an object")
            .pop_first_member();
        let mut typed = good.clone();
        let first = typed
            .as_object()
            .and_then(|o| o.keys().next().cloned())
            .expect("a member");
        typed[first] = json!({"$ne": null});
        let bodies: [(&str, Vec<u8>); 10] = [
            ("unknown field", extra.to_string().into_bytes()),
            ("missing field", missing.to_string().into_bytes()),
            ("another type", typed.to_string().into_bytes()),
            ("invalid UTF-8", b"{\"email\": \"\xff\xfe\"}".to_vec()),
            ("deep", deep.clone().into_bytes()),
            ("empty", Vec::new()),
            ("null", b"null".to_vec()),
            ("array", b"[]".to_vec()),
            ("cut off", text[..text.len() - 1].to_vec()),
            ("more after the end", [text.as_slice(), b"{}"].concat()),
        ];
        for (what, body) in bodies {
            assert_eq!(
                send("application/json", body).await,
                malformed,
                "{name}: {what}"
            );
        }
    }
    assert_eq!(
        auth.me(&ada.access).await,
        200,
        "nothing of that did anything"
    );
}

trait PopFirst {
    fn pop_first_member(&mut self);
}

impl PopFirst for serde_json::Map<String, Value> {
    fn pop_first_member(&mut self) {
        let first = self.keys().next().cloned().expect("a member");
        self.remove(&first);
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn nothing_that_changes_something_is_done_for_a_foreign_page(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let mutating = routes()
        .iter()
        .filter(|r| r.context == "auth" && r.method != "GET" && r.name != "introspect-token");
    let mut seen = 0;
    for route in mutating {
        seen += 1;
        let request = || {
            ada.request(&route.method, &route.path)
                .without("sec-fetch-site")
                .json(&json!({}))
        };
        let foreign = [
            request(),
            request().header("sec-fetch-site", "cross-site"),
            request()
                .header("sec-fetch-site", "same-site")
                .header("x-velure-csrf", "1"),
            request().header("origin", "https://evil.example"),
            request()
                .header("origin", "null")
                .header("x-velure-csrf", "1"),
        ];
        for request in foreign {
            let answer = auth.send(&route.name, request).await;
            assert_eq!(
                answer.problem(),
                (403, "csrf_refused".into()),
                "{}",
                route.name
            );
            assert!(answer.set_cookies().is_empty());
        }
    }
    assert_eq!(
        seen, 5,
        "register, sign in, refresh, sign out, change the password"
    );
    assert_eq!(auth.me(&ada.access).await, 200);
    assert_eq!(auth.refresh(&ada.refresh).await.status(), 200);
    for (header, value) in [("origin", "https://velure.example"), ("x-velure-csrf", "1")] {
        let request = ada
            .request("DELETE", "/api/sessions/current")
            .without("sec-fetch-site")
            .header(header, value);
        assert_eq!(auth.send("close-session", request).await.status(), 204);
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn nothing_that_anybody_types_is_our_fault(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let long = "x".repeat(3_000);
    let hostile = [
        "",
        " ",
        "\u{0}",
        "a\u{0}b@example.com",
        "' or 1=1 --",
        "$ne",
        "{{7*7}}",
        "\u{202e}",
        "İ@example.com",
        "ǅ@example.com",
        "ada@example.com\r\nSet-Cookie: a=b",
        "\u{fdd0}",
        "💥@💥.💥",
        long.as_str(),
    ];
    for (name, request, good) in with_bodies(&auth, &ada) {
        for value in hostile {
            let members = good
                .as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect::<Vec<_>>();
            for member in members {
                let mut body = good.clone();
                body[&member] = json!(value);
                let status = auth.send(name, request.clone().json(&body)).await.status();
                assert!(status < 500, "{name} answered {status} to {body}");
            }
        }
    }
    for cookie in ["__Host-velure_at", "__Host-velure_rt"] {
        for value in ["", "..", "a.b.c", "%00", &"x".repeat(4_000)] {
            for (name, method, path) in [
                ("get-me", "GET", "/api/me"),
                ("refresh-session", "POST", "/api/sessions/refresh"),
                ("close-session", "DELETE", "/api/sessions/current"),
            ] {
                let status = auth
                    .send(name, TestRequest::new(method, path).cookie(cookie, value))
                    .await
                    .status();
                assert!(
                    status < 500,
                    "{name} answered {status} to {value} in {cookie}"
                );
            }
        }
    }
}
