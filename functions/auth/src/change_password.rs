//! `PUT /api/me/password`
//!
//! The new password and the end of every other session are one transaction. If the process dies after it commits and
//! before Redis hears of it, Redis's word on the others is good for another 20 s.

use std::time::Duration;

use velure_contracts::Code;
use velure_contracts::http::ChangePasswordBody;
use velure_domain::{NewPassword, SessionId, UserId};
use velure_http::{ApiError, Endpoint, FieldErrors, Reply, Request, StartError};
use velure_postgres::auth::{AccountStore, SetPasswordError, SignInFailures};
use velure_postgres::{DatabaseError, is_transient};
use velure_redis::{SessionCache, SessionVerdict};

use crate::AuthContext;
use crate::open_session::blocked;
use crate::passwords::{Match, Passwords, PasswordsError};
use crate::register_user::new_password;
use crate::sign_in_key::email_hash;

/// Sets a user's password and ends their other sessions.
#[derive(Debug)]
pub struct ChangePassword {
    accounts: AccountStore,
    failures: SignInFailures,
    passwords: Passwords,
    cache: SessionCache,
}

/// Why the password is what it was.
#[derive(Debug, thiserror::Error)]
enum ChangePasswordError {
    #[error("there is no such account any more")]
    NobodyThere,
    #[error("the current password is wrong")]
    Refused,
    #[error("the account is blocked for {0:?}")]
    Blocked(Duration),
    #[error("the password could not be hashed")]
    Password(#[from] PasswordsError),
    #[error("the password could not be stored")]
    Store(#[from] DatabaseError),
}

impl From<ChangePasswordError> for ApiError {
    fn from(error: ChangePasswordError) -> Self {
        use ChangePasswordError as E;
        match error {
            E::NobodyThere => ApiError::new(Code::Unauthenticated),
            E::Refused => {
                ApiError::new(Code::InvalidCredentials).detail("The current password is wrong.")
            }
            E::Blocked(wait) => blocked(wait),
            E::Password(PasswordsError::Busy) => ApiError::unavailable(error),
            E::Store(ref cause) if is_transient(cause) => ApiError::unavailable(error),
            E::Store(_) | E::Password(_) => ApiError::internal(error),
        }
    }
}

impl Endpoint for ChangePassword {
    const NAME: &'static str = "change-password";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        let cache = context.session_cache()?;
        Ok(Self {
            accounts: context.accounts().await?,
            failures: context.failures().await?,
            passwords: context.passwords(),
            cache,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let (user, session) = (request.user_id()?, request.session_id()?);
        let body: ChangePasswordBody = request.json()?;
        let mut errors = FieldErrors::new();
        let new = new_password(&mut errors, "new_password", body.new_password);
        errors.check()?;
        let new = new.expect("invariant: what could not be parsed was noted");
        self.change(user, session, &body.current_password, &new)
            .await?;
        Ok(Reply::no_content())
    }
}

impl ChangePassword {
    async fn change(
        &self,
        user: UserId,
        session: SessionId,
        current: &str,
        new: &NewPassword,
    ) -> Result<(), ChangePasswordError> {
        let turn = self.passwords.turn().await?;
        let stored = self
            .accounts
            .credentials_of(user)
            .await?
            .ok_or(ChangePasswordError::NobodyThere)?;
        // A stolen session is no better place to guess at the password than the front door.
        let counted_as = email_hash(&stored.account.email);
        if let Some(wait) = self.failures.blocked_for(counted_as).await? {
            return Err(ChangePasswordError::Blocked(wait));
        }
        if turn.check(current, Some(&stored.password_hash)).await? == Match::No {
            self.failures.record(counted_as).await?;
            return Err(ChangePasswordError::Refused);
        }
        let hash = turn.hash(new.expose()).await?;
        drop(turn);
        let ended = match self
            .accounts
            .set_password(user, &stored.password_hash, &hash, session)
            .await
        {
            Ok(ended) => ended,
            // Somebody else changed it meanwhile: what was given as the current password is the old one by now.
            Err(SetPasswordError::Stale) => return Err(ChangePasswordError::Refused),
            Err(SetPasswordError::Store(error)) => return Err(error.into()),
        };
        self.failures.forget(counted_as).await?;
        tracing::info!(user.id = %user, sessions.ended = ended.len(), "password changed");
        for session in ended {
            self.cache.put(session, SessionVerdict::Ended).await;
        }
        Ok(())
    }
}
