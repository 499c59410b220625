//! What a shopper does, at the emulated HTTP API, with the functions as Terraform deployed them.
//!
//! The databases that Terraform thinks there are do not exist, so the secrets are pointed at those of the test, by the
//! same call as an operator would use. Keys are put by it as well: `velure keys store`, which the bootstrap Job runs, takes
//! an empty secret of the emulator for one that holds bytes. The catalogue comes from `velure seed`, as it does there.

use std::process::Command;

use serde_json::{Value, json};
use uuid::Uuid;
use velure_testkit::http::{Answer, Call};
use velure_testkit::keys::TestKeys;
use velure_testkit::process::binary;
use velure_testkit::stack::Stack;

use super::ministack::Emulator;
use crate::tool::succeed;

const PASSWORD: &str = "correct horse battery staple";

/// The HTTP API, as the CDN calls it.
pub(super) struct Api<'a> {
    emulator: &'a Emulator,
    host: String,
    origin_secret: String,
}

impl<'a> Api<'a> {
    /// The API of `state`, what Terraform remembers.
    pub(super) fn of(emulator: &'a Emulator, state: &Value) -> Self {
        let resources = every_resource(&state["values"]["root_module"]);
        let attribute = |address: &str, name: &str| {
            resources
                .iter()
                .find(|resource| resource["address"] == address)
                .and_then(|resource| resource["values"][name].as_str())
                .unwrap_or_else(|| panic!("{address} has no {name}"))
                .to_owned()
        };
        let id = attribute("module.api.aws_apigatewayv2_api.this", "id");
        Self {
            emulator,
            host: emulator.api_host(&id),
            origin_secret: attribute("terraform_data.origin_secret", "output"),
        }
    }

    async fn ask(&self, call: Call) -> Answer {
        self.ask_around_the_cdn(call.header("x-velure-origin", &self.origin_secret))
            .await
    }

    async fn ask_around_the_cdn(&self, call: Call) -> Answer {
        call.header("host", &self.host)
            .send(&self.emulator.url())
            .await
            .unwrap_or_else(|error| panic!("{error:#}\n{}", self.emulator.output()))
    }
}

/// Every resource of a module and of those in it.
pub(super) fn every_resource(module: &Value) -> Vec<Value> {
    let list = |key: &str| module[key].as_array().cloned().unwrap_or_default();
    let mut all = list("resources");
    for child in list("child_modules") {
        all.extend(every_resource(&child));
    }
    all
}

/// Fills the secrets, and the catalogue.
pub(super) async fn open(emulator: &Emulator, stack: &Stack) {
    let stores = stack.stores();
    let keys = TestKeys::generate();
    for (secret, value) in [
        ("auth-database-url", &stores["VELURE_AUTH_DATABASE_URL"]),
        ("orders-database-url", &stores["VELURE_ORDERS_DATABASE_URL"]),
        ("redis-url", &stores["VELURE_REDIS_URL"]),
        ("mongodb-uri", &stores["VELURE_MONGODB_URI"]),
        ("access-signing-key", &keys.access_signing_key()),
        ("access-jwks", &keys.access_jwks()),
        ("service-jwks", &keys.service_jwks()),
        (
            "service-signing-key-orders",
            &keys.service_signing_key("orders"),
        ),
        (
            "service-signing-key-catalog",
            &keys.service_signing_key("catalog"),
        ),
    ] {
        put_secret(emulator, &format!("velure-test/{secret}"), value).await;
    }
    succeed(
        Command::new(binary("velure"))
            .arg("seed")
            .env_clear()
            .env("VELURE_MONGODB_URI", stack.mongodb_uri())
            .env("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
    );
}

async fn put_secret(emulator: &Emulator, name: &str, value: &str) {
    let body =
        json!({"SecretId": name, "SecretString": value, "ClientRequestToken": Uuid::new_v4()});
    secrets_manager(emulator, "PutSecretValue", &body).await;
}

/// The value of a secret.
pub(super) async fn secret(emulator: &Emulator, name: &str) -> String {
    let answer = secrets_manager(emulator, "GetSecretValue", &json!({"SecretId": name})).await;
    answer["SecretString"].as_str().expect("a text").to_owned()
}

async fn secrets_manager(emulator: &Emulator, operation: &str, body: &Value) -> Value {
    let answer = Call::new("POST", "/")
        .json(body)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", &format!("secretsmanager.{operation}"))
        // The emulator reads the region from it, and checks nothing.
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/secretsmanager/aws4_request, \
             SignedHeaders=host, Signature=0",
        )
        .send(&emulator.url())
        .await
        .expect("the emulator answers");
    assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
    answer.json()
}

/// Every context is asked, with and without what it wants.
pub(super) async fn visit(api: &Api<'_>) {
    let health = api.ask(Call::new("GET", "/api/health")).await;
    assert_eq!(health.status, 200, "{}", health.text());

    let around = api
        .ask_around_the_cdn(Call::new("GET", "/api/products"))
        .await;
    assert_eq!(around.status, 403, "around the CDN: {}", around.text());

    let nowhere = api.ask(Call::new("GET", "/api/parrots")).await;
    assert_eq!(nowhere.problem().0, 404, "{}", nowhere.text());
    assert!(!nowhere.problem().1.is_empty(), "{}", nowhere.text());

    let keys = api.ask(Call::new("GET", "/.well-known/jwks.json")).await;
    assert_eq!(keys.status, 200, "{}", keys.text());
    assert!(keys.json()["keys"][0]["kid"].is_string(), "{}", keys.text());

    let products = api.ask(Call::new("GET", "/api/products?page_size=3")).await;
    assert_eq!(products.status, 200, "{}", products.text());
    let first = products.json()["items"][0]["id"].clone();
    let path = format!("/api/products/{}", first.as_str().expect("a product"));
    let product = api.ask(Call::new("GET", path)).await;
    assert_eq!(product.status, 200, "{}", product.text());
    assert_eq!(product.json()["id"], first);

    let email = format!("{}@shop.test", Uuid::new_v4());
    let person = json!({"name": "Robin", "email": email, "password": PASSWORD});
    let registered = api.ask(Call::new("POST", "/api/users").json(&person)).await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    let again = json!({"email": email, "password": PASSWORD});
    let opened = api
        .ask(Call::new("POST", "/api/sessions").json(&again))
        .await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    let access = opened
        .set_cookie("__Host-velure_at")
        .expect("an access token")
        .to_owned();
    for (path, who) in [("/api/me", true), ("/api/me/orders", false)] {
        let refused = api.ask(Call::new("GET", path)).await;
        assert_eq!(refused.status, 401, "{path}: {}", refused.text());
        let mine = api
            .ask(Call::new("GET", path).cookie("__Host-velure_at", &access))
            .await;
        assert_eq!(mine.status, 200, "{path}: {}", mine.text());
        if who {
            assert_eq!(mine.json()["email"], email.as_str());
        }
    }

    let internal = api
        .ask_around_the_cdn(Call::new("POST", "/internal/quotes").json(&json!({"items": []})))
        .await;
    assert_eq!(
        internal.status,
        401,
        "without a service token: {}",
        internal.text()
    );
}
