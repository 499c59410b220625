//! An emulated AWS Secrets Manager.

use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use tokio::process::{Child, Command};
use velure_config::Env;

use crate::process::free_address;

/// How long the server may take to start; it imports a great deal of Python.
const START: Duration = Duration::from_secs(40);

/// The region of every secret here.
const REGION: &str = "eu-central-1";

/// A Secrets Manager of one test's own. It ends with the test.
#[derive(Debug)]
pub struct SecretsManager {
    /// Where it answers.
    pub endpoint: String,
    client: Client,
    _process: Child,
}

impl SecretsManager {
    /// Starts one.
    ///
    /// # Panics
    /// When `VELURE_TEST_MOTO_SERVER` does not name the program, or it does not start.
    pub async fn start() -> Self {
        let variables = Env::process();
        let program = variables.get("VELURE_TEST_MOTO_SERVER").expect(
            "VELURE_TEST_MOTO_SERVER is the path of moto_server; `make test` sets it, and \
             `python3 -m venv .venv && .venv/bin/pip install 'moto[server]'` installs one",
        );
        let deadline = Instant::now() + START;
        loop {
            let address = free_address();
            let mut process = Command::new(program)
                .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .expect("VELURE_TEST_MOTO_SERVER can be run");
            let endpoint = format!("http://{address}");
            let client = client(&endpoint);
            loop {
                if client.list_secrets().send().await.is_ok() {
                    return Self {
                        endpoint,
                        client,
                        _process: process,
                    };
                }
                assert!(
                    Instant::now() < deadline,
                    "moto_server did not start within {START:?}"
                );
                // It ended: somebody else was quicker to take the port.
                if process.try_wait().expect("a child").is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// The variables with which a process finds it.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 4] {
        variables(&self.endpoint)
    }

    /// Stores a secret, and returns its ARN.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn create(&self, name: &str, value: &str) -> String {
        let created = self
            .client
            .create_secret()
            .name(name)
            .secret_string(value)
            .send()
            .await;
        created
            .expect("a secret")
            .arn()
            .expect("its ARN")
            .to_owned()
    }

    /// Makes a secret without a value.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn create_empty(&self, name: &str) {
        let created = self.client.create_secret().name(name).send().await;
        created.expect("a secret");
    }

    /// Gives a secret another value.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn replace(&self, name: &str, value: &str) {
        let put = self.client.put_secret_value().secret_id(name);
        put.secret_string(value)
            .send()
            .await
            .expect("another value");
    }

    /// The value of a secret, when it has one.
    pub async fn value(&self, name: &str) -> Option<String> {
        let secret = self.client.get_secret_value().secret_id(name).send().await;
        secret.ok()?.secret_string().map(str::to_owned)
    }

    /// Stores a secret that is no text, and returns its ARN.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn create_binary(&self, name: &str, value: &[u8]) -> String {
        let created = self
            .client
            .create_secret()
            .name(name)
            .secret_binary(value.to_vec().into())
            .send()
            .await;
        created
            .expect("a secret")
            .arn()
            .expect("its ARN")
            .to_owned()
    }
}

/// The variables with which a process finds a Secrets Manager at `endpoint`.
#[must_use]
pub fn variables(endpoint: &str) -> [(&'static str, String); 4] {
    [
        ("VELURE_SECRETS_ENDPOINT", endpoint.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
    ]
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}
