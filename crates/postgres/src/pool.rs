use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{
    PgConnectOptions, PgListener, PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo,
};
use sqlx::{Describe, Either, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::Transaction;

/// How long a connection that comes back may take to say that it is idle. It is closed when it does not.
const RETURN_TIMEOUT: Duration = Duration::from_secs(1);

/// The connections that a process keeps to one database, all of which find their way back.
///
/// sqlx asks a connection that comes back whether it is idle, and waits for ever. One that was forgotten on the way would
/// take its place in the pool with it, and a pool of one would never answer again. Here that question has a deadline, and
/// the place is free afterwards whatever the connection said.
#[derive(Clone, Debug)]
pub struct Pool(PgPool);

impl From<PgPool> for Pool {
    fn from(pool: PgPool) -> Self {
        Self(pool)
    }
}

impl Pool {
    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// When the database is away, refuses, or every connection is in use for as long as the pool waits.
    pub async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        let held = Some(self.0.acquire().await?);
        Ok(Connection {
            held,
            in_transaction: false,
        })
    }

    /// A transaction on a connection of its own.
    ///
    /// # Errors
    /// Those of [`Pool::acquire`], and when the transaction cannot be opened.
    pub async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        Transaction::begin(self.acquire().await?).await
    }

    /// A listener on a connection beside the pool's: it is kept for as long as it listens, and when it is lost no place of
    /// the pool is.
    ///
    /// # Errors
    /// When the database is away or refuses.
    pub async fn listener(&self) -> Result<PgListener, sqlx::Error> {
        let one = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.0.options().get_acquire_timeout());
        let one = one.connect_lazy_with((*self.connect_options()).clone());
        PgListener::connect_with(&one).await
    }

    /// How to connect to the database.
    #[must_use]
    pub fn connect_options(&self) -> Arc<PgConnectOptions> {
        self.0.connect_options()
    }

    /// How many connections there are at most.
    #[must_use]
    pub fn max_connections(&self) -> u32 {
        self.0.options().get_max_connections()
    }
}

/// A connection that goes back into its [`Pool`] when it is dropped.
#[derive(Debug)]
pub struct Connection {
    held: Option<PoolConnection<Postgres>>,
    /// A transaction may be open, and has to end before anybody else uses this.
    pub(crate) in_transaction: bool,
}

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.held.as_ref().expect("invariant: held until the drop")
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.held.as_mut().expect("invariant: held until the drop")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else {
            return;
        };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(give_back(held, self.in_transaction))),
            Err(_) => drop(held.detach()),
        }
    }
}

/// What does not answer in time is closed, and its place is free: each future owns the connection and the place.
async fn give_back(mut held: PoolConnection<Postgres>, in_transaction: bool) {
    if in_transaction {
        let rolled_back = timeout(RETURN_TIMEOUT, held.execute("rollback")).await;
        if !matches!(rolled_back, Ok(Ok(_))) {
            drop(held.detach());
            return;
        }
    }
    drop(timeout(RETURN_TIMEOUT, held.return_to_pool()).await);
}

/// Statements on whichever connection is free. Rows are handed on when all are there: every query of the shop has a
/// limit.
impl<'p> Executor<'p> for &'p Pool {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let answered = async move {
            let mut connection = self.acquire().await?;
            let steps: Vec<_> = connection.fetch_many(query).try_collect().await?;
            Ok(stream::iter(steps).map(Ok))
        };
        answered.try_flatten_stream().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        async move { self.acquire().await?.fetch_optional(query).await }.boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'p: 'e,
    {
        async move { self.acquire().await?.prepare_with(sql, parameters).await }.boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'p: 'e,
    {
        async move { self.acquire().await?.describe(sql).await }.boxed()
    }
}
