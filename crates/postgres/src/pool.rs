use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use velure_config::{ExposeSecret, Reader, SecretString};

use crate::deadline::Asked;

/// How to reach one database.
///
/// - `VELURE_…_DATABASE_URL` (required, secret): `postgres://role:password@host:port/database?sslmode=verify-full`
/// - `VELURE_DATABASE_CONNECTIONS` (default differs by process; 1 in a function): connections kept at most.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    url: SecretString,
    connections: u32,
    application: String,
}

/// How long a caller waits for a connection before it answers 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a connection that comes back may take to say that it is idle. It is closed when it does not.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(1);

impl DatabaseConfig {
    /// Reads the URL from `variable`; `connections` is the pool's size when nothing else is set.
    pub fn read(
        reader: &mut Reader<'_>,
        variable: &str,
        application: &str,
        connections: u32,
    ) -> Self {
        Self {
            url: reader.secret_url(variable),
            connections: reader.parsed("VELURE_DATABASE_CONNECTIONS", connections),
            application: application.to_owned(),
        }
    }

    /// How to connect, with the session's limits: a statement ends after 3 s, a wait for a lock after 2 s, and a
    /// transaction that its owner forgot after 5 s. All are shorter than any handler's deadline.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn connect_options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let options = PgConnectOptions::from_str(self.url.expose_secret())?;
        Ok(options
            .application_name(&self.application)
            .options([
                ("statement_timeout", "3s"),
                ("lock_timeout", "2s"),
                ("idle_in_transaction_session_timeout", "5s"),
            ])
            .disable_statement_logging())
    }

    /// A pool that connects when it is first used. A database that is away answers later, not never: nothing in a
    /// process has to be started again.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn pool(&self) -> Result<PgPool, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(self.connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(Duration::from_secs(600))
            .test_before_acquire(true)
            .after_release(|connection, _| Box::pin(is_usable(connection)));
        Ok(pool.connect_lazy_with(self.connect_options()?))
    }
}

/// Whether a connection that comes back has nothing left to say.
///
/// The pool asks the same afterwards and waits for ever: a caller that gave up on a connection which was forgotten on
/// the way would take its place in the pool with it.
pub(crate) async fn is_usable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    connection.ping().within(RELEASE_TIMEOUT).await?;
    Ok(true)
}
