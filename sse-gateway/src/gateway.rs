use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use velure_http::{Authenticator, KeySet, SessionCheck};
use velure_postgres::gateway::GatewayStore;
use velure_service::StopToken;

use crate::Limits;
use crate::metrics::Metrics;
use crate::registry::Registry;

/// What every connection shares.
pub(crate) struct Gateway {
    pub(crate) store: GatewayStore,
    pub(crate) registry: Registry,
    pub(crate) authenticator: Authenticator,
    pub(crate) sessions: Arc<dyn SessionCheck>,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) stop: StopToken,
    /// Turns at the database for streams, one fewer than it has connections: the sweep is never kept waiting.
    pub(crate) turns: Semaphore,
}

/// How long a stream waits for its turn at the database. When a replica ends, all its streams come to the others at
/// once; they are to be served a little later, and not sent away.
const PATIENCE: Duration = Duration::from_secs(8);

/// So many streams want to read that this one would wait too long.
#[derive(Debug, thiserror::Error)]
#[error("no turn at the database within {PATIENCE:?}")]
pub(crate) struct NoTurn;

impl Gateway {
    /// A turn at the database. Waiting here, in order, and not for a connection: those who wait for a connection are
    /// given up after two seconds.
    pub(crate) async fn turn(&self) -> Result<SemaphorePermit<'_>, NoTurn> {
        let turn = timeout(PATIENCE, self.turns.acquire())
            .await
            .map_err(|_| NoTurn)?;
        Ok(turn.expect("invariant: the semaphore is never closed"))
    }
}

/// Who may read: keys that sign access tokens, and what knows whether a session goes on.
#[derive(Clone)]
pub struct Access {
    /// The public keys of access tokens.
    pub keys: KeySet,
    /// Knows whether a session goes on.
    pub sessions: Arc<dyn SessionCheck>,
}

impl Access {
    pub(crate) fn authenticator(&self) -> Authenticator {
        Authenticator::nobody().users(self.keys.clone(), self.sessions.clone())
    }
}
