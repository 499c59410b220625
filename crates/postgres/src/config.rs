use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_config::{ExposeSecret, Reader, SecretString};

use crate::Pool;

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
    pub fn pool(&self) -> Result<Pool, sqlx::Error> {
        let options = PgPoolOptions::new()
            .max_connections(self.connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(Duration::from_secs(600))
            .test_before_acquire(true);
        Ok(options.connect_lazy_with(self.connect_options()?).into())
    }
}
