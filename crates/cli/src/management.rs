//! RabbitMQ's management API.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};
use velure_amqp::Topology;
use velure_config::{ExposeSecret, SecretString};

/// How long the management API may take for one answer. Declaring quorum queues on a cluster takes seconds.
const DEADLINE: Duration = Duration::from_secs(30);

/// The broker's management API.
pub(crate) struct Management {
    url: Url,
    client: reqwest::Client,
}

impl Management {
    pub(crate) fn new(url: &SecretString) -> anyhow::Result<Self> {
        let url: Url = url
            .expose_secret()
            .parse()
            .ok()
            .filter(|url: &Url| !url.cannot_be_a_base())
            .context("the management URL is not one like https://admin:password@host:15671")?;
        let client = reqwest::Client::builder()
            .timeout(DEADLINE)
            .build()
            .context("the HTTP client")?;
        Ok(Self { url, client })
    }

    async fn request(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let mut url = self.url.clone();
        url.path_segments_mut()
            .expect("invariant: checked in new")
            .pop_if_empty()
            .push("api")
            .extend(path);
        // Without the password: the path is all that a person needs.
        let shown = format!("{method} {}", url.path());
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("{shown}: no answer"))?;
        let status = answer.status();
        let text = answer
            .text()
            .await
            .map_err(reqwest::Error::without_url)
            .with_context(|| shown.clone())?;
        match status {
            StatusCode::UNAUTHORIZED => {
                bail!("{shown}: the management API does not know this name and password")
            }
            StatusCode::NOT_FOUND => bail!("{shown}: not there"),
            status if !status.is_success() => bail!("{shown}: {status}: {}", reason(&text)),
            _ => Ok(serde_json::from_str(&text).unwrap_or(Value::Null)),
        }
    }

    /// Loads everything in one request. What is there already with the same arguments stays; a queue that is there
    /// with others is left as it is by the broker, and found by [`Self::verify`].
    pub(crate) async fn load(&self, definitions: &Value) -> anyhow::Result<()> {
        self.request(Method::POST, &["definitions"], Some(definitions))
            .await
            .context("the topology could not be loaded")?;
        Ok(())
    }

    /// Whether everything is there as it is defined.
    pub(crate) async fn verify(&self, topology: &Topology, vhost: &str) -> anyhow::Result<()> {
        for exchange in &topology.exchanges {
            let there = self
                .request(Method::GET, &["exchanges", vhost, &exchange.name], None)
                .await?;
            ensure!(
                there["type"] == exchange.kind.as_str() && there["durable"] == true,
                "exchange {} is there as {} instead of durable {}: delete it and apply again",
                exchange.name,
                there["type"],
                exchange.kind
            );
        }
        for queue in &topology.queues {
            let there = self
                .request(Method::GET, &["queues", vhost, &queue.name], None)
                .await?;
            ensure!(
                there["arguments"] == json!(queue.arguments),
                "queue {} is there with the arguments {} instead of {}: drain it, delete it and apply again",
                queue.name,
                there["arguments"],
                json!(queue.arguments)
            );
        }
        let bindings = self
            .request(Method::GET, &["bindings", vhost], None)
            .await?;
        for binding in &topology.bindings {
            let found = bindings.as_array().is_some_and(|all| {
                all.iter().any(|there| {
                    there["source"] == binding.source.as_str()
                        && there["destination"] == binding.destination.as_str()
                        && there["routing_key"] == binding.routing_key.as_str()
                })
            });
            ensure!(
                found,
                "binding {} from {} to {} is missing",
                binding.routing_key,
                binding.source,
                binding.destination
            );
        }
        for user in &topology.users {
            let there = self
                .request(Method::GET, &["permissions", vhost, &user.name], None)
                .await?;
            ensure!(
                there["configure"] == user.configure.as_str()
                    && there["write"] == user.write.as_str()
                    && there["read"] == user.read.as_str(),
                "user {} has other permissions than defined: {there}",
                user.name
            );
        }
        Ok(())
    }
}

/// The sentence in an error answer of the management API.
fn reason(text: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    parsed
        .and_then(|answer| answer["reason"].as_str().map(str::to_owned))
        .unwrap_or_else(|| text.chars().take(300).collect())
}
