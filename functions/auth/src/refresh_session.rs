//! `POST /api/sessions/refresh`
//!
//! Reads the refresh cookie and nothing else. If the process dies before the rotation commits, the browser's token is
//! still good; if it dies after, the browser asks again with the old one within ten seconds, or signs in.

use velure_contracts::Code;
use velure_contracts::http::Session;
use velure_faults::{Point, during, reach};
use velure_http::{ApiError, Endpoint, Reply, Request, StartError, TokenError};
use velure_postgres::auth::{Account, RotateError, SessionStore};
use velure_postgres::is_transient;

use crate::AuthContext;
use crate::cookies::{self, REFRESH_COOKIE};
use crate::issuer::{Issued, Issuer};
use crate::refresh_token::{self, RefreshToken};
use crate::user::present;

/// Exchanges a refresh token for its successor and a new access token.
#[derive(Debug)]
pub struct RefreshSession {
    sessions: SessionStore,
    issuer: Issuer,
}

/// Why a session goes on as it is, or not at all.
#[derive(Debug, thiserror::Error)]
enum RefreshSessionError {
    #[error("there is no refresh token")]
    Missing,
    #[error("the refresh token could not be exchanged")]
    Rotate(#[source] RotateError),
    #[error("the access token could not be signed")]
    Sign(#[source] TokenError),
}

impl From<RefreshSessionError> for ApiError {
    fn from(error: RefreshSessionError) -> Self {
        use RefreshSessionError as E;
        match error {
            E::Missing | E::Rotate(RotateError::Refused | RotateError::Reused { .. }) => {
                let [access, refresh] = cookies::signed_out();
                ApiError::new(Code::Unauthenticated)
                    .cookie(access)
                    .cookie(refresh)
                    .source(error)
            }
            E::Rotate(RotateError::Store(ref cause)) if is_transient(cause) => {
                ApiError::unavailable(error)
            }
            E::Rotate(RotateError::Store(_)) | E::Sign(_) => ApiError::internal(error),
        }
    }
}

impl Endpoint for RefreshSession {
    const NAME: &'static str = "refresh-session";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        let issuer = context.issuer()?;
        Ok(Self {
            sessions: context.sessions().await?,
            issuer,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let exchanging = self.refresh(request.cookie(REFRESH_COOKIE));
        let exchanged = during(Point::U1, exchanging).await;
        let (account, issued) = exchanged.map_err(ApiError::unavailable)??;
        reach(Point::U2).await.map_err(ApiError::unavailable)?;
        let session = Session {
            user: present(account),
            expires_at: issued.expires_at,
        };
        let [access, refresh] = issued.cookies;
        Ok(Reply::ok(&session).cookie(access).cookie(refresh))
    }
}

impl RefreshSession {
    async fn refresh(
        &self,
        cookie: Option<&str>,
    ) -> Result<(Account, Issued), RefreshSessionError> {
        let presented = refresh_token::hash(cookie.ok_or(RefreshSessionError::Missing)?);
        let next = RefreshToken::generate();
        let (account, session) = self.sessions.rotate(presented, next.hash()).await.map_err(|error| {
            if let RotateError::Reused { user, session } = &error {
                tracing::warn!(user.id = %user, session.id = %session, "refresh token used twice, session ended");
            }
            RefreshSessionError::Rotate(error)
        })?;
        let issued = self
            .issuer
            .issue(&account, &session, &next)
            .map_err(RefreshSessionError::Sign)?;
        Ok((account, issued))
    }
}
