//! `POST /api/tokens/introspect`
//!
//! Asks the database every time, never Redis: whoever asks remembers the answer, and two memories in a row would be
//! twice as old.

use velure_contracts::http::{IntrospectBody, Introspection};
use velure_http::{ApiError, Endpoint, KeySet, Reply, Request, StartError};
use velure_postgres::auth::SessionStore;
use velure_postgres::{DatabaseError, is_transient};

use crate::AuthContext;

/// Tells another process of ours whether an access token is good right now.
#[derive(Debug)]
pub struct IntrospectToken {
    keys: KeySet,
    sessions: SessionStore,
}

/// Why it cannot be said.
#[derive(Debug, thiserror::Error)]
#[error("the session could not be looked up")]
struct IntrospectTokenError(#[from] DatabaseError);

impl From<IntrospectTokenError> for ApiError {
    fn from(error: IntrospectTokenError) -> Self {
        if is_transient(&error.0) {
            ApiError::unavailable(error)
        } else {
            ApiError::internal(error)
        }
    }
}

impl Endpoint for IntrospectToken {
    const NAME: &'static str = "introspect-token";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        let keys = context.access_keys()?;
        Ok(Self {
            keys,
            sessions: context.sessions().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let body: IntrospectBody = request.json()?;
        Ok(Reply::ok(&self.introspect(&body.token).await?))
    }
}

impl IntrospectToken {
    async fn introspect(&self, token: &str) -> Result<Introspection, IntrospectTokenError> {
        const NOT_GOOD: Introspection = Introspection {
            active: false,
            sub: None,
            exp: None,
            sid: None,
            role: None,
        };
        let Ok(token) = self.keys.verify_access(token) else {
            return Ok(NOT_GOOD);
        };
        let role = self
            .sessions
            .active_role(token.session_id(), token.user_id())
            .await?;
        Ok(role.map_or(NOT_GOOD, |role| Introspection {
            active: true,
            sub: Some(token.claims.sub),
            exp: Some(token.claims.exp),
            sid: Some(token.claims.sid),
            role: Some(role),
        }))
    }
}
