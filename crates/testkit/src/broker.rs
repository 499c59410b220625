use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

/// The real RabbitMQ that tests use: `VELURE_TEST_AMQP_URL` and `VELURE_TEST_RABBITMQ_MANAGEMENT_URL`, both with an
/// administrator's name and password.
#[derive(Debug, Clone)]
pub struct Broker {
    amqp: reqwest::Url,
    management: reqwest::Url,
    client: reqwest::Client,
}

/// A virtual host of its own for one test; it is deleted in the end.
#[derive(Debug)]
pub struct Vhost {
    broker: Broker,
    name: String,
}

/// The password of `relay` and `processor` on every test's broker. Users are shared by all virtual hosts.
pub const TEST_PASSWORD: &str = "velure-test-0f6a2c91";

/// `base64("salt" + sha256("salt" + TEST_PASSWORD))`.
const TEST_PASSWORD_HASH: &str = "c2FsdG2b5FO915riP3niT3Jnd/x0aA83iboCvW+QNURjTkUn";

impl Broker {
    /// The broker that the environment names.
    ///
    /// # Panics
    /// When it names none.
    #[must_use]
    pub fn from_env() -> Self {
        Self {
            amqp: url("VELURE_TEST_AMQP_URL"),
            management: url("VELURE_TEST_RABBITMQ_MANAGEMENT_URL"),
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(20))
                .build()
                .expect("invariant: a client without settings can be built"),
        }
    }

    /// Makes an empty virtual host that the administrator may use.
    ///
    /// # Panics
    /// When the broker does not do it.
    pub async fn vhost(&self) -> Vhost {
        let vhost = Vhost {
            broker: self.clone(),
            name: format!("test-{}", Uuid::new_v4().simple()),
        };
        self.request("PUT", &["vhosts", &vhost.name], Some(json!({})))
            .await
            .expect("a virtual host");
        let permissions = json!({"configure": ".*", "write": ".*", "read": ".*"});
        self.request(
            "PUT",
            &["permissions", &vhost.name, self.amqp.username()],
            Some(permissions),
        )
        .await
        .expect("permissions");
        vhost
    }

    async fn request(
        &self,
        method: &str,
        path: &[&str],
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let mut url = self.management.clone();
        url.path_segments_mut()
            .map_err(|()| anyhow::anyhow!("the management URL has no path"))?
            .pop_if_empty()
            .push("api")
            .extend(path);
        let method = method.parse().context("a method")?;
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.context("the management API")?;
        let status = answer.status();
        let text = answer.text().await.context("the management API's answer")?;
        ensure!(
            status.is_success(),
            "the management API answered {status}: {text}"
        );
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

impl Vhost {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The management API's URL, with the administrator's name and password.
    #[must_use]
    pub fn management_url(&self) -> &str {
        self.broker.management.as_str()
    }

    /// Where the administrator connects.
    #[must_use]
    pub fn admin_url(&self) -> String {
        self.url_as(
            self.broker.amqp.username(),
            self.broker.amqp.password().unwrap_or_default(),
        )
    }

    /// Where `user` connects, once definitions were imported.
    #[must_use]
    pub fn user_url(&self, user: &str) -> String {
        self.url_as(user, TEST_PASSWORD)
    }

    fn url_as(&self, user: &str, password: &str) -> String {
        let mut url = self.broker.amqp.clone();
        url.set_username(user)
            .expect("invariant: an AMQP URL has a host");
        url.set_password(Some(password))
            .expect("invariant: an AMQP URL has a host");
        url.set_path(&self.name);
        url.to_string()
    }

    /// The hash of [`TEST_PASSWORD`] as RabbitMQ stores it, for definitions.
    #[must_use]
    pub fn password_hash() -> &'static str {
        TEST_PASSWORD_HASH
    }

    /// Loads definitions: exchanges, queues, bindings, users and permissions.
    ///
    /// Users belong to the broker and not to a virtual host. Two tests that are the first to make one get in each
    /// other's way, and the broker refuses one of them altogether: it asks again, and finds the user.
    ///
    /// # Panics
    /// When the broker does not take them.
    pub async fn import(&self, definitions: &Value) {
        let mut refused = 0;
        loop {
            let path = ["definitions"];
            let outcome = self
                .broker
                .request("POST", &path, Some(definitions.clone()))
                .await;
            match outcome {
                Ok(_) => return,
                Err(error) if refused < 20 && error.to_string().contains("user_already_exists") => {
                    refused += 1
                }
                Err(error) => panic!("definitions: {error:#}"),
            }
        }
    }

    /// Asks the management API about this virtual host: `path` goes between `/api/` and the host's name, `rest` after.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn get(&self, path: &str, rest: &[&str]) -> Value {
        let mut full = vec![path, &self.name];
        full.extend(rest);
        self.broker
            .request("GET", &full, None)
            .await
            .expect("an answer")
    }

    /// Sets a policy for the queues whose name matches `pattern`.
    ///
    /// # Panics
    /// When the broker does not take it.
    pub async fn policy(&self, pattern: &str, definition: Value) {
        let body = json!({"pattern": pattern, "definition": definition, "apply-to": "queues"});
        self.broker
            .request("PUT", &["policies", &self.name, "test"], Some(body))
            .await
            .expect("a policy");
    }

    /// Lets a user in, with the permission to do anything.
    ///
    /// # Panics
    /// When there is no such user, or the broker does not.
    pub async fn allow(&self, user: &str) {
        let permissions = json!({"configure": ".*", "write": ".*", "read": ".*"});
        self.broker
            .request("PUT", &["permissions", &self.name, user], Some(permissions))
            .await
            .expect("permissions");
    }

    /// Declares a queue of the test's own, and binds it: it gets a copy of everything with a matching routing key.
    ///
    /// # Panics
    /// When the broker does not.
    pub async fn copy_queue(&self, queue: &str, exchange: &str, routing_key: &str) {
        let declare = json!({"durable": true, "auto_delete": false, "arguments": {}});
        self.broker
            .request("PUT", &["queues", &self.name, queue], Some(declare))
            .await
            .expect("a queue");
        let bind = json!({"routing_key": routing_key, "arguments": {}});
        self.broker
            .request(
                "POST",
                &["bindings", &self.name, "e", exchange, "q", queue],
                Some(bind),
            )
            .await
            .expect("a binding");
    }

    /// Deletes a queue.
    ///
    /// # Panics
    /// When the broker does not.
    pub async fn delete_queue(&self, queue: &str) {
        self.broker
            .request("DELETE", &["queues", &self.name, queue], None)
            .await
            .expect("the queue is deleted");
    }

    /// Empties a queue.
    ///
    /// # Panics
    /// When the broker does not.
    pub async fn purge(&self, queue: &str) {
        self.broker
            .request("DELETE", &["queues", &self.name, queue, "contents"], None)
            .await
            .expect("the queue is emptied");
    }

    /// Publishes as the administrator, with properties as the management API names them (`message_id`, `headers`,
    /// `delivery_mode`). Whether it was routed.
    ///
    /// # Panics
    /// When the broker does not take it.
    pub async fn publish(
        &self,
        exchange: &str,
        routing_key: &str,
        properties: Value,
        body: &str,
    ) -> bool {
        let message = json!({"routing_key": routing_key, "properties": properties, "payload": body, "payload_encoding": "string"});
        let answer = self
            .broker
            .request(
                "POST",
                &["exchanges", &self.name, exchange, "publish"],
                Some(message),
            )
            .await
            .expect("published");
        answer["routed"] == true
    }

    /// Takes up to `count` messages from a queue for good, as the management API shows them.
    ///
    /// # Panics
    /// When the broker does not give them.
    pub async fn take(&self, queue: &str, count: u32) -> Vec<Value> {
        let body = json!({"count": count, "ackmode": "ack_requeue_false", "encoding": "auto"});
        let answer = self
            .broker
            .request("POST", &["queues", &self.name, queue, "get"], Some(body))
            .await
            .expect("messages");
        answer.as_array().cloned().unwrap_or_default()
    }

    /// Takes messages from a queue until there are `count`.
    ///
    /// # Panics
    /// When they do not come within 20 seconds.
    pub async fn take_until(&self, queue: &str, count: usize) -> Vec<Value> {
        let started = Instant::now();
        let mut messages = Vec::new();
        while messages.len() < count {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "{} of {count} messages came",
                messages.len()
            );
            let missing = u32::try_from(count - messages.len()).expect("invariant: few messages");
            messages.extend(self.take(queue, missing).await);
        }
        messages
    }

    /// Ends every connection to this virtual host, from the broker's side. How many there were.
    ///
    /// # Panics
    /// When the broker does not answer.
    pub async fn end_connections(&self) -> usize {
        let connections = self
            .broker
            .request("GET", &["vhosts", &self.name, "connections"], None)
            .await
            .expect("connections");
        let connections = connections.as_array().cloned().unwrap_or_default();
        let mut ended = 0;
        for connection in connections {
            let name = connection["name"]
                .as_str()
                .expect("a connection has a name")
                .to_owned();
            // One that is gone by now is as good as ended.
            ended += usize::from(
                self.broker
                    .request("DELETE", &["connections", &name], None)
                    .await
                    .is_ok(),
            );
        }
        ended
    }
}

impl Drop for Vhost {
    fn drop(&mut self) {
        let (broker, name) = (self.broker.clone(), self.name.clone());
        // A thread with a runtime of its own: `drop` cannot wait on the test's.
        let deleting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let client = reqwest::Client::new();
            let broker = Broker { client, ..broker };
            runtime
                .map(|runtime| runtime.block_on(broker.request("DELETE", &["vhosts", &name], None)))
        });
        // What is left behind goes with the throw-away broker.
        let _ = deleting.join();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "test support: there is no process configuration to read it from"
)]
fn url(variable: &str) -> reqwest::Url {
    let value =
        std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names the test's broker"));
    value
        .parse()
        .unwrap_or_else(|_| panic!("{variable} is a URL"))
}
