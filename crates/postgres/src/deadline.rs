use std::io;
use std::time::Duration;

use futures::FutureExt;
use tokio::time::timeout;

/// The longest wait for one answer of the database: a statement is ended by the database after 3 s, a connection is
/// waited for 2 s, and the rest is for the way.
pub const DEADLINE: Duration = Duration::from_secs(4);

/// A question to the database. It is asked from within a runtime.
pub trait Asked<T>: Future<Output = Result<T, sqlx::Error>> + Send + Sized {
    /// Its answer, unless that takes longer than [`DEADLINE`].
    ///
    /// PostgreSQL ends what takes too long, and says so. A connection that was forgotten on the way, by a failover or by
    /// a router that lost its table, says nothing for ever: the driver has no deadline, and the kernel has none for an
    /// answer that is waited for. Whether a change was made is then as unknown as after any lost connection.
    fn in_time(self) -> impl Future<Output = Result<T, sqlx::Error>> + Send {
        self.within(DEADLINE)
    }

    /// Its answer, unless that takes longer than `limit`.
    fn within(self, limit: Duration) -> impl Future<Output = Result<T, sqlx::Error>> + Send {
        timeout(limit, self).map(move |answer| {
            answer.unwrap_or_else(|_| {
                // Transient: another connection may answer.
                let said = format!("the database did not answer within {limit:?}");
                Err(io::Error::new(io::ErrorKind::TimedOut, said).into())
            })
        })
    }
}

impl<T, F: Future<Output = Result<T, sqlx::Error>> + Send> Asked<T> for F {}
