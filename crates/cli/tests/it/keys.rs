use std::collections::BTreeMap;
use std::process::Output;

use tokio::process::Command;
use velure_config::ExposeSecret;
use velure_domain::{SessionId, UserId};
use velure_http::{AccessClaims, KeyPair, KeySet, ServiceSigner, SigningKey};
use velure_testkit::secrets::{SecretsManager, variables};

use crate::one_at_a_time::OneAtATime;

/// In the order in which they are put.
const SECRETS: [&str; 7] = [
    "access-signing-key",
    "service-signing-key-orders",
    "service-signing-key-catalog",
    "service-signing-key-order-processor",
    "service-signing-key-sse-gateway",
    "access-jwks",
    "service-jwks",
];

type Values = BTreeMap<&'static str, String>;

async fn empty(server: &SecretsManager, name: &str) {
    for secret in SECRETS {
        server.create_empty(&format!("{name}/{secret}")).await;
    }
}

async fn values(server: &SecretsManager, name: &str) -> Values {
    let mut values = Values::new();
    for secret in SECRETS {
        if let Some(value) = server.value(&format!("{name}/{secret}")).await {
            values.insert(secret, value);
        }
    }
    values
}

fn store(endpoint: &str, prefix: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_velure"));
    command
        .args(["keys", "store", "--prefix", prefix])
        .env_clear()
        .envs(variables(endpoint))
        .kill_on_drop(true);
    command
}

async fn stored(endpoint: &str, prefix: &str) -> String {
    let output = store(endpoint, prefix).output().await.expect("it runs");
    told(&output)
}

fn told(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}{err}");
    out.into_owned()
}

async fn refused(endpoint: &str, prefix: &str) -> String {
    let output = store(endpoint, prefix).output().await.expect("it runs");
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every signing key signs what the key set beside it verifies.
fn assert_consistent(values: &Values) {
    assert_eq!(values.len(), SECRETS.len(), "every secret has a value");
    let key = |name: &str| {
        SigningKey::parse(&values[name].clone().into()).expect("the secret is a signing key")
    };
    let access = KeySet::parse(&values["access-jwks"]).expect("a key set");
    let claims = AccessClaims::new(UserId::generate(), SessionId::generate(), 1, 2);
    let token = key("access-signing-key")
        .sign_access(&claims)
        .expect("a signature");
    assert!(access.read_expired_access(token.expose_secret()).is_ok());
    let services = KeySet::parse(&values["service-jwks"]).expect("a key set");
    for caller in ["orders", "catalog", "order-processor", "sse-gateway"] {
        let signer = ServiceSigner::new(key(&format!("service-signing-key-{caller}")));
        let token = signer.token("auth").expect("a signature");
        let verified = services.verify_service(token.expose_secret(), "auth");
        assert_eq!(verified.ok().as_deref(), Some(caller));
    }
}

#[tokio::test]
async fn empty_secrets_are_given_keys_once_and_no_value_is_printed() {
    let server = SecretsManager::start().await;
    empty(&server, "velure-test").await;
    let said = stored(&server.endpoint, "velure-test/").await;
    let first = values(&server, "velure-test").await;
    assert_consistent(&first);
    for secret in SECRETS {
        assert!(
            said.contains(&format!("velure-test/{secret}: stored\n")),
            "{said}"
        );
    }
    let again = stored(&server.endpoint, "velure-test").await;
    assert_eq!(
        again.matches(": kept, it has a value\n").count(),
        7,
        "{again}"
    );
    assert!(values(&server, "velure-test").await == first);
    for value in first.values() {
        assert!(!said.contains(value) && !again.contains(value));
    }
}

#[tokio::test]
async fn a_run_that_ended_anywhere_is_completed_by_the_next() {
    let server = SecretsManager::start().await;
    empty(&server, "velure-whole").await;
    stored(&server.endpoint, "velure-whole/").await;
    let whole = values(&server, "velure-whole").await;
    for done in 0..SECRETS.len() {
        let name = format!("velure-{done}");
        empty(&server, &name).await;
        for secret in &SECRETS[..done] {
            server
                .replace(&format!("{name}/{secret}"), &whole[secret])
                .await;
        }
        stored(&server.endpoint, &name).await;
        let completed = values(&server, &name).await;
        assert_consistent(&completed);
        for secret in &SECRETS[..done] {
            assert!(completed[secret] == whole[secret], "{secret} was kept");
        }
    }
}

#[tokio::test]
async fn runs_at_the_same_time_agree_on_one_set_of_keys() {
    const RUNS: usize = 3;
    let server = SecretsManager::start().await;
    empty(&server, "velure-test").await;
    let gate = OneAtATime::before(&server.endpoint, RUNS).await;
    let run = || store(&gate.endpoint, "velure-test/").output();
    let (one, two, three) = tokio::join!(run(), run(), run());
    let said = [one, two, three].map(|output| told(&output.expect("it runs")));
    let stored = |secret: &str| {
        let line = format!("velure-test/{secret}: stored\n");
        said.iter().filter(|said| said.contains(&line)).count()
    };
    assert_consistent(&values(&server, "velure-test").await);
    assert_eq!(stored("access-signing-key"), 1, "one run has won");
    for secret in &SECRETS[1..5] {
        assert_eq!(stored(secret), 1, "{secret} was stored once");
    }
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused_and_left_as_it_is() {
    let server = SecretsManager::start().await;
    empty(&server, "velure-test").await;
    stored(&server.endpoint, "velure-test/").await;
    let good = values(&server, "velure-test").await;
    let replaced = |name: &'static str, value: String| {
        let (server, good) = (&server, &good);
        async move {
            server.replace(&format!("velure-test/{name}"), &value).await;
            let before = values(server, "velure-test").await;
            let said = refused(&server.endpoint, "velure-test/").await;
            assert!(values(server, "velure-test").await == before);
            server
                .replace(&format!("velure-test/{name}"), &good[name])
                .await;
            said
        }
    };
    let other = KeyPair::generate_named("orders").expect("a key");
    let said = replaced(
        "service-signing-key-orders",
        other.signing_key().expose_secret().to_owned(),
    )
    .await;
    assert!(
        said.contains("velure-test/service-jwks does not hold the public half"),
        "{said}"
    );
    let said = replaced(
        "service-signing-key-catalog",
        other.signing_key().expose_secret().to_owned(),
    )
    .await;
    assert!(
        said.contains("holds the key of orders, not of catalog"),
        "{said}"
    );
    let said = replaced("access-signing-key", "something".to_owned()).await;
    assert!(said.contains("something else than a signing key"), "{said}");
    let said = replaced("access-jwks", "{}".to_owned()).await;
    assert!(
        said.contains("velure-test/access-jwks does not hold"),
        "{said}"
    );
    stored(&server.endpoint, "velure-test/").await;
}

#[tokio::test]
async fn a_key_set_with_more_keys_than_ours_is_left_as_it_is() {
    let server = SecretsManager::start().await;
    empty(&server, "velure-test").await;
    stored(&server.endpoint, "velure-test/").await;
    let good = values(&server, "velure-test").await;
    let ours = KeyPair::parse(&good["access-signing-key"].clone().into()).expect("a key");
    let former = KeyPair::generate().expect("a key");
    let both = velure_http::jwk_set([&former, &ours]);
    server.replace("velure-test/access-jwks", &both).await;
    stored(&server.endpoint, "velure-test/").await;
    assert_eq!(
        server.value("velure-test/access-jwks").await,
        Some(both),
        "a change of keys that is under way goes on"
    );
}

#[tokio::test]
async fn a_secret_that_terraform_has_not_made_is_named() {
    let server = SecretsManager::start().await;
    let said = refused(&server.endpoint, "velure-nowhere/").await;
    assert!(
        said.contains("there is no secret velure-nowhere/access-signing-key: `terraform apply`"),
        "{said}"
    );
}
