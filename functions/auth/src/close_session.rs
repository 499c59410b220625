//! `DELETE /api/sessions/current`
//!
//! Whoever holds a cookie of a session may end it, also with one that has expired: 204 always, and nothing is left in
//! the browser. If the process dies after the session has ended and before Redis hears of it, Redis's word is good for
//! another 20 s.

use std::collections::BTreeSet;

use velure_domain::SessionId;
use velure_faults::{Point, reach};
use velure_http::{ACCESS_COOKIE, ApiError, Endpoint, KeySet, Reply, Request, StartError};
use velure_postgres::auth::{EndReason, SessionStore};
use velure_postgres::{DatabaseError, is_transient};
use velure_redis::{SessionCache, SessionVerdict};

use crate::AuthContext;
use crate::cookies::{self, REFRESH_COOKIE};
use crate::refresh_token;

/// Signs somebody out.
#[derive(Debug)]
pub struct CloseSession {
    keys: KeySet,
    sessions: SessionStore,
    cache: SessionCache,
}

/// Why a session may still go on.
#[derive(Debug, thiserror::Error)]
#[error("the session could not be ended")]
struct CloseSessionError(#[from] DatabaseError);

impl From<CloseSessionError> for ApiError {
    fn from(error: CloseSessionError) -> Self {
        if is_transient(&error.0) {
            ApiError::unavailable(error)
        } else {
            ApiError::internal(error)
        }
    }
}

impl Endpoint for CloseSession {
    const NAME: &'static str = "close-session";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        let keys = context.access_keys()?;
        Ok(Self {
            keys,
            cache: context.session_cache()?,
            sessions: context.sessions().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        self.close(
            request.cookie(ACCESS_COOKIE),
            request.cookie(REFRESH_COOKIE),
        )
        .await?;
        let [access, refresh] = cookies::signed_out();
        Ok(Reply::no_content().cookie(access).cookie(refresh))
    }
}

impl CloseSession {
    async fn close(
        &self,
        access: Option<&str>,
        refresh: Option<&str>,
    ) -> Result<(), CloseSessionError> {
        let mut named = BTreeSet::new();
        if let Some(claims) = access.and_then(|token| self.keys.read_expired_access(token).ok()) {
            named.insert(SessionId::from(claims.sid));
        }
        if let Some(token) = refresh {
            named.extend(self.sessions.session_of(refresh_token::hash(token)).await?);
        }
        for session in named {
            if self.sessions.end(session, EndReason::SignedOut).await? {
                tracing::info!(session.id = %session, "signed out");
            }
            if reach(Point::U3).await.is_ok() {
                self.cache.put(session, SessionVerdict::Ended).await;
            }
        }
        Ok(())
    }
}
