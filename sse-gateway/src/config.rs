//! What the gateway reads from its environment, beside what every pod reads:
//!
//! - `VELURE_GATEWAY_LISTEN` (required): where browsers connect, as in `0.0.0.0:8082`.
//! - `VELURE_ORDERS_DATABASE_URL` (required, secret): the database of orders, as role `velure_gateway`.
//! - `VELURE_DATABASE_CONNECTIONS` (default 8): connections to it.
//! - `VELURE_REDIS_URL` (required, secret) and `VELURE_REDIS_PREFIX`: where hints come from and sessions are cached.
//! - `VELURE_ACCESS_JWKS` (required): the public keys of access tokens.
//! - `VELURE_AUTH_URL` (required): where the auth context answers, without a path.
//! - `VELURE_SERVICE_SIGNING_KEY` (required, secret): this process's own key.

use std::net::SocketAddr;

use velure_config::{ConfigFaults, Env, Reader};
use velure_http::{KeySet, SigningKey};
use velure_postgres::DatabaseConfig;
use velure_redis::RedisConfig;

use crate::Limits;

/// Connections to the database. A stream reads once when it opens; the rest is a few statements every five seconds.
const DATABASE_CONNECTIONS: u32 = 8;

/// What the gateway needs to start.
#[derive(Debug)]
pub struct Config {
    /// Where browsers connect.
    pub listen: SocketAddr,
    /// The database of orders.
    pub database: DatabaseConfig,
    /// Hints and cached sessions.
    pub redis: RedisConfig,
    /// The public keys of access tokens.
    pub access_keys: KeySet,
    /// Where auth answers.
    pub auth_url: String,
    /// This process's own key.
    pub signing_key: SigningKey,
    /// Times and bounds.
    pub limits: Limits,
}

impl Config {
    /// Reads the variables above.
    ///
    /// # Errors
    /// With every variable that is missing or cannot be used.
    pub fn from_env(env: &Env) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(env);
        let listen = match reader.required("VELURE_GATEWAY_LISTEN").parse() {
            Ok(listen) => Some(listen),
            Err(_) if env.get("VELURE_GATEWAY_LISTEN").is_none() => None,
            Err(_) => {
                reader.fault("VELURE_GATEWAY_LISTEN", "is not an address with a port");
                None
            }
        };
        let database = DatabaseConfig::read(
            &mut reader,
            "VELURE_ORDERS_DATABASE_URL",
            "velure-sse-gateway",
            DATABASE_CONNECTIONS,
        );
        let redis = RedisConfig::read(&mut reader);
        let access_keys = KeySet::read(&mut reader, "VELURE_ACCESS_JWKS");
        let auth_url = reader.required("VELURE_AUTH_URL");
        if !auth_url.is_empty()
            && !auth_url.starts_with("http://")
            && !auth_url.starts_with("https://")
        {
            reader.fault("VELURE_AUTH_URL", "is not an http or https URL");
        }
        let signing_key = SigningKey::read(&mut reader, "VELURE_SERVICE_SIGNING_KEY");
        let (listen, access_keys, signing_key) =
            reader.finish((listen, access_keys, signing_key))?;
        Ok(Self {
            listen: listen.expect("invariant: an address that cannot be read is a fault"),
            database,
            redis,
            access_keys: access_keys.expect("invariant: keys that cannot be read are a fault"),
            auth_url,
            signing_key: signing_key.expect("invariant: a key that cannot be read is a fault"),
            limits: Limits::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_start_names_every_variable_that_is_missing() {
        let faults = Config::from_env(&Env::default()).expect_err("nothing is set");
        let names: Vec<_> = faults
            .0
            .iter()
            .map(|fault| fault.variable.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "VELURE_GATEWAY_LISTEN",
                "VELURE_ORDERS_DATABASE_URL",
                "VELURE_REDIS_URL",
                "VELURE_ACCESS_JWKS",
                "VELURE_AUTH_URL",
                "VELURE_SERVICE_SIGNING_KEY",
            ]
        );
    }
}
