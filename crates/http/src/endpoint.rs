use std::future::Future;

use velure_config::{ConfigFaults, Env};

use crate::{ApiError, Auth, Authenticator, Reply, Request};

/// Why an endpoint cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Variables are missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigFaults),
    /// A client could not be built from the configuration.
    #[error("{what} cannot be used")]
    Client {
        /// Which.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StartError {
    /// `what` could not be built.
    pub fn client(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Client {
            what,
            source: source.into(),
        }
    }
}

/// What a bounded context can connect to. Its endpoints share it: one pool in the server, one connection in a
/// function. It builds what is asked for and nothing else, so a function needs only the variables of its own stores.
pub trait Context: Sized + Send + Sync + 'static {
    /// The context's name in the route table.
    const NAME: &'static str;

    /// A context over these variables. Reads and connects nothing yet.
    fn new(env: Env) -> Self;

    /// The variables.
    fn env(&self) -> &Env;

    /// Who finds out who calls a route that asks for `auth`. Asked for only by routes that want somebody, and needs the
    /// variables of that kind of caller alone: a function of an internal route has no business with users' sessions.
    ///
    /// # Errors
    /// When keys or clients cannot be built from the variables.
    fn authenticator(
        &self,
        auth: Auth,
    ) -> impl Future<Output = Result<Authenticator, StartError>> + Send;
}

/// One HTTP endpoint: what it needs, and what it does with a request.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Its name in the route table.
    const NAME: &'static str;

    /// The context it belongs to.
    type Context: Context;

    /// Builds what it needs. Runs once, in a function's init phase: what can be connected is connected here, at once.
    ///
    /// A store that is away is no reason to fail: its requests answer 503 until it is back.
    ///
    /// # Errors
    /// When the variables do not allow it.
    fn connect(context: &Self::Context) -> impl Future<Output = Result<Self, StartError>> + Send;

    /// Answers one request. Nothing goes on after the answer.
    ///
    /// # Errors
    /// With the problem to answer.
    fn handle(&self, request: Request) -> impl Future<Output = Result<Reply, ApiError>> + Send;
}
