use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;
use velure_catalog::CatalogContext;
use velure_config::{Env, Reader};
use velure_contracts::http::UserRole;
use velure_http::testing::{TestAnswer, TestRequest};
use velure_http::{ACCESS_COOKIE, Context, Mounted};
use velure_mongo::{CatalogStore, MongoConfig};
use velure_redis::{Redis, RedisConfig, SessionCache, SessionVerdict};
use velure_testkit::keys::TestKeys;

/// The catalog context with an empty catalogue, behind the whole edge.
pub(crate) struct Shop {
    endpoints: HashMap<&'static str, Mounted>,
    pub(crate) keys: TestKeys,
    sessions: SessionCache,
    admin: String,
}

/// Runs `test` with a shop of its own.
pub(crate) async fn with_shop<T>(test: impl AsyncFnOnce(Shop) -> T) -> T {
    velure_testkit::mongo::with_database(async |uri| {
        let shop = Shop::open(&uri).await;
        test(shop).await
    })
    .await
}

impl Shop {
    async fn open(mongodb: &str) -> Self {
        let shop = Self::without_indexes(mongodb).await;
        let env = variables(mongodb, &shop.keys);
        let mut reader = Reader::new(&env);
        let config = MongoConfig::read(&mut reader, "velure-test", 1);
        let config = reader.finish(config).expect("the URI is set");
        let store = CatalogStore::connect(&config)
            .await
            .expect("the URI can be read");
        store.ensure_indexes().await.expect("indexes can be made");
        shop
    }

    /// A shop whose database may be away.
    pub(crate) async fn without_indexes(mongodb: &str) -> Self {
        let keys = TestKeys::generate();
        let env = variables(mongodb, &keys);
        let mounted = velure_catalog::mount(&CatalogContext::new(env.clone())).await;
        let mounted = mounted.expect("the variables are good");
        let mut reader = Reader::new(&env);
        let redis = RedisConfig::read(&mut reader);
        let redis = Redis::new(&reader.finish(redis).expect("the variables are good"));
        let mut shop = Self {
            endpoints: mounted
                .into_iter()
                .map(|m| (m.route().name.as_str(), m))
                .collect(),
            keys,
            sessions: SessionCache::new(redis.expect("a Redis client")),
            admin: String::new(),
        };
        shop.admin = shop.sign_in(UserRole::Admin).await;
        shop
    }

    /// The token of a new session that goes on, as far as Redis knows.
    pub(crate) async fn sign_in(&self, role: UserRole) -> String {
        let session = Uuid::now_v7();
        self.sessions
            .put(session.into(), SessionVerdict::Active { role })
            .await;
        self.keys.access_token(Uuid::now_v7(), session)
    }

    pub(crate) async fn send(&self, endpoint: &str, request: TestRequest) -> TestAnswer {
        request
            .send(
                self.endpoints
                    .get(endpoint)
                    .expect("an endpoint of the catalog"),
            )
            .await
    }

    pub(crate) async fn get(&self, endpoint: &str, target: &str) -> TestAnswer {
        self.send(endpoint, TestRequest::new("GET", target)).await
    }

    /// As an administrator.
    pub(crate) async fn administer(&self, endpoint: &str, request: TestRequest) -> TestAnswer {
        self.send(endpoint, request.cookie(ACCESS_COOKIE, &self.admin))
            .await
    }

    /// As one of our own processes.
    pub(crate) async fn ask(&self, endpoint: &str, request: TestRequest) -> TestAnswer {
        let token = self.keys.service_token("orders", "catalog");
        let request = request
            .without("sec-fetch-site")
            .header("authorization", &format!("Bearer {token}"));
        self.send(endpoint, request).await
    }

    /// Puts a product on offer.
    pub(crate) async fn offer(&self, sku: &str, changes: Value) -> Value {
        let request = TestRequest::new("POST", "/api/products").json(&product(sku, changes));
        let answer = self.administer("create-product", request).await;
        assert_eq!(answer.status(), 201, "{:?}", answer.json());
        answer.json()
    }

    /// How many of a product are in stock.
    pub(crate) async fn stock(&self, product: &Value) -> Value {
        self.get("get-product", &path_of(product)).await.json()["available"].clone()
    }
}

fn variables(mongodb: &str, keys: &TestKeys) -> Env {
    let process = Env::process();
    let redis = process
        .get("VELURE_TEST_REDIS_URL")
        .expect("VELURE_TEST_REDIS_URL names a server");
    let prefix = format!("test-{}", Uuid::new_v4().simple());
    Env::of(keys.variables("catalog")).with([
        ("VELURE_MONGODB_URI", mongodb),
        ("VELURE_REDIS_URL", redis),
        ("VELURE_REDIS_PREFIX", prefix.as_str()),
        // Nothing listens on port 1: what Redis does not know cannot be asked of auth.
        ("VELURE_AUTH_URL", "http://127.0.0.1:1"),
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
    ])
}

/// The body of a good product with these values over the usual ones.
pub(crate) fn product(sku: &str, changes: Value) -> Value {
    let mut body = json!({
        "sku": sku, "name": format!("Product {sku}"), "description": "Made for a test.",
        "category": {"slug": "dogs", "name": "Dogs"}, "brand": "Velure",
        "price": {"amount_minor": 1990, "currency": "USD"}, "available": 5, "rating": 47,
        "images": [{"url": "/products/a.svg", "alt": "A leash"}], "attributes": {"colour": "Red"},
    });
    for (key, value) in changes.as_object().expect("changes are an object") {
        body[key] = value.clone();
    }
    body
}

pub(crate) fn path_of(product: &Value) -> String {
    format!(
        "/api/products/{}",
        product["id"].as_str().expect("a product has an id")
    )
}

/// The fields at fault, with their codes.
pub(crate) fn fields(answer: &TestAnswer) -> Vec<(String, String)> {
    let body = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fields = body["fields"].as_array().cloned().unwrap_or_default();
    fields
        .iter()
        .map(|field| (text(&field["field"]), text(&field["code"])))
        .collect()
}
