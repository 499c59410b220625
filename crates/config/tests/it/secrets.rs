use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use velure_config::{ConfigFaults, Env};

use velure_testkit::process::free_address;
use velure_testkit::secrets::{self, SecretsManager};

/// The variables that a function has in AWS, with Secrets Manager at `endpoint`.
fn function(endpoint: &str) -> Env {
    Env::of(secrets::variables(endpoint))
}

fn variables(faults: &ConfigFaults) -> Vec<&str> {
    faults
        .0
        .iter()
        .map(|fault| fault.variable.as_str())
        .collect()
}

#[tokio::test]
async fn secrets_are_fetched_by_arn_and_stand_where_they_belong() {
    let server = SecretsManager::start().await;
    let redis = server
        .create("velure/redis", "redis://:k3J9x0QmV2rT8wLz@host")
        .await;
    let key = server.create("velure/key", "kid.a-key-in-one-line").await;
    let env = function(&server.endpoint).with([
        ("VELURE_REDIS_URL_SECRET_ARN", redis.as_str()),
        ("VELURE_ACCESS_SIGNING_KEY_SECRET_ARN", key.as_str()),
        ("VELURE_EMPTY_SECRET_ARN", ""),
        ("VELURE_PLAIN", "plain"),
    ]);
    let env = env.resolve().await.expect("both secrets are there");
    assert_eq!(
        env.get("VELURE_REDIS_URL"),
        Some("redis://:k3J9x0QmV2rT8wLz@host")
    );
    assert_eq!(
        env.get("VELURE_ACCESS_SIGNING_KEY"),
        Some("kid.a-key-in-one-line")
    );
    assert_eq!(env.get("VELURE_EMPTY"), None);
    assert_eq!(env.get("VELURE_PLAIN"), Some("plain"));
    assert!(
        !format!("{env:?}").contains("k3J9x0QmV2rT8wLz"),
        "no value shows in debug output"
    );
}

#[tokio::test]
async fn every_secret_that_is_missing_is_named_and_no_value_is() {
    let server = SecretsManager::start().await;
    let there = server.create("velure/there", "canary-value").await;
    let binary = server.create_binary("velure/binary", b"canary-bytes").await;
    let missing = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:velure/not-there-AbCdEf";
    let env = function(&server.endpoint).with([
        ("A_SECRET_ARN", missing),
        ("B_SECRET_ARN", there.as_str()),
        ("C_SECRET_ARN", binary.as_str()),
        ("D_SECRET_ARN", "no-such-name"),
    ]);
    let faults = env
        .resolve()
        .await
        .expect_err("two are missing and one is no text");
    assert_eq!(
        variables(&faults),
        ["A_SECRET_ARN", "C_SECRET_ARN", "D_SECRET_ARN"]
    );
    let text = faults.to_string();
    assert!(
        text.contains("ResourceNotFoundException") && text.contains("not a string"),
        "{text}"
    );
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_secret_given_both_ways_is_a_fault_and_nothing_is_fetched() {
    let server = SecretsManager::start().await;
    let arn = server.create("velure/redis", "fetched-canary").await;
    let both = [
        ("VELURE_REDIS_URL", "given-canary"),
        ("VELURE_REDIS_URL_SECRET_ARN", arn.as_str()),
    ];
    let faults = function(&server.endpoint)
        .with(both)
        .resolve()
        .await
        .expect_err("it is given twice");
    assert_eq!(variables(&faults), ["VELURE_REDIS_URL_SECRET_ARN"]);
    assert!(!faults.to_string().contains("canary"), "{faults}");
}

#[tokio::test]
async fn a_secrets_manager_that_is_away_is_a_fault_in_bounded_time() {
    // One that refuses, and one that takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = (silent.local_addr().expect("its address"), silent);
    for endpoint in [
        format!("http://{}", free_address()),
        format!("http://{}", silent.0),
    ] {
        let env =
            function(&endpoint).with([("A_SECRET_ARN", "velure/a"), ("B_SECRET_ARN", "velure/b")]);
        let started = Instant::now();
        let faults = env.resolve().await.expect_err("nobody answers");
        assert_eq!(variables(&faults), ["A_SECRET_ARN", "B_SECRET_ARN"]);
        assert!(
            started.elapsed() < Duration::from_secs(9),
            "an init phase has ten: {:?}",
            started.elapsed()
        );
    }
}
