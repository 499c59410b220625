use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Credentials;
use futures::future::join_all;

use crate::{ConfigFaults, Env, Fault};

const SUFFIX: &str = "_SECRET_ARN";

/// How long the start waits for Secrets Manager. A Lambda's whole init phase has ten seconds.
const DEADLINE: Duration = Duration::from_secs(5);

/// Replaces each `X_SECRET_ARN` by `X`.
pub(crate) async fn resolve(env: Env) -> Result<Env, ConfigFaults> {
    let mut faults = Vec::new();
    let mut wanted = Vec::new();
    for (variable, arn) in env.iter().filter(|(_, value)| !value.is_empty()) {
        if let Some(name) = variable.strip_suffix(SUFFIX) {
            if env.get(name).is_some() {
                let reason = format!("and {name} are both set: give the secret one way only");
                faults.push(Fault {
                    variable: variable.to_owned(),
                    reason,
                });
            } else {
                wanted.push((variable.to_owned(), name.to_owned(), arn.to_owned()));
            }
        }
    }
    if !faults.is_empty() {
        return Err(ConfigFaults(faults));
    }
    if wanted.is_empty() {
        return Ok(env);
    }
    // Where the process runs may have to be asked too, when no variable says so.
    let Ok(client) = tokio::time::timeout(DEADLINE, secrets_manager(&env)).await else {
        let reason = format!("cannot be fetched: no AWS region was found within {DEADLINE:?}");
        let fault = |(variable, _, _): (String, String, String)| Fault {
            variable,
            reason: reason.clone(),
        };
        return Err(ConfigFaults(wanted.into_iter().map(fault).collect()));
    };
    let fetched = join_all(wanted.iter().map(|(variable, name, arn)| {
        let client = &client;
        async move {
            let answer =
                tokio::time::timeout(DEADLINE, client.get_secret_value().secret_id(arn).send());
            match answer.await {
                Err(_) => Err(Fault {
                    variable: variable.clone(),
                    reason: format!("was not answered within {DEADLINE:?}"),
                }),
                // The SDK's message may quote the request; only the kind of error goes out.
                Ok(Err(error)) => Err(Fault {
                    variable: variable.clone(),
                    reason: format!(
                        "could not be fetched: {}",
                        error
                            .into_service_error()
                            .meta()
                            .code()
                            .unwrap_or("no answer")
                    ),
                }),
                Ok(Ok(secret)) => match secret.secret_string() {
                    Some(value) => Ok((name.clone(), value.to_owned())),
                    None => Err(Fault {
                        variable: variable.clone(),
                        reason: "names a secret that is not a string".to_owned(),
                    }),
                },
            }
        }
    }))
    .await;
    let mut values = Vec::new();
    for outcome in fetched {
        match outcome {
            Ok(pair) => values.push(pair),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(env.with(values))
    } else {
        Err(ConfigFaults(faults))
    }
}

/// A client of AWS Secrets Manager, or of `VELURE_SECRETS_ENDPOINT`.
pub async fn secrets_manager(env: &Env) -> Client {
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(endpoint) = env.get("VELURE_SECRETS_ENDPOINT") {
        loader = loader.endpoint_url(endpoint);
    }
    // A function gets these as variables. What is not there (a pod's identity, a profile) the SDK looks for itself.
    if let Some(region) = env.get("AWS_REGION") {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let (Some(id), Some(secret)) = (
        env.get("AWS_ACCESS_KEY_ID"),
        env.get("AWS_SECRET_ACCESS_KEY"),
    ) {
        let token = env.get("AWS_SESSION_TOKEN").map(str::to_owned);
        loader =
            loader.credentials_provider(Credentials::new(id, secret, token, None, "environment"));
    }
    Client::new(&loader.load().await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_given_both_ways_is_a_fault() {
        let env = Env::of([("X", "a"), ("X_SECRET_ARN", "arn:aws:secretsmanager:…:x")]);
        let faults = env.resolve().await.expect_err("both are set");
        assert_eq!(faults.0.len(), 1);
        assert_eq!(faults.0[0].variable, "X_SECRET_ARN");
    }

    #[tokio::test]
    async fn without_an_arn_nothing_is_asked() {
        let env = Env::of([("X", "a")])
            .resolve()
            .await
            .expect("nothing to fetch");
        assert_eq!(env.get("X"), Some("a"));
    }
}
