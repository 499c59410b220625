//! `velure keys store`: the keys of a new installation, into the secrets that Terraform made empty.
//!
//! Runs once, after a crash again, and beside itself: whatever happens, the last run to end leaves keys and key sets
//! that belong together.
//! - A secret that has a value keeps it. A first value is put under a version id that is always the same, and Secrets
//!   Manager takes one value for a version id: of two runs at once one wins, and the other goes on with what won.
//! - Private keys come first. The key sets are computed from the private keys that are stored, not from those that this
//!   run made up, so a run that ended between two of them is completed by the next.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use clap::Args;
use serde_json::Value;
use velure_config::{Env, ExposeSecret as _, SecretString};
use velure_http::{KeyPair, jwk_set};

use super::CALLERS;

/// The version id of a secret's first value. Secrets Manager wants 32 to 64 characters.
const FIRST_VERSION: &str = "velure-keys-store-first-version-1";

/// How long another run's value may take until it can be read: Secrets Manager is eventually consistent.
const SETTLING: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(super) struct StoreArgs {
    /// What the names of the secrets begin with, such as `velure-prod/`.
    #[arg(long, value_name = "NAME/")]
    prefix: String,
}

pub(super) async fn run(args: StoreArgs, env: &Env) -> anyhow::Result<()> {
    let secrets = Secrets {
        client: velure_config::secrets_manager(env).await,
        prefix: args.prefix.trim_end_matches('/').to_owned(),
    };
    let access = secrets
        .signing_key("access-signing-key", KeyPair::generate)
        .await?;
    let mut callers = Vec::new();
    for caller in CALLERS {
        let name = format!("service-signing-key-{caller}");
        let pair = secrets
            .signing_key(&name, || KeyPair::generate_named(caller))
            .await?;
        if pair.kid() != caller {
            bail!(
                "the secret {} holds the key of {}, not of {caller}",
                secrets.full(&name),
                pair.kid()
            );
        }
        callers.push(pair);
    }
    secrets.key_set("access-jwks", &[access]).await?;
    secrets.key_set("service-jwks", &callers).await
}

struct Secrets {
    client: Client,
    prefix: String,
}

impl Secrets {
    fn full(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// The signing key in the secret `name`; a fresh one is put into a secret without a value.
    async fn signing_key<E>(
        &self,
        name: &str,
        fresh: impl FnOnce() -> Result<KeyPair, E>,
    ) -> anyhow::Result<KeyPair>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let name = self.full(name);
        let stored = match self.current(&name).await? {
            Some(stored) => kept(&name, stored)?,
            None => self.put_first(&name, fresh()?.signing_key()).await?,
        };
        KeyPair::parse(&stored)
            .with_context(|| format!("the secret {name} holds something else than a signing key"))
    }

    /// The public halves of `pairs` in the secret `name`, where they are put or have to be already.
    async fn key_set(&self, name: &str, pairs: &[KeyPair]) -> anyhow::Result<()> {
        let name = self.full(name);
        let stored = match self.current(&name).await? {
            Some(stored) => kept(&name, stored)?,
            None => self.put_first(&name, jwk_set(pairs).into()).await?,
        };
        let set: Value = serde_json::from_str(stored.expose_secret()).unwrap_or_default();
        let held = set["keys"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        for pair in pairs {
            let wanted = pair.jwk();
            let has = |key: &Value| key["kid"] == wanted["kid"] && key["x"] == wanted["x"];
            if !held.iter().any(has) {
                bail!(
                    "the secret {name} does not hold the public half of the stored signing key {}, so its signatures \
                     would be refused. Add this key to the set, beside those that are in use: {wanted}",
                    pair.kid()
                );
            }
        }
        Ok(())
    }

    /// The current value; `None` when there is none, or no such secret.
    async fn current(&self, name: &str) -> anyhow::Result<Option<SecretString>> {
        match self.client.get_secret_value().secret_id(name).send().await {
            Ok(secret) => match secret.secret_string() {
                Some(value) => Ok(Some(value.to_owned().into())),
                None => bail!("the secret {name} holds bytes, not text"),
            },
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_resource_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => bail!("the secret {name} cannot be read: {}", reason(&error)),
        }
    }

    /// Puts the first value, and returns the one that is stored: this, or another run's that was first.
    async fn put_first(&self, name: &str, value: SecretString) -> anyhow::Result<SecretString> {
        let put = self
            .client
            .put_secret_value()
            .secret_id(name)
            .client_request_token(FIRST_VERSION)
            .secret_string(value.expose_secret());
        let Err(error) = put.send().await else {
            crate::say(&format!("{name}: stored"))?;
            return Ok(value);
        };
        match error.as_service_error() {
            Some(refusal) if refusal.is_resource_exists_exception() => {
                let stored = self.settled(name).await?;
                kept(name, stored)
            }
            Some(refusal) if refusal.is_resource_not_found_exception() => {
                bail!("there is no secret {name}: `terraform apply` makes it, empty")
            }
            _ => bail!("the secret {name} cannot be written: {}", reason(&error)),
        }
    }

    /// The value that another run has just put.
    async fn settled(&self, name: &str) -> anyhow::Result<SecretString> {
        let deadline = Instant::now() + SETTLING;
        loop {
            if let Some(stored) = self.current(name).await? {
                return Ok(stored);
            }
            if Instant::now() > deadline {
                bail!(
                    "the secret {name} has a first version but no current value; give it one, or delete the secret \
                     and run `terraform apply`"
                );
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

fn kept(name: &str, stored: SecretString) -> anyhow::Result<SecretString> {
    crate::say(&format!("{name}: kept, it has a value"))?;
    Ok(stored)
}

/// What AWS says, which names actions and secrets; the request with its value is not part of it.
fn reason<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => "Secrets Manager did not answer; are region and credentials right?".to_owned(),
    }
}
