//! The endpoints that belong to no context: health, and the answer for a route that is not there.

use velure_config::Env;
use velure_contracts::http::Health;
use velure_http::{
    ApiError, Auth, Authenticator, Context, Endpoint, Mounted, Reply, Request, StartError,
};

/// Connects to nothing.
#[derive(Debug)]
pub struct EdgeContext {
    env: Env,
}

impl Context for EdgeContext {
    const NAME: &'static str = "edge";

    fn new(env: Env) -> Self {
        Self { env }
    }

    fn env(&self) -> &Env {
        &self.env
    }

    async fn authenticator(&self, _: Auth) -> Result<Authenticator, StartError> {
        Ok(Authenticator::nobody())
    }
}

/// `GET /api/health`: the edge and a function answer. Says nothing about stores: what needs one says so itself.
#[derive(Debug)]
pub struct GetHealth;

impl Endpoint for GetHealth {
    const NAME: &'static str = "get-health";
    type Context = EdgeContext;

    async fn connect(_: &EdgeContext) -> Result<Self, StartError> {
        Ok(Self)
    }

    async fn handle(&self, _: Request) -> Result<Reply, ApiError> {
        Ok(Reply::ok(&Health {
            status: "ok".to_owned(),
        }))
    }
}

/// Connects every endpoint of this context.
///
/// # Errors
/// Never yet.
pub async fn mount(context: &EdgeContext) -> Result<Vec<Mounted>, StartError> {
    Ok(vec![Mounted::connect::<GetHealth>(context).await?])
}
