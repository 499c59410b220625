//! The two shells, over the same databases.

use std::path::Path;

use serde_json::Value;
use velure_http::routes;
use velure_testkit::http::{Answer, Call};
use velure_testkit::lambda::Lambda;
use velure_testkit::stack::Variables;

use super::case::NO_ROUTE;
use crate::shop::Shop;

/// The server, and every function as a process of its own.
pub(crate) struct Shells {
    server: String,
    lambda: Lambda,
}

impl Shells {
    /// Starts a function for each row of the route table, each with the secrets that its row grants and no others.
    pub(crate) async fn start(shop: &Shop) -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let logs = shop.stack.logs();
        let mut lambda = Lambda::start(&workspace, logs)
            .await
            .expect("the emulator starts");
        let mut shared = shop.variables.clone();
        // As in production: one connection for each instance.
        shared.remove("VELURE_DATABASE_CONNECTIONS");
        shared.insert("VELURE_AUTH_URL".to_owned(), lambda.url());
        shared.insert("VELURE_CATALOG_URL".to_owned(), lambda.url());
        let secrets: Vec<&str> = routes()
            .iter()
            .flat_map(|r| r.secrets.iter().map(String::as_str))
            .collect();
        for route in routes() {
            let granted = |name: &str| {
                !secrets.contains(&name) || route.secrets.iter().any(|secret| secret == name)
            };
            let mut variables: Variables = shared.clone();
            variables.retain(|name, _| granted(name));
            if let Some(key) = variables.get_mut("VELURE_SERVICE_SIGNING_KEY") {
                *key = shop.keys.service_signing_key(&route.context);
                variables.insert("VELURE_SERVICE_NAME".to_owned(), route.context.clone());
            }
            lambda
                .function(&route.name, route.memory_mb, &variables, logs)
                .expect("a function starts");
        }
        lambda
            .function(NO_ROUTE, fallback_memory(), &Variables::new(), logs)
            .expect("the fallback starts");
        Self {
            server: shop.server.url(),
            lambda,
        }
    }

    pub(crate) async fn server(&self, call: &Call) -> Answer {
        call.send(&self.server).await.expect("the server answers")
    }

    pub(crate) async fn functions(&self, call: &Call) -> Answer {
        call.send(&self.lambda.url())
            .await
            .expect("the emulator answers")
    }

    /// The functions that are not there any more, and why.
    pub(crate) fn ended(&mut self) -> String {
        self.lambda.ended()
    }
}

fn fallback_memory() -> u32 {
    let table: Value = serde_json::from_str(include_str!("../../../../routes.json"))
        .expect("the route table is JSON");
    let memory = table["fallback"]["memory_mb"].as_u64();
    memory
        .and_then(|memory| memory.try_into().ok())
        .expect("the fallback has a memory size")
}
