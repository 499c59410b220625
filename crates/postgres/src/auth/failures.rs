use std::fmt;
use std::time::Duration;

use crate::Pool;
use crate::deadline::Asked;

/// The SHA-256 of an address as it was typed at sign-in, folded: an address without an account leaves no personal
/// data behind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EmailHash(pub [u8; 32]);

impl fmt::Debug for EmailHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailHash(…)")
    }
}

/// Failed sign-ins by account, in the table `auth.sign_in_failures`.
///
/// The fifth failure in a row blocks the account for 30 s, and each further one for twice as long, up to 15 min. A day
/// without a failure, or one success, forgets them all: nobody can lock somebody else out for good.
#[derive(Debug, Clone)]
pub struct SignInFailures {
    pool: Pool,
}

impl SignInFailures {
    /// Failures in this database.
    #[must_use]
    pub fn new(pool: impl Into<Pool>) -> Self {
        Self { pool: pool.into() }
    }

    /// How long the account is still blocked, in whole seconds; `None` when it is not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn blocked_for(&self, account: EmailHash) -> Result<Option<Duration>, sqlx::Error> {
        let seconds = sqlx::query_scalar!(
            r#"select ceil(extract(epoch from blocked_until - now()))::int as "seconds!"
               from auth.sign_in_failures where email_hash = $1 and blocked_until > now()"#,
            &account.0
        )
        .fetch_optional(&self.pool)
        .in_time()
        .await?;
        Ok(seconds.map(|s| Duration::from_secs(u64::try_from(s).unwrap_or_default().max(1))))
    }

    /// Counts one failure, and takes two that are forgotten out of the table.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn record(&self, account: EmailHash) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "insert into auth.sign_in_failures as f (email_hash, failures) values ($1, 1)
             on conflict (email_hash) do update set
               failures = case when f.last_at < now() - interval '1 day' then 1 else least(f.failures + 1, 1000) end,
               blocked_until = case when f.last_at >= now() - interval '1 day' and f.failures >= 4
                 then now() + least(interval '30 seconds' * power(2, least(f.failures - 4, 10)), interval '15 minutes')
               end,
               last_at = now()",
            &account.0
        )
        .execute(&self.pool)
        .in_time()
        .await?;
        sqlx::query!(
            "delete from auth.sign_in_failures where email_hash in (
               select email_hash from auth.sign_in_failures where last_at < now() - interval '1 day'
               order by last_at limit 2 for update skip locked)"
        )
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// Forgets the failures of an account: somebody knew its password.
    ///
    /// # Errors
    /// When the database does not do it.
    pub async fn forget(&self, account: EmailHash) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "delete from auth.sign_in_failures where email_hash = $1",
            &account.0
        )
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }
}
