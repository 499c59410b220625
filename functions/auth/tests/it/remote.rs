//! Sessions as the other contexts see them: by Redis, and by asking this one over HTTP.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, HeaderValue};
use serde_json::json;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use velure_contracts::Code;
use velure_contracts::http::UserRole;
use velure_http::{ApiError, Authenticator, Caller, Mounted, RequestParts};

use crate::fixture::{Auth, Browser};

/// A web server that ends with the test.
struct Server {
    url: String,
    tasks: JoinSet<()>,
}

impl Server {
    async fn of(router: axum::Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.expect("a server") });
        Self { url, tasks }
    }

    async fn of_endpoint(endpoint: Mounted) -> Self {
        Self::of(axum::Router::new().fallback(move |request: Request| {
            let endpoint = endpoint.clone();
            async move {
                let (parts, body) = request.into_parts();
                let parts = RequestParts {
                    method: parts.method.as_str().to_owned(),
                    path: parts.uri.path().to_owned(),
                    query: String::new(),
                    headers: parts.headers,
                    body: axum::body::to_bytes(body, 8 * 1024)
                        .await
                        .expect("a small body"),
                    id: "request".to_owned(),
                    client_ip: None,
                };
                endpoint.answer(parts).await.map(Body::from)
            }
        }))
        .await
    }

    async fn of_answer(answer: serde_json::Value) -> Self {
        Self::of(axum::Router::new().fallback(move || {
            let answer = answer.to_string();
            async move { answer }
        }))
        .await
    }

    async fn stop(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// Who finds out who calls in another context, with auth at `url`.
async fn elsewhere(auth: &Auth, url: &str) -> Authenticator {
    velure_clients::authenticator(&auth.env.with([("VELURE_AUTH_URL", url)]))
        .await
        .expect("all variables are there")
}

async fn caller(authenticator: &Authenticator, access: &str) -> Result<Caller, ApiError> {
    let mut headers = HeaderMap::new();
    let cookie = format!("__Host-velure_at={access}");
    headers.insert("cookie", HeaderValue::from_str(&cookie).expect("a cookie"));
    authenticator
        .authenticate(velure_http::Auth::Shopper, &headers)
        .await
}

fn user(browser: &Browser, role: UserRole) -> Caller {
    Caller::User {
        user_id: browser.id().into(),
        session_id: browser.session().into(),
        role,
    }
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn another_context_knows_who_is_signed_in_and_what_they_may_do(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let mut server = Server::of_endpoint(auth.endpoint("introspect-token")).await;
    let remote = elsewhere(&auth, &server.url).await;
    let (ada, admin) = (
        auth.register("ada@example.com").await,
        auth.admin("admin@example.com").await,
    );
    assert_eq!(
        caller(&remote, &ada.access).await.expect("signed in"),
        user(&ada, UserRole::Shopper)
    );
    assert_eq!(
        caller(&remote, &admin.access).await.expect("signed in"),
        user(&admin, UserRole::Admin)
    );
    for (name, token) in auth.keys.bad_access_tokens(ada.id(), ada.session()) {
        assert_eq!(
            caller(&remote, &token).await.expect_err(name).code(),
            Code::Unauthenticated,
            "{name}"
        );
    }
    server.stop().await;
    assert_eq!(
        caller(&remote, &ada.access).await.expect("remembered"),
        user(&ada, UserRole::Shopper)
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_session_that_ended_is_dead_in_the_other_contexts_too(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let server = Server::of_endpoint(auth.endpoint("introspect-token")).await;
    let remote = elsewhere(&auth, &server.url).await;
    let ada = auth.register("ada@example.com").await;
    caller(&remote, &ada.access).await.expect("signed in");
    auth.send(
        "close-session",
        ada.request("DELETE", "/api/sessions/current"),
    )
    .await;
    assert_eq!(
        caller(&remote, &ada.access)
            .await
            .expect_err("at once")
            .code(),
        Code::Unauthenticated
    );
    auth.lose_redis().await;
    assert_eq!(
        caller(&remote, &ada.access)
            .await
            .expect_err("for good")
            .code(),
        Code::Unauthenticated
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn whoever_cannot_be_asked_about_is_not_let_in(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let ada = auth.register("ada@example.com").await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let stranger = uuid::Uuid::new_v4();
    let mut closed = Server::of_answer(json!({})).await;
    closed.stop().await;
    let answers = [
        closed,
        Server::of_answer(json!({"active": true})).await,
        Server::of_answer(
            json!({"active": true, "sub": stranger, "sid": ada.session(), "role": "admin"}),
        )
        .await,
        Server::of_answer(
            json!({"active": true, "sub": ada.id(), "sid": stranger, "role": "admin"}),
        )
        .await,
        Server::of_answer(
            json!({"active": true, "sub": ada.id(), "sid": ada.session(), "role": "owner"}),
        )
        .await,
        Server::of_answer(json!("x".repeat(200_000))).await,
        Server::of_endpoint(auth.endpoint("get-me")).await,
    ];
    let silent_url = format!("http://{}", silent.local_addr().expect("its address"));
    for url in answers
        .iter()
        .map(|server| server.url.as_str())
        .chain([silent_url.as_str()])
    {
        let remote = elsewhere(&auth, url).await;
        let started = Instant::now();
        let error = caller(&remote, &ada.access)
            .await
            .expect_err("nobody vouches for them");
        assert_eq!(
            (error.code(), error.retry_after_seconds()),
            (Code::Unavailable, Some(1)),
            "{url}"
        );
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{:?}",
            started.elapsed()
        );
    }
    assert_eq!(
        auth.remembered(ada.session()).await,
        None,
        "and nothing of it was remembered"
    );
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_context_without_its_variables_does_not_start_and_names_them(pool: PgPool) {
    let auth = Auth::on(pool).await;
    let env = auth.env.with([
        ("VELURE_ACCESS_JWKS", "{}"),
        ("VELURE_AUTH_URL", "ftp://auth"),
        ("VELURE_SERVICE_SIGNING_KEY", "no key at all, but long"),
        ("VELURE_REDIS_URL", ""),
        ("VELURE_SERVICE_JWKS", ""),
    ]);
    let error = velure_clients::authenticator(&env)
        .await
        .expect_err("four are at fault")
        .to_string();
    for name in [
        "VELURE_ACCESS_JWKS",
        "VELURE_AUTH_URL",
        "VELURE_SERVICE_SIGNING_KEY",
        "VELURE_REDIS_URL",
    ] {
        assert!(error.contains(name), "{name} in {error}");
    }
    let error = velure_clients::service_authenticator(&env, "orders")
        .expect_err("no keys")
        .to_string();
    assert!(error.contains("VELURE_SERVICE_JWKS"), "{error}");
}
