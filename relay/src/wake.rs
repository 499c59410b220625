//! Listens for writers that found the relay asleep. An accelerator: the poll is the guarantee.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use velure_postgres::outbox::CHANNEL;
use velure_service::Backoff;

/// Passes notifications on until it is asked to stop.
pub(crate) async fn listen(
    pool: PgPool,
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

async fn session(pool: &PgPool, wake: &Notify, backoff: &mut Backoff) -> sqlx::Error {
    let connected = async {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    };
    let mut listener = match connected.await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    backoff.reset();
    loop {
        if let Err(error) = listener.recv().await {
            return error;
        }
        wake.notify_one();
    }
}
