use chrono::{DateTime, Utc};
use velure_http::{AccessClaims, SigningKey, TokenError};
use velure_postgres::auth::{Account, OpenedSession};

use crate::cookies::{self, ACCESS_LIFETIME};
use crate::refresh_token::RefreshToken;

/// Signs the access tokens of sessions.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    key: SigningKey,
}

/// What a browser gets when it is signed in.
pub(crate) struct Issued {
    /// When the access token ends.
    pub(crate) expires_at: DateTime<Utc>,
    /// The two cookies.
    pub(crate) cookies: [String; 2],
}

impl Issuer {
    pub(crate) fn new(key: SigningKey) -> Self {
        Self { key }
    }

    /// The cookies of a session. The access token is dated by the database's clock and never outlives its session.
    pub(crate) fn issue(
        &self,
        account: &Account,
        session: &OpenedSession,
        refresh: &RefreshToken,
    ) -> Result<Issued, TokenError> {
        let now = session.now.timestamp();
        let expires = session.expires_at.timestamp().min(now + ACCESS_LIFETIME);
        let access = self
            .key
            .sign_access(&AccessClaims::new(account.id, session.id, now, expires))?;
        let expires_at = DateTime::from_timestamp(expires, 0).unwrap_or(session.expires_at);
        Ok(Issued {
            expires_at,
            cookies: cookies::signed_in(&access, refresh.secret()),
        })
    }
}
