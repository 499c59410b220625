use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use http::HeaderMap;
use velure_contracts::Code;
use velure_contracts::http::UserRole;

use crate::request::cookie;
use crate::{ACCESS_COOKIE, AccessToken, ApiError, Auth, Caller, KeySet};

/// What the database says of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionVerdict {
    /// It goes on, and its user has this role.
    Active {
        /// What the user may do.
        role: UserRole,
    },
    /// It was ended, or its user is gone.
    Ended,
}

/// The session could not be looked up. Nobody is let in on doubt.
#[derive(Debug, thiserror::Error)]
#[error("the session could not be looked up")]
pub struct SessionCheckError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Looks up whether a session goes on: in auth by its own database, elsewhere by asking auth. An answer may be up to
/// 30 s old.
pub trait SessionCheck: Send + Sync {
    /// What the database says of the session of `token`.
    fn check<'a>(
        &'a self,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, Result<SessionVerdict, SessionCheckError>>;
}

/// Finds out who calls.
#[derive(Clone)]
pub struct Authenticator {
    access: Option<(KeySet, Arc<dyn SessionCheck>)>,
    service: Option<(KeySet, String)>,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authenticator")
    }
}

impl Authenticator {
    /// Knows nobody yet: every route that asks for someone answers 401.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            access: None,
            service: None,
        }
    }

    /// Knows users: their tokens are signed by one of `keys`, and `sessions` knows whether they were ended.
    #[must_use]
    pub fn users(mut self, keys: KeySet, sessions: Arc<dyn SessionCheck>) -> Self {
        self.access = Some((keys, sessions));
        self
    }

    /// Knows our own processes: their tokens are signed by one of `keys` for `audience`, the context asked.
    #[must_use]
    pub fn services(mut self, keys: KeySet, audience: &str) -> Self {
        self.service = Some((keys, audience.to_owned()));
        self
    }

    /// Finds out who sent `headers`, for a route that asks for `auth`.
    ///
    /// # Errors
    /// 401 when nobody can be made out, always in the same words; 403 for a role that is not enough; 503 when the
    /// session cannot be looked up.
    pub async fn authenticate(&self, auth: Auth, headers: &HeaderMap) -> Result<Caller, ApiError> {
        match auth {
            Auth::None => Ok(Caller::Anonymous),
            Auth::Shopper => self.user(headers).await,
            Auth::Admin => match self.user(headers).await? {
                admin @ Caller::User {
                    role: UserRole::Admin,
                    ..
                } => Ok(admin),
                Caller::User { .. } | Caller::Anonymous | Caller::Service(_) => {
                    Err(ApiError::new(Code::Forbidden))
                }
            },
            Auth::Service => self.process(headers),
        }
    }

    async fn user(&self, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let token = self.access_token(headers)?;
        let Some((_, sessions)) = &self.access else {
            return Err(unauthenticated());
        };
        match sessions.check(&token).await {
            Ok(SessionVerdict::Active { role }) => Ok(Caller::User {
                user_id: token.user_id(),
                session_id: token.session_id(),
                role,
            }),
            Ok(SessionVerdict::Ended) => Err(unauthenticated()),
            Err(error) => Err(ApiError::unavailable(error)),
        }
    }

    /// The access token among `headers`, when its signature and claims are good.
    ///
    /// # Errors
    /// 401 when there is none or it is not good.
    pub fn access_token(&self, headers: &HeaderMap) -> Result<AccessToken, ApiError> {
        let Some((keys, _)) = &self.access else {
            return Err(unauthenticated());
        };
        let token = cookie(headers, ACCESS_COOKIE).ok_or_else(unauthenticated)?;
        keys.verify_access(token)
            .map_err(|error| unauthenticated().source(error))
    }

    fn process(&self, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let Some((keys, audience)) = &self.service else {
            return Err(unauthenticated());
        };
        let mut given = headers.get_all("authorization").iter();
        let (Some(value), None) = (given.next(), given.next()) else {
            return Err(unauthenticated());
        };
        let token = value
            .to_str()
            .ok()
            .and_then(|v| v.strip_prefix("Bearer "))
            .ok_or_else(unauthenticated)?;
        let caller = keys
            .verify_service(token, audience)
            .map_err(|error| unauthenticated().source(error))?;
        Ok(Caller::Service(caller))
    }
}

fn unauthenticated() -> ApiError {
    ApiError::new(Code::Unauthenticated)
}
