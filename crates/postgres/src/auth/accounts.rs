use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;
use uuid::Uuid;
use velure_contracts::http::UserRole;
use velure_domain::{EmailAddress, SessionId, UserId};

use super::sessions::{self, NewSession, OpenedSession};
use crate::Pool;
use crate::breaks_constraint;
use crate::deadline::Asked;

/// A user, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub id: UserId,
    /// The name shown to the user.
    pub name: String,
    /// The address, folded to lower case.
    pub email: String,
    /// What the user may do.
    pub role: UserRole,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// A user together with the hash to check a password against.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user.
    pub account: Account,
    /// The password's hash, a PHC string.
    pub password_hash: SecretString,
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Who it will be.
    pub id: UserId,
    /// The name shown to the user, 1 to 100 characters.
    pub name: String,
    /// The address.
    pub email: EmailAddress,
    /// The password's hash, a PHC string.
    pub password_hash: SecretString,
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum InsertAccountError {
    /// There is one with this address.
    #[error("there is already an account with this e-mail")]
    EmailTaken,
    /// The database folds this address in another way than we do: nobody could ever find it again.
    #[error("the e-mail cannot be folded to one spelling")]
    EmailNotFolded,
    /// The database did not do it.
    #[error("the account could not be stored")]
    Store(#[source] sqlx::Error),
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// It was changed since its hash was read.
    #[error("the password has changed in the meantime")]
    Stale,
    /// The database did not do it.
    #[error("the password could not be stored")]
    Store(#[from] sqlx::Error),
}

/// Accounts in the table `auth.users`.
#[derive(Debug, Clone)]
pub struct AccountStore {
    pool: Pool,
}

impl AccountStore {
    /// Accounts in this database.
    #[must_use]
    pub fn new(pool: impl Into<Pool>) -> Self {
        Self { pool: pool.into() }
    }

    /// Makes a shopper's account and signs it in, both or neither.
    ///
    /// # Errors
    /// When the address is taken, or the database does not do it.
    pub async fn register(
        &self,
        new: &NewAccount,
        session: &NewSession,
    ) -> Result<(Account, OpenedSession), InsertAccountError> {
        let stored = async {
            let mut tx = self.pool.begin().in_time().await?;
            let account = insert(&mut tx, new).await?;
            let opened = sessions::insert(&mut tx, account.id, session).await?;
            tx.commit().in_time().await?;
            Ok((account, opened))
        };
        stored.await.map_err(|error| {
            if breaks_constraint(&error, "users_email_unique") {
                InsertAccountError::EmailTaken
            } else if breaks_constraint(&error, "users_email_folded") {
                InsertAccountError::EmailNotFolded
            } else {
                InsertAccountError::Store(error)
            }
        })
    }

    /// The account of an address, with its password's hash.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find_credentials(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<Credentials>, sqlx::Error> {
        let row = sqlx::query_as!(
            CredentialsRow,
            "select user_id, name, email, role, created_at, password_hash from auth.users where email = $1",
            email.as_str()
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        row.map(Credentials::try_from).transpose()
    }

    /// The account of a user, with its password's hash.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn credentials_of(&self, user: UserId) -> Result<Option<Credentials>, sqlx::Error> {
        let row = sqlx::query_as!(
            CredentialsRow,
            "select user_id, name, email, role, created_at, password_hash from auth.users where user_id = $1",
            user.as_uuid()
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        row.map(Credentials::try_from).transpose()
    }

    /// A user.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, user: UserId) -> Result<Option<Account>, sqlx::Error> {
        let row = sqlx::query_as!(
            AccountRow,
            "select user_id, name, email, role, created_at from auth.users where user_id = $1",
            user.as_uuid()
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        row.map(Account::try_from).transpose()
    }

    /// Up to `limit` users after `skip`, newest first, and how many there are in all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, skip: u64, limit: u32) -> Result<(Vec<Account>, u64), sqlx::Error> {
        let total = sqlx::query_scalar!(r#"select count(*) as "total!" from auth.users"#)
            .fetch_one(&self.pool)
            .in_time()
            .await?;
        let rows = sqlx::query_as!(
            AccountRow,
            "select user_id, name, email, role, created_at from auth.users
             order by created_at desc, user_id desc limit $1 offset $2",
            i64::from(limit),
            i64::try_from(skip).unwrap_or(i64::MAX)
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let accounts = rows
            .into_iter()
            .map(Account::try_from)
            .collect::<Result<_, _>>()?;
        Ok((accounts, u64::try_from(total).unwrap_or_default()))
    }

    /// Sets a user's password and ends every session but `keep`, both or neither. Returns the sessions it ended.
    ///
    /// # Errors
    /// When the password is not `old` any more, or the database does not do it.
    pub async fn set_password(
        &self,
        user: UserId,
        old: &SecretString,
        new: &SecretString,
        keep: SessionId,
    ) -> Result<Vec<SessionId>, SetPasswordError> {
        let mut tx = self.pool.begin().in_time().await?;
        if !replace_hash(&mut tx, user, old, new).await? {
            return Err(SetPasswordError::Stale);
        }
        let ended = sessions::end_others(&mut tx, user, keep).await?;
        tx.commit().in_time().await?;
        Ok(ended)
    }

    /// Stores another hash of the same password, unless the password was changed in the meantime.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn renew_hash(
        &self,
        user: UserId,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<(), sqlx::Error> {
        replace_hash(&mut *self.pool.acquire().in_time().await?, user, old, new).await?;
        Ok(())
    }

    /// Makes an account with this role, or gives the one with this address its name, password and role: for seeding.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn put(&self, account: &NewAccount, role: UserRole) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "insert into auth.users (user_id, name, email, password_hash, role) values ($1, $2, $3, $4, $5)
             on conflict on constraint users_email_unique do update
             set name = excluded.name, password_hash = excluded.password_hash, role = excluded.role, updated_at = now()",
            account.id.as_uuid(),
            account.name,
            account.email.as_str(),
            account.password_hash.expose_secret(),
            role.as_str()
        )
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }
}

async fn insert(connection: &mut PgConnection, new: &NewAccount) -> Result<Account, sqlx::Error> {
    sqlx::query_as!(
        AccountRow,
        "insert into auth.users (user_id, name, email, password_hash) values ($1, $2, $3, $4)
         returning user_id, name, email, role, created_at",
        new.id.as_uuid(),
        new.name,
        new.email.as_str(),
        new.password_hash.expose_secret()
    )
    .fetch_one(connection)
    .in_time()
    .await?
    .try_into()
}

async fn replace_hash(
    connection: &mut PgConnection,
    user: UserId,
    old: &SecretString,
    new: &SecretString,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update auth.users set password_hash = $3, updated_at = now() where user_id = $1 and password_hash = $2",
        user.as_uuid(),
        old.expose_secret(),
        new.expose_secret()
    )
    .execute(connection)
    .in_time()
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// The role by its name in SQL; the table's check knows no other.
pub(super) fn role(name: &str) -> Result<UserRole, sqlx::Error> {
    match name {
        "shopper" => Ok(UserRole::Shopper),
        "admin" => Ok(UserRole::Admin),
        other => Err(sqlx::Error::Decode(
            format!("a user has the unknown role {other}").into(),
        )),
    }
}

struct AccountRow {
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<AccountRow> for Account {
    type Error = sqlx::Error;

    fn try_from(row: AccountRow) -> Result<Self, sqlx::Error> {
        let role = role(&row.role)?;
        Ok(Self {
            id: row.user_id.into(),
            name: row.name,
            email: row.email,
            role,
            created_at: row.created_at,
        })
    }
}

struct CredentialsRow {
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
    created_at: DateTime<Utc>,
    password_hash: String,
}

impl TryFrom<CredentialsRow> for Credentials {
    type Error = sqlx::Error;

    fn try_from(row: CredentialsRow) -> Result<Self, sqlx::Error> {
        let CredentialsRow {
            user_id,
            name,
            email,
            role,
            created_at,
            password_hash,
        } = row;
        let account = AccountRow {
            user_id,
            name,
            email,
            role,
            created_at,
        }
        .try_into()?;
        Ok(Self {
            account,
            password_hash: password_hash.into(),
        })
    }
}
