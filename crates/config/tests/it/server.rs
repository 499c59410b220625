use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use tokio::process::{Child, Command};
use velure_config::Env;

/// How long the server may take to start; it imports a great deal of Python.
const START: Duration = Duration::from_secs(40);

/// A Secrets Manager of one test's own. It ends with the test.
pub(crate) struct SecretsManager {
    pub(crate) endpoint: String,
    client: Client,
    _process: Child,
}

impl SecretsManager {
    pub(crate) async fn start() -> Self {
        let variables = Env::process();
        let program = variables.get("VELURE_TEST_MOTO_SERVER").expect(
            "VELURE_TEST_MOTO_SERVER is the path of moto_server; `make test` sets it, and \
             `python3 -m venv .venv && .venv/bin/pip install 'moto[server]'` installs one",
        );
        let deadline = Instant::now() + START;
        loop {
            let port = free_port();
            let mut process = Command::new(program)
                .args(["-H", "127.0.0.1", "-p", &port.to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .expect("VELURE_TEST_MOTO_SERVER can be run");
            let endpoint = format!("http://127.0.0.1:{port}");
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

    /// Stores a secret, and returns its ARN.
    pub(crate) async fn create(&self, name: &str, value: &str) -> String {
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

    /// Stores a secret that is no text, and returns its ARN.
    pub(crate) async fn create_binary(&self, name: &str, value: &[u8]) -> String {
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

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}
