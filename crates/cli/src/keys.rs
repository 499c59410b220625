//! `velure keys generate`: every key and password of a new installation.
//!
//! Prints them and keeps nothing: whoever runs it stores them where secrets are stored. Each run makes new ones, so
//! that nothing is ever derived from anything. `velure keys store` puts the keys where AWS keeps them.

mod store;

use std::collections::BTreeMap;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand, ValueEnum};
use velure_config::{Env, ExposeSecret};
use velure_http::{KeyPair, jwk_set};

/// The processes that call internal endpoints; each has a key of its own, named after it.
const CALLERS: [&str; 4] = ["orders", "catalog", "order-processor", "sse-gateway"];

/// Variables that hold a random password each: database roles, broker users, Redis, and the two people of a
/// development shop.
const PASSWORDS: [&str; 10] = [
    "VELURE_ROLE_AUTH_API_PASSWORD",
    "VELURE_ROLE_ORDERS_API_PASSWORD",
    "VELURE_ROLE_RELAY_PASSWORD",
    "VELURE_ROLE_GATEWAY_PASSWORD",
    "VELURE_ROLE_FULFILMENT_PASSWORD",
    "VELURE_AMQP_RELAY_PASSWORD",
    "VELURE_AMQP_PROCESSOR_PASSWORD",
    "VELURE_REDIS_PASSWORD",
    "VELURE_DEMO_PASSWORD",
    "VELURE_DEMO_ADMIN_PASSWORD",
];

/// Keys and passwords.
#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Print new keys and passwords for a whole installation.
    Generate {
        /// How they are written.
        #[arg(long, value_enum, default_value_t = Format::Env)]
        format: Format,
    },
    /// Put new keys into the AWS secrets that have no value yet.
    ///
    /// The secrets exist, empty: Terraform makes them. Region, credentials and a pod's identity are found as by every
    /// AWS tool. May be run again and at the same time: what is stored stays, and what is missing is made to fit.
    Store(store::StoreArgs),
}

/// How variables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// `NAME=value` lines, for a shell or an env file.
    Env,
    /// One JSON object of strings.
    Json,
}

pub(crate) async fn run(args: KeysArgs, env: &Env) -> anyhow::Result<()> {
    match args.command {
        KeysCommand::Generate { format } => print(format),
        KeysCommand::Store(args) => store::run(args, env).await,
    }
}

fn print(format: Format) -> anyhow::Result<()> {
    let variables = generate()?;
    match format {
        Format::Env => {
            for (name, value) in &variables {
                crate::say(&env_line(name, value))?;
            }
        }
        Format::Json => crate::say(&serde_json::to_string_pretty(&variables)?)?,
    }
    Ok(())
}

/// A value with quotes in it stands in single quotes. None has a single quote or a line break in it.
fn env_line(name: &str, value: &str) -> String {
    if value.contains('"') {
        format!("{name}='{value}'")
    } else {
        format!("{name}={value}")
    }
}

fn generate() -> anyhow::Result<BTreeMap<String, String>> {
    let mut variables = BTreeMap::new();
    let access = KeyPair::generate().context("the access key")?;
    variables.insert(
        "VELURE_ACCESS_SIGNING_KEY".to_owned(),
        access.signing_key().expose_secret().to_owned(),
    );
    variables.insert("VELURE_ACCESS_JWKS".to_owned(), jwk_set([&access]));
    let callers = CALLERS
        .map(KeyPair::generate_named)
        .into_iter()
        .collect::<Result<Vec<_>, _>>();
    let callers = callers.context("the service keys")?;
    for pair in &callers {
        let suffix = pair.kid().to_uppercase().replace('-', "_");
        let name = format!("VELURE_SERVICE_SIGNING_KEY_{suffix}");
        variables.insert(name, pair.signing_key().expose_secret().to_owned());
    }
    variables.insert("VELURE_SERVICE_JWKS".to_owned(), jwk_set(&callers));
    variables.extend(PASSWORDS.map(|name| (name.to_owned(), password())));
    Ok(variables)
}

/// 192 random bits in 32 characters that need no quoting in a URL, a shell or SQL.
fn password() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

#[cfg(test)]
mod tests {
    use velure_config::{Env, Reader};
    use velure_http::{KeySet, ServiceSigner, SigningKey};

    use super::*;

    #[test]
    fn what_is_generated_is_accepted_outside_development() {
        let variables = generate().expect("keys");
        let env = Env::of(variables.clone());
        let mut reader = Reader::new(&env);
        for name in variables.keys().filter(|name| !name.ends_with("JWKS")) {
            let _ = reader.secret(name);
        }
        reader
            .finish(())
            .expect("no generated secret is short or well known");
    }

    #[test]
    fn each_caller_signs_with_its_own_key_under_its_own_name() {
        let variables = generate().expect("keys");
        let keys = KeySet::parse(&variables["VELURE_SERVICE_JWKS"]).expect("a key set");
        for caller in CALLERS {
            let name = format!(
                "VELURE_SERVICE_SIGNING_KEY_{}",
                caller.to_uppercase().replace('-', "_")
            );
            let key = SigningKey::parse(&variables[&name].clone().into()).expect("a signing key");
            let token = ServiceSigner::new(key).token("auth").expect("a signature");
            assert_eq!(
                keys.verify_service(token.expose_secret(), "auth")
                    .ok()
                    .as_deref(),
                Some(caller)
            );
        }
    }

    #[test]
    fn the_access_key_signs_what_the_key_set_verifies() {
        let variables = generate().expect("keys");
        let keys = KeySet::parse(&variables["VELURE_ACCESS_JWKS"]).expect("a key set");
        let key = SigningKey::parse(&variables["VELURE_ACCESS_SIGNING_KEY"].clone().into())
            .expect("a signing key");
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("a clock")
            .as_secs();
        let now = i64::try_from(now).expect("a clock");
        let (user, session) = (
            velure_domain::UserId::generate(),
            velure_domain::SessionId::generate(),
        );
        let claims = velure_http::AccessClaims::new(user, session, now, now + 60);
        let token = key.sign_access(&claims).expect("a signature");
        assert_eq!(
            keys.verify_access(token.expose_secret())
                .expect("a good token")
                .user_id(),
            user
        );
    }

    #[test]
    fn no_two_runs_and_no_two_secrets_are_the_same() {
        let (one, other) = (generate().expect("keys"), generate().expect("keys"));
        let all = one
            .values()
            .chain(other.values())
            .collect::<std::collections::HashSet<_>>();
        assert_eq!(all.len(), one.len() + other.len());
        assert!(
            one.values().all(|value| !value.contains(['\'', '\n'])),
            "an env line holds every value"
        );
    }
}
