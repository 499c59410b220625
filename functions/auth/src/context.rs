//! - `VELURE_AUTH_DATABASE_URL` (required by all but the key set, secret): the auth database, as `velure_auth_api`.
//! - `VELURE_REDIS_URL`, `VELURE_REDIS_PREFIX` (to know who calls and to sign out): see [`RedisConfig`].
//! - `VELURE_ACCESS_SIGNING_KEY` (to sign in, secret): signs access tokens.
//! - `VELURE_ACCESS_JWKS` (required): the public keys of access tokens, a JWK set.
//! - `VELURE_SERVICE_JWKS` (to know who calls): the public keys of our own processes, a JWK set.

use std::sync::{Arc, OnceLock};

use tokio::sync::OnceCell;
use velure_config::{Env, Reader};
use velure_http::{Auth, Authenticator, Context, KeySet, SigningKey, StartError};
use velure_postgres::auth::{AccountStore, SessionStore, SignInFailures};
use velure_postgres::{DatabaseConfig, Pool};
use velure_redis::{Redis, RedisConfig, SessionCache};

use crate::issuer::Issuer;
use crate::passwords::Passwords;
use crate::sessions::DatabaseSessions;

/// What the auth context can connect to.
#[derive(Debug)]
pub struct AuthContext {
    env: Env,
    pool: OnceCell<Pool>,
    redis: OnceLock<Redis>,
    passwords: Passwords,
}

impl Context for AuthContext {
    const NAME: &'static str = "auth";

    fn new(env: Env) -> Self {
        Self {
            env,
            pool: OnceCell::new(),
            redis: OnceLock::new(),
            passwords: Passwords::new(),
        }
    }

    fn env(&self) -> &Env {
        &self.env
    }

    async fn authenticator(&self, auth: Auth) -> Result<Authenticator, StartError> {
        if auth == Auth::Service {
            let service = self.key_set("VELURE_SERVICE_JWKS")?;
            return Ok(Authenticator::nobody().services(service, Self::NAME));
        }
        let access = self.access_keys()?;
        let sessions = DatabaseSessions::new(self.session_cache()?, self.sessions().await?);
        Ok(Authenticator::nobody().users(access, Arc::new(sessions)))
    }
}

impl AuthContext {
    /// The context's one pool. The first connection is made now, so that it is part of the init phase; a database that
    /// is away is tried again by the first request.
    async fn pool(&self) -> Result<Pool, StartError> {
        let connect = || async {
            let mut reader = Reader::new(&self.env);
            let config =
                DatabaseConfig::read(&mut reader, "VELURE_AUTH_DATABASE_URL", "velure-auth", 1);
            let config = reader.finish(config)?;
            let pool = config
                .pool()
                .map_err(|error| StartError::client("the auth database", error))?;
            if let Err(error) = pool.acquire().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the auth database does not answer yet"
                );
            }
            Ok(pool)
        };
        self.pool.get_or_try_init(connect).await.cloned()
    }

    pub(crate) async fn accounts(&self) -> Result<AccountStore, StartError> {
        Ok(AccountStore::new(self.pool().await?))
    }

    pub(crate) async fn sessions(&self) -> Result<SessionStore, StartError> {
        Ok(SessionStore::new(self.pool().await?))
    }

    pub(crate) async fn failures(&self) -> Result<SignInFailures, StartError> {
        Ok(SignInFailures::new(self.pool().await?))
    }

    pub(crate) fn session_cache(&self) -> Result<SessionCache, StartError> {
        let redis = match self.redis.get() {
            Some(redis) => redis.clone(),
            None => {
                let mut reader = Reader::new(&self.env);
                let config = RedisConfig::read(&mut reader);
                let config = reader.finish(config)?;
                let redis = Redis::new(&config)
                    .map_err(|error| StartError::client("VELURE_REDIS_URL", error))?;
                self.redis.get_or_init(|| redis).clone()
            }
        };
        Ok(SessionCache::new(redis))
    }

    /// The hasher, with the limit that all endpoints of this process share.
    pub(crate) fn passwords(&self) -> Passwords {
        self.passwords.clone()
    }

    pub(crate) fn issuer(&self) -> Result<Issuer, StartError> {
        let mut reader = Reader::new(&self.env);
        let key = SigningKey::read(&mut reader, "VELURE_ACCESS_SIGNING_KEY");
        let key = reader.finish(key)?;
        Ok(Issuer::new(
            key.expect("invariant: a key that cannot be used is a fault"),
        ))
    }

    pub(crate) fn access_keys(&self) -> Result<KeySet, StartError> {
        self.key_set("VELURE_ACCESS_JWKS")
    }

    fn key_set(&self, variable: &str) -> Result<KeySet, StartError> {
        let mut reader = Reader::new(&self.env);
        let keys = KeySet::read(&mut reader, variable);
        Ok(reader
            .finish(keys)?
            .expect("invariant: a key set that cannot be used is a fault"))
    }
}
