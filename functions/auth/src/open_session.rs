//! `POST /api/sessions`
//!
//! An address without an account and a wrong password are answered alike: same status, same body, same time, and both
//! count as a failure. If the process dies after the session was stored, nobody has its tokens, and it ends by itself.

use std::time::Duration;

use velure_contracts::Code;
use velure_contracts::http::{OpenSessionBody, Session};
use velure_domain::{EmailAddress, SessionId};
use velure_http::{ApiError, Endpoint, Reply, Request, StartError, TokenError};
use velure_postgres::auth::{
    Account, AccountStore, Credentials, NewSession, OpenSessionError as StoreSessionError,
    OpenedSession, SessionStore, SignInFailures,
};
use velure_postgres::{DatabaseError, is_transient};

use crate::AuthContext;
use crate::issuer::{Issued, Issuer};
use crate::passwords::{Match, Passwords, PasswordsError, Turn};
use crate::refresh_token::RefreshToken;
use crate::sign_in_key::email_hash;
use crate::user::present;

/// Signs somebody in.
#[derive(Debug)]
pub struct OpenSession {
    accounts: AccountStore,
    sessions: SessionStore,
    failures: SignInFailures,
    passwords: Passwords,
    issuer: Issuer,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
enum OpenSessionError {
    #[error("e-mail and password do not belong together")]
    Refused,
    #[error("the account is blocked for {0:?}")]
    Blocked(Duration),
    #[error("the password could not be checked")]
    Password(#[source] PasswordsError),
    #[error("the session could not be stored")]
    Store(#[source] DatabaseError),
    #[error("the access token could not be signed")]
    Sign(#[source] TokenError),
}

impl From<OpenSessionError> for ApiError {
    fn from(error: OpenSessionError) -> Self {
        use OpenSessionError as E;
        match error {
            E::Refused => ApiError::new(Code::InvalidCredentials),
            E::Blocked(wait) => blocked(wait),
            E::Password(PasswordsError::Busy) => ApiError::unavailable(error),
            E::Store(ref cause) if is_transient(cause) => ApiError::unavailable(error),
            E::Store(_) | E::Password(_) | E::Sign(_) => ApiError::internal(error),
        }
    }
}

/// 429 for an account that was guessed at too often.
pub(crate) fn blocked(wait: Duration) -> ApiError {
    ApiError::new(Code::TooManyRequests)
        .detail("The password was wrong too often. Please wait before you try again.")
        .retry_after(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
}

impl From<DatabaseError> for OpenSessionError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error)
    }
}

impl From<PasswordsError> for OpenSessionError {
    fn from(error: PasswordsError) -> Self {
        Self::Password(error)
    }
}

impl Endpoint for OpenSession {
    const NAME: &'static str = "open-session";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        let issuer = context.issuer()?;
        Ok(Self {
            accounts: context.accounts().await?,
            sessions: context.sessions().await?,
            failures: context.failures().await?,
            passwords: context.passwords(),
            issuer,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let body: OpenSessionBody = request.json()?;
        let (account, issued) = self.open(&body).await?;
        let session = Session {
            user: present(account),
            expires_at: issued.expires_at,
        };
        let [access, refresh] = issued.cookies;
        Ok(Reply::created(&session)
            .at("/api/me")
            .cookie(access)
            .cookie(refresh))
    }
}

impl OpenSession {
    async fn open(&self, body: &OpenSessionBody) -> Result<(Account, Issued), OpenSessionError> {
        let counted_as = email_hash(&body.email);
        // The block is looked up once it is our turn to hash: guesses at the same time cannot all be counted too late.
        let turn = self.passwords.turn().await?;
        if let Some(wait) = self.failures.blocked_for(counted_as).await? {
            return Err(OpenSessionError::Blocked(wait));
        }
        let refresh = RefreshToken::generate();
        let Some((account, opened)) = self.admit(&turn, body, &refresh).await? else {
            self.failures.record(counted_as).await?;
            tracing::info!("sign-in refused");
            return Err(OpenSessionError::Refused);
        };
        self.failures.forget(counted_as).await?;
        let issued = self
            .issuer
            .issue(&account, &opened, &refresh)
            .map_err(OpenSessionError::Sign)?;
        tracing::info!(user.id = %account.id, session.id = %opened.id, "signed in");
        Ok((account, issued))
    }

    /// A new session when the password is right.
    async fn admit(
        &self,
        turn: &Turn,
        body: &OpenSessionBody,
        refresh: &RefreshToken,
    ) -> Result<Option<(Account, OpenedSession)>, OpenSessionError> {
        let email = body.email.parse::<EmailAddress>().ok();
        // Twice, because another sign-in may renew the hash between our check and our session.
        for _ in 0..2 {
            let found = match &email {
                Some(email) => self.accounts.find_credentials(email).await?,
                None => None,
            };
            let matched = turn
                .check(&body.password, found.as_ref().map(|f| &f.password_hash))
                .await?;
            let (Some(credentials), Match::Yes { weak }) = (found, matched) else {
                return Ok(None);
            };
            let new = NewSession {
                id: SessionId::generate(),
                refresh: refresh.hash(),
            };
            match self
                .sessions
                .open(credentials.account.id, &credentials.password_hash, &new)
                .await
            {
                Ok(opened) => {
                    if weak {
                        self.renew(turn, &body.password, &credentials).await?;
                    }
                    return Ok(Some((credentials.account, opened)));
                }
                Err(StoreSessionError::Stale) => {}
                Err(StoreSessionError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// Hashes the password as new ones are hashed today.
    async fn renew(
        &self,
        turn: &Turn,
        password: &str,
        credentials: &Credentials,
    ) -> Result<(), OpenSessionError> {
        let hash = turn.hash(password).await?;
        Ok(self
            .accounts
            .renew_hash(credentials.account.id, &credentials.password_hash, &hash)
            .await?)
    }
}
