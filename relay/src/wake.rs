//! Listens for writers that found the relay asleep. An accelerator: the poll is the guarantee.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use velure_postgres::Asked;
use velure_postgres::Pool;
use velure_postgres::outbox::CHANNEL;
use velure_service::Backoff;

/// After so long without a wake-up the connection is asked whether it is still there: one that was forgotten on the way
/// would be silent for ever.
const SILENCE: Duration = Duration::from_secs(15);

/// Passes notifications on until it is asked to stop.
pub(crate) async fn listen(
    pool: Pool,
    wake: Arc<Notify>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            ended = session(&pool, &wake, &mut backoff) => {
                let error: sqlx::Error = ended;
                tracing::debug!(error = &error as &dyn std::error::Error, "nobody listens for wake-ups");
            }
        }
        if backoff.wait(&stop).await.is_err() {
            return Ok(());
        }
    }
}

async fn session(pool: &Pool, wake: &Notify, backoff: &mut Backoff) -> sqlx::Error {
    let connected = async {
        let mut listener = pool.listener().in_time().await?;
        listener.listen(CHANNEL).in_time().await?;
        Ok(listener)
    };
    let mut listener = match connected.await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    backoff.reset();
    loop {
        match timeout(SILENCE, listener.recv()).await {
            Ok(Ok(_)) => wake.notify_one(),
            Ok(Err(error)) => return error,
            Err(_) => {
                let still_there = sqlx::query_scalar!(r#"select 1 as "one!""#)
                    .fetch_one(&mut listener)
                    .in_time();
                if let Err(error) = still_there.await {
                    return error;
                }
            }
        }
    }
}
