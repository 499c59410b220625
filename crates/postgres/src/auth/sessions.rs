use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;
use uuid::Uuid;
use velure_contracts::http::UserRole;
use velure_domain::{Exchange, PresentedToken, SessionId, UserId};

use super::Account;
use super::accounts::role;
use crate::Pool;
use crate::deadline::Asked;

/// The SHA-256 of a refresh token. The token itself is never stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// A session to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewSession {
    /// Which it will be: never one that a client named.
    pub id: SessionId,
    /// Its first refresh token.
    pub refresh: TokenHash,
}

/// A session that goes on, and the database's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSession {
    /// Which.
    pub id: SessionId,
    /// The database's clock: tokens are dated by it.
    pub now: DateTime<Utc>,
    /// When the session ends whatever happens: 30 days after it was opened.
    pub expires_at: DateTime<Utc>,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The user signed out.
    SignedOut,
    /// A refresh token was used twice.
    TokenReused,
}

impl EndReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::TokenReused => "token_reused",
        }
    }
}

/// Why a session was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenSessionError {
    /// The password was changed since it was checked.
    #[error("the password has changed in the meantime")]
    Stale,
    /// The database did not do it.
    #[error("the session could not be stored")]
    Store(#[from] sqlx::Error),
}

/// Why a refresh token got no successor.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Nobody has this token, or its session has ended.
    #[error("the refresh token is not good")]
    Refused,
    /// It was used before. Its whole family has ended by now.
    #[error("the refresh token was used before")]
    Reused {
        /// Whose.
        user: UserId,
        /// Which session.
        session: SessionId,
    },
    /// The database did not do it.
    #[error("the refresh token could not be rotated")]
    Store(#[from] sqlx::Error),
}

/// Sessions and their refresh tokens, in the tables `auth.sessions` and `auth.refresh_tokens`.
///
/// A session's row is the lock of its family of tokens: whoever changes one of them holds it. The tokens of a session
/// that has ended are deleted with it.
#[derive(Debug, Clone)]
pub struct SessionStore {
    pool: Pool,
}

impl SessionStore {
    /// Sessions in this database.
    #[must_use]
    pub fn new(pool: impl Into<Pool>) -> Self {
        Self { pool: pool.into() }
    }

    /// Opens a session for a user whose password's hash is still `checked`: a password that is being changed opens
    /// nothing that the change would not end.
    ///
    /// # Errors
    /// When the password has changed, or the database does not do it.
    pub async fn open(
        &self,
        user: UserId,
        checked: &SecretString,
        new: &NewSession,
    ) -> Result<OpenedSession, OpenSessionError> {
        let mut tx = self.pool.begin().in_time().await?;
        let unchanged = sqlx::query_scalar!(
            r#"select 1 as "one!" from auth.users where user_id = $1 and password_hash = $2 for share"#,
            user.as_uuid(),
            checked.expose_secret()
        )
        .fetch_optional(&mut *tx)
        .in_time()
        .await?;
        if unchanged.is_none() {
            return Err(OpenSessionError::Stale);
        }
        end_expired(&mut tx, user).await?;
        let opened = insert(&mut tx, user, new).await?;
        tx.commit().in_time().await?;
        Ok(opened)
    }

    /// Exchanges a refresh token for its successor, whose hash is `next`.
    ///
    /// Whether it gets one is for [`PresentedToken::exchange`] to say; otherwise its whole family ends.
    ///
    /// # Errors
    /// When the token is not good or was used before, or the database does not do it.
    pub async fn rotate(
        &self,
        presented: TokenHash,
        next: TokenHash,
    ) -> Result<(Account, OpenedSession), RotateError> {
        let mut tx = self.pool.begin().in_time().await?;
        let family = sqlx::query_as!(
            FamilyRow,
            r#"select s.session_id, s.expires_at, now() as "now!", u.user_id, u.name, u.email, u.role, u.created_at
               from auth.sessions s join auth.users u using (user_id)
               where s.session_id = (select session_id from auth.refresh_tokens where token_hash = $1)
                 and s.ended_at is null and s.expires_at > now()
               for update of s"#,
            &presented.0
        )
        .fetch_optional(&mut *tx)
        .in_time()
        .await?
        .ok_or(RotateError::Refused)?;
        // A statement of its own: it sees what others did to the family while this one waited for the lock.
        let token = sqlx::query!(
            r#"select extract(epoch from clock_timestamp() - used_at)::float8 as "used_ago?",
                      (select count(*) from auth.refresh_tokens c
                       where c.session_id = t.session_id and c.parent_hash = t.token_hash) as "successors!",
                      exists (select from auth.refresh_tokens c
                              where c.session_id = t.session_id and c.parent_hash = t.token_hash
                                and c.used_at is not null) as "successor_used!"
               from auth.refresh_tokens t where t.token_hash = $1 and t.expires_at > now()"#,
            &presented.0
        )
        .fetch_optional(&mut *tx)
        .in_time()
        .await?
        .ok_or(RotateError::Refused)?;
        let known = PresentedToken {
            // A clock that was set back makes it a moment ago.
            used_ago: token
                .used_ago
                .map(|ago| Duration::from_secs_f64(ago.max(0.0))),
            successors: u32::try_from(token.successors).unwrap_or(u32::MAX),
            successor_used: token.successor_used,
        };
        let session = SessionId::from(family.session_id);
        if known.exchange() == Exchange::EndSession {
            end(&mut tx, session, EndReason::TokenReused).await?;
            tx.commit().in_time().await?;
            return Err(RotateError::Reused {
                user: family.user_id.into(),
                session,
            });
        }
        sqlx::query!(
            "update auth.refresh_tokens set used_at = now() where token_hash = $1 and used_at is null",
            &presented.0
        )
        .execute(&mut *tx)
        .in_time()
        .await?;
        insert_token(&mut tx, session, next, Some(presented), family.expires_at).await?;
        tx.commit().in_time().await?;
        family.into_parts()
    }

    /// Ends a session. Whether it went on until now.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn end(&self, session: SessionId, reason: EndReason) -> Result<bool, sqlx::Error> {
        let mut tx = self.pool.begin().in_time().await?;
        let ended = end(&mut tx, session, reason).await?;
        tx.commit().in_time().await?;
        Ok(ended)
    }

    /// The session of a refresh token, used or not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session_of(&self, token: TokenHash) -> Result<Option<SessionId>, sqlx::Error> {
        let found = sqlx::query_scalar!(
            "select session_id from auth.refresh_tokens where token_hash = $1",
            &token.0
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        Ok(found.map(SessionId::from))
    }

    /// The user's role when the session goes on; `None` when it has ended or is another user's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn active_role(
        &self,
        session: SessionId,
        user: UserId,
    ) -> Result<Option<UserRole>, sqlx::Error> {
        let name = sqlx::query_scalar!(
            "select u.role from auth.sessions s join auth.users u using (user_id)
             where s.session_id = $1 and s.user_id = $2 and s.ended_at is null and s.expires_at > now()",
            session.as_uuid(),
            user.as_uuid()
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        name.as_deref().map(role).transpose()
    }
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    new: &NewSession,
) -> Result<OpenedSession, sqlx::Error> {
    let row = sqlx::query!(
        r#"insert into auth.sessions (session_id, user_id, created_at, expires_at)
           values ($1, $2, now(), now() + interval '30 days')
           returning created_at, expires_at"#,
        new.id.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(&mut *connection)
    .in_time()
    .await?;
    insert_token(connection, new.id, new.refresh, None, row.expires_at).await?;
    Ok(OpenedSession {
        id: new.id,
        now: row.created_at,
        expires_at: row.expires_at,
    })
}

async fn insert_token(
    connection: &mut PgConnection,
    session: SessionId,
    token: TokenHash,
    parent: Option<TokenHash>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into auth.refresh_tokens (token_hash, session_id, parent_hash, expires_at) values ($1, $2, $3, $4)",
        &token.0,
        session.as_uuid(),
        parent.map(|p| p.0.to_vec()),
        expires_at
    )
    .execute(connection)
    .in_time()
    .await?;
    Ok(())
}

async fn end(
    connection: &mut PgConnection,
    session: SessionId,
    reason: EndReason,
) -> Result<bool, sqlx::Error> {
    let ended = sqlx::query!(
        "update auth.sessions set ended_at = now(), end_reason = $2 where session_id = $1 and ended_at is null",
        session.as_uuid(),
        reason.as_str()
    )
    .execute(&mut *connection)
    .in_time()
    .await?;
    delete_tokens(connection, &[session.as_uuid()]).await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends every session of a user but `keep`, because the password was changed.
pub(super) async fn end_others(
    connection: &mut PgConnection,
    user: UserId,
    keep: SessionId,
) -> Result<Vec<SessionId>, sqlx::Error> {
    let ended = sqlx::query_scalar!(
        "update auth.sessions set ended_at = now(), end_reason = 'password_changed'
         where user_id = $1 and session_id <> $2 and ended_at is null returning session_id",
        user.as_uuid(),
        keep.as_uuid()
    )
    .fetch_all(&mut *connection)
    .in_time()
    .await?;
    delete_tokens(connection, &ended).await?;
    Ok(ended.into_iter().map(SessionId::from).collect())
}

/// Tidies up after the user's sessions that were never signed out of.
async fn end_expired(connection: &mut PgConnection, user: UserId) -> Result<(), sqlx::Error> {
    let ended = sqlx::query_scalar!(
        "update auth.sessions set ended_at = now(), end_reason = 'expired'
         where user_id = $1 and ended_at is null and expires_at <= now() returning session_id",
        user.as_uuid()
    )
    .fetch_all(&mut *connection)
    .in_time()
    .await?;
    if ended.is_empty() {
        Ok(())
    } else {
        delete_tokens(connection, &ended).await
    }
}

async fn delete_tokens(
    connection: &mut PgConnection,
    sessions: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from auth.refresh_tokens where session_id = any($1)",
        sessions
    )
    .execute(connection)
    .in_time()
    .await?;
    Ok(())
}

struct FamilyRow {
    session_id: Uuid,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
    created_at: DateTime<Utc>,
}

impl FamilyRow {
    fn into_parts(self) -> Result<(Account, OpenedSession), RotateError> {
        let role = role(&self.role)?;
        let opened = OpenedSession {
            id: self.session_id.into(),
            now: self.now,
            expires_at: self.expires_at,
        };
        let account = Account {
            id: self.user_id.into(),
            name: self.name,
            email: self.email,
            role,
            created_at: self.created_at,
        };
        Ok((account, opened))
    }
}
