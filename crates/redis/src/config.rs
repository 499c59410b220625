use secrecy::SecretString;
use velure_config::{ExposeSecret, Reader};

use crate::Keys;

/// How to reach Redis.
///
/// - `VELURE_REDIS_URL` (required, secret): `redis://:password@host:port`, or `rediss://…` for TLS.
/// - `VELURE_REDIS_PREFIX` (default `velure`): what every key and channel starts with; lower-case letters, digits,
///   hyphens and underscores.
#[derive(Debug, Clone)]
pub struct RedisConfig {
    pub(crate) url: SecretString,
    pub(crate) keys: Keys,
}

impl RedisConfig {
    /// Reads both variables.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let url = reader.secret_url("VELURE_REDIS_URL");
        // A URL that is missing is a fault already; one that cannot be read is named here, without its value.
        if !url.expose_secret().is_empty() && redis::Client::open(url.expose_secret()).is_err() {
            reader.fault("VELURE_REDIS_URL", "is not a Redis URL");
        }
        let prefix = reader
            .optional("VELURE_REDIS_PREFIX")
            .unwrap_or_else(|| "velure".to_owned());
        let keys = Keys::new(&prefix).unwrap_or_else(|| {
            reader.fault(
                "VELURE_REDIS_PREFIX",
                "holds more than lower-case letters, digits, hyphens and underscores",
            );
            Keys::new("velure").expect("invariant: the default prefix is legal")
        });
        Self { url, keys }
    }
}

#[cfg(test)]
mod tests {
    use velure_config::Env;

    use super::*;

    fn faults(variables: &[(&str, &str)]) -> Vec<String> {
        let env =
            Env::of(variables.iter().copied()).with([("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true")]);
        let mut reader = Reader::new(&env);
        let config = RedisConfig::read(&mut reader);
        reader
            .finish(config)
            .err()
            .map(|faults| faults.0.into_iter().map(|f| f.variable).collect())
            .unwrap_or_default()
    }

    #[test]
    fn a_url_and_a_prefix_are_checked_at_the_start() {
        assert!(faults(&[("VELURE_REDIS_URL", "redis://127.0.0.1:6379")]).is_empty());
        assert_eq!(faults(&[]), ["VELURE_REDIS_URL"]);
        assert_eq!(
            faults(&[("VELURE_REDIS_URL", "http://x")]),
            ["VELURE_REDIS_URL"]
        );
        let both = [
            ("VELURE_REDIS_URL", "redis://127.0.0.1"),
            ("VELURE_REDIS_PREFIX", "a b"),
        ];
        assert_eq!(faults(&both), ["VELURE_REDIS_PREFIX"]);
    }
}
