use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;
use velure_auth::AuthContext;
use velure_config::Env;
use velure_http::testing::{TestAnswer, TestRequest};
use velure_http::{Context, Mounted};
use velure_testkit::keys::TestKeys;

pub(crate) const PASSWORD: &str = "a rather long pass phrase";

/// The whole context, on a database of its own and under a Redis prefix of its own.
pub(crate) struct Auth {
    pub(crate) keys: TestKeys,
    /// The database as its owner, to look into and to turn clocks back.
    pub(crate) pool: PgPool,
    pub(crate) env: Env,
    prefix: String,
    mounted: BTreeMap<String, Mounted>,
}

/// A browser that is signed in: its two cookies, and who it is.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) user: Value,
}

fn variable(name: &str) -> String {
    let value = Env::process().get(name).map(str::to_owned);
    value.unwrap_or_else(|| panic!("{name} names a server; `make test` starts one"))
}

impl Auth {
    pub(crate) async fn on(pool: PgPool) -> Self {
        Self::with(pool, []).await
    }

    /// The context with some variables changed.
    pub(crate) async fn with<const N: usize>(pool: PgPool, changes: [(&str, &str); N]) -> Self {
        let keys = TestKeys::generate();
        let prefix = format!("t{}", Uuid::new_v4().simple());
        let server = variable("DATABASE_URL");
        let server = server
            .split('?')
            .next()
            .and_then(|url| url.rsplit_once('/'))
            .expect("a database URL")
            .0;
        let options = pool.connect_options();
        let database = options.get_database().expect("a test has a database");
        // As the role that the functions have: a grant that is missing fails every test.
        let url = format!("{server}/{database}?options=-c%20role%3Dvelure_auth_api");
        let redis = variable("VELURE_TEST_REDIS_URL");
        let env = Env::of(keys.variables("orders"))
            .with([
                ("VELURE_AUTH_DATABASE_URL", url.as_str()),
                ("VELURE_DATABASE_CONNECTIONS", "4"),
                ("VELURE_REDIS_URL", redis.as_str()),
                ("VELURE_REDIS_PREFIX", prefix.as_str()),
                ("VELURE_ALLOWED_ORIGINS", "https://velure.example"),
                ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
            ])
            .with(changes);
        let context = AuthContext::new(env.clone());
        let mounted = velure_auth::mount(&context)
            .await
            .expect("the context starts");
        let mounted = mounted
            .into_iter()
            .map(|endpoint| (endpoint.route().name.clone(), endpoint))
            .collect();
        Self {
            keys,
            pool,
            env,
            prefix,
            mounted,
        }
    }

    pub(crate) fn endpoint(&self, name: &str) -> Mounted {
        self.mounted.get(name).expect("an endpoint of auth").clone()
    }

    pub(crate) async fn send(&self, name: &str, request: TestRequest) -> TestAnswer {
        request
            .send(self.mounted.get(name).expect("an endpoint of auth"))
            .await
    }

    pub(crate) async fn post(&self, name: &str, body: Value) -> TestAnswer {
        let route = velure_http::route_named(name).expect("a route");
        self.send(
            name,
            TestRequest::new(&route.method, &route.path).json(&body),
        )
        .await
    }

    /// A new shopper.
    pub(crate) async fn register(&self, email: &str) -> Browser {
        let body = json!({"name": "Ada", "email": email, "password": PASSWORD});
        let answer = self.post("register-user", body).await;
        assert_eq!(answer.status(), 201, "{:?}", answer.json());
        browser(&answer, answer.json())
    }

    /// Another browser of the same user.
    pub(crate) async fn sign_in(&self, email: &str) -> Browser {
        let answer = self
            .post(
                "open-session",
                json!({"email": email, "password": PASSWORD}),
            )
            .await;
        assert_eq!(answer.status(), 201, "{:?}", answer.json());
        browser(&answer, answer.json()["user"].clone())
    }

    /// A new admin: the database says so.
    pub(crate) async fn admin(&self, email: &str) -> Browser {
        let admin = self.register(email).await;
        self.sql(&format!(
            "update auth.users set role = 'admin' where email = '{email}'"
        ))
        .await;
        admin
    }

    pub(crate) async fn refresh(&self, token: &str) -> TestAnswer {
        let request =
            TestRequest::new("POST", "/api/sessions/refresh").cookie("__Host-velure_rt", token);
        self.send("refresh-session", request).await
    }

    /// The status of `GET /api/me` with an access token.
    pub(crate) async fn me(&self, access: &str) -> u16 {
        let request = TestRequest::new("GET", "/api/me").cookie("__Host-velure_at", access);
        self.send("get-me", request).await.status()
    }

    /// Runs a statement as the owner of the database.
    pub(crate) async fn sql(&self, statement: &str) -> u64 {
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(&self.pool)
            .await;
        done.expect("a statement of the test").rows_affected()
    }

    /// Loses everything that Redis remembers of this installation.
    pub(crate) async fn lose_redis(&self) {
        let client = redis::Client::open(variable("VELURE_TEST_REDIS_URL")).expect("a Redis URL");
        let mut redis = client
            .get_multiplexed_async_connection()
            .await
            .expect("Redis");
        let pattern = format!("{}:*", self.prefix);
        let keys: Vec<String> = redis::cmd("KEYS")
            .arg(pattern)
            .query_async(&mut redis)
            .await
            .expect("the keys");
        for key in keys {
            let _: () = redis::cmd("DEL")
                .arg(key)
                .query_async(&mut redis)
                .await
                .expect("one key less");
        }
    }

    /// What Redis remembers of a session.
    pub(crate) async fn remembered(&self, session: Uuid) -> Option<String> {
        let client = redis::Client::open(variable("VELURE_TEST_REDIS_URL")).expect("a Redis URL");
        let mut redis = client
            .get_multiplexed_async_connection()
            .await
            .expect("Redis");
        let key = format!("{}:session:{session}", self.prefix);
        redis::cmd("GET")
            .arg(key)
            .query_async(&mut redis)
            .await
            .expect("an answer")
    }
}

impl Browser {
    pub(crate) fn id(&self) -> Uuid {
        self.user["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("a user's id")
    }

    /// The session that the access token names.
    pub(crate) fn session(&self) -> Uuid {
        use base64::Engine as _;
        let claims = self.access.split('.').nth(1).expect("claims");
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(claims)
            .expect("base64url");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        claims["sid"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("a session's id")
    }

    /// A request as this browser sends it.
    pub(crate) fn request(&self, method: &str, target: &str) -> TestRequest {
        TestRequest::new(method, target)
            .cookie("__Host-velure_at", &self.access)
            .cookie("__Host-velure_rt", &self.refresh)
    }
}

/// The browser that got this answer.
pub(crate) fn browser(answer: &TestAnswer, user: Value) -> Browser {
    Browser {
        access: cookie(answer, "__Host-velure_at"),
        refresh: cookie(answer, "__Host-velure_rt"),
        user,
    }
}

/// The value of a cookie that an answer sets.
pub(crate) fn cookie(answer: &TestAnswer, name: &str) -> String {
    let start = format!("{name}=");
    let all = answer.set_cookies();
    let set = all
        .iter()
        .filter_map(|set| set.strip_prefix(&start))
        .collect::<Vec<_>>();
    assert_eq!(set.len(), 1, "{name} is set once: {all:?}");
    set[0].split(';').next().unwrap_or_default().to_owned()
}

/// Whether an answer takes both cookies away, in the words they were set with.
pub(crate) fn takes_cookies_away(answer: &TestAnswer) -> bool {
    answer.set_cookies()
        == [
            "__Host-velure_at=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax",
            "__Host-velure_rt=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict",
        ]
}
