use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::{Method, StatusCode};
use velure_config::{Env, ExposeSecret, Reader, SecretString};
use velure_contracts::http::{IntrospectBody, Introspection};
use velure_http::{
    AccessToken, Authenticator, KeySet, ServiceSigner, SessionCheck, SessionCheckError,
    SessionVerdict, SigningKey, StartError, session_lookup, session_lookups_from_zero,
};
use velure_redis::{Redis, RedisConfig, SessionCache};

use crate::{CallError, Transport};

/// Why auth did not say whether a token is good.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectError {
    /// No answer came.
    #[error("auth did not answer")]
    Unanswered(#[source] CallError),
    /// Auth answered, but not what was asked.
    #[error("auth answered {0}")]
    Refused(StatusCode),
    /// The answer is not what the contract says.
    #[error("the answer of auth cannot be read")]
    Unreadable(#[source] Option<serde_json::Error>),
}

/// Asks the auth context about access tokens, with a service token of its own.
#[derive(Debug, Clone)]
pub struct AuthClient {
    transport: Transport,
}

impl AuthClient {
    /// A client for the auth context at `base`, a URL without a path.
    ///
    /// # Errors
    /// When this machine cannot make HTTP calls at all.
    pub fn new(base: &str, signer: ServiceSigner) -> Result<Self, reqwest::Error> {
        Ok(Self {
            transport: Transport::new(base, signer, "auth")?,
        })
    }

    /// What auth's database says of an access token right now.
    ///
    /// # Errors
    /// When auth does not say, whatever the reason. That is never a yes.
    pub async fn introspect(&self, token: &SecretString) -> Result<Introspection, IntrospectError> {
        let body = IntrospectBody {
            token: token.expose_secret().to_owned(),
        };
        let answer = self
            .transport
            .call(
                Method::POST,
                "/api/tokens/introspect",
                "/api/tokens/introspect",
                Some(&body),
            )
            .await;
        let answer = answer.map_err(IntrospectError::Unanswered)?;
        if answer.status != StatusCode::OK {
            return Err(IntrospectError::Refused(answer.status));
        }
        answer
            .json()
            .map_err(|error| IntrospectError::Unreadable(Some(error)))
    }
}

/// Looks sessions up in Redis, and asks auth when Redis does not know.
///
/// A yes is believed for [`velure_redis::SESSION_TTL`]. A no of auth is not remembered: it may be about the token
/// alone, and the session may have a newer one.
#[derive(Debug, Clone)]
pub struct RemoteSessions {
    cache: SessionCache,
    auth: AuthClient,
}

impl RemoteSessions {
    /// Remembers in `cache` what `auth` says.
    #[must_use]
    pub fn new(cache: SessionCache, auth: AuthClient) -> Self {
        session_lookups_from_zero();
        Self { cache, auth }
    }

    async fn verdict(&self, token: &AccessToken) -> Result<SessionVerdict, IntrospectError> {
        let session = token.session_id();
        let cached = self.cache.get(session).await;
        session_lookup(cached.is_some());
        match cached {
            Some(velure_redis::SessionVerdict::Active { role }) => {
                return Ok(SessionVerdict::Active { role });
            }
            Some(velure_redis::SessionVerdict::Ended) => return Ok(SessionVerdict::Ended),
            None => {}
        }
        let answer = self.auth.introspect(&token.raw).await?;
        match answer {
            Introspection {
                active: true,
                sub: Some(user),
                sid: Some(sid),
                role: Some(role),
                ..
            } if user == token.claims.sub && sid == token.claims.sid => {
                self.cache
                    .put(session, velure_redis::SessionVerdict::Active { role })
                    .await;
                Ok(SessionVerdict::Active { role })
            }
            Introspection { active: false, .. } => Ok(SessionVerdict::Ended),
            Introspection { .. } => Err(IntrospectError::Unreadable(None)),
        }
    }
}

impl SessionCheck for RemoteSessions {
    fn check<'a>(
        &'a self,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, Result<SessionVerdict, SessionCheckError>> {
        Box::pin(async move {
            self.verdict(token)
                .await
                .map_err(|error| SessionCheckError(error.into()))
        })
    }
}

/// Knows users in every context but auth: by the signature of their token, then by [`RemoteSessions`].
///
/// - `VELURE_ACCESS_JWKS` (required): the public keys of access tokens, a JWK set.
/// - `VELURE_REDIS_URL` (required, secret) and `VELURE_REDIS_PREFIX`: see [`RedisConfig`].
/// - `VELURE_AUTH_URL` (required): where the auth context answers, without a path.
/// - `VELURE_SERVICE_SIGNING_KEY` (required, secret): this process's own key.
///
/// Nothing is connected yet: that happens when somebody first calls.
///
/// # Errors
/// When a variable is missing or cannot be used; all are named at once.
pub async fn authenticator(env: &Env) -> Result<Authenticator, StartError> {
    let mut reader = Reader::new(env);
    let keys = KeySet::read(&mut reader, "VELURE_ACCESS_JWKS");
    let redis = RedisConfig::read(&mut reader);
    let url = reader.required("VELURE_AUTH_URL");
    if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
        reader.fault("VELURE_AUTH_URL", "is not an http or https URL");
    }
    let signing_key = SigningKey::read(&mut reader, "VELURE_SERVICE_SIGNING_KEY");
    let (keys, redis, url, signing_key) = reader.finish((keys, redis, url, signing_key))?;
    let keys = keys.expect("invariant: a key set that cannot be used is a fault");
    let signer =
        ServiceSigner::new(signing_key.expect("invariant: a key that cannot be used is a fault"));
    let redis =
        Redis::new(&redis).map_err(|error| StartError::client("VELURE_REDIS_URL", error))?;
    let auth = AuthClient::new(&url, signer)
        .map_err(|error| StartError::client("VELURE_AUTH_URL", error))?;
    let sessions = RemoteSessions::new(SessionCache::new(redis), auth);
    Ok(Authenticator::nobody().users(keys, Arc::new(sessions)))
}

/// Knows our own processes, by tokens for `audience`, the name of the context that is asked.
///
/// - `VELURE_SERVICE_JWKS` (required): the public keys of the processes that call, a JWK set.
///
/// # Errors
/// When the variable is missing or cannot be used.
pub fn service_authenticator(env: &Env, audience: &str) -> Result<Authenticator, StartError> {
    let mut reader = Reader::new(env);
    let keys = KeySet::read(&mut reader, "VELURE_SERVICE_JWKS");
    let keys = reader
        .finish(keys)?
        .expect("invariant: a key set that cannot be used is a fault");
    Ok(Authenticator::nobody().services(keys, audience))
}
