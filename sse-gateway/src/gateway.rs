use std::sync::Arc;

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
