//! - `VELURE_MONGODB_URI` (required, secret) and `VELURE_DATABASE_CONNECTIONS`: see [`MongoConfig`].
//! - `VELURE_ACCESS_JWKS` with what [`velure_clients::authenticator`] reads (for administrators' routes).
//! - `VELURE_SERVICE_JWKS` (for the internal routes): the public keys of our own processes, a JWK set.

use tokio::sync::OnceCell;
use velure_config::{Env, Reader};
use velure_http::{Auth, Authenticator, Context, StartError};
use velure_mongo::{CatalogStore, MongoConfig};

/// A list asks for its page and its total at once, so two connections are what one request can use.
const CONNECTIONS: u32 = 2;

/// What the catalog context can connect to.
#[derive(Debug)]
pub struct CatalogContext {
    env: Env,
    store: OnceCell<CatalogStore>,
    users: OnceCell<Authenticator>,
}

impl Context for CatalogContext {
    const NAME: &'static str = "catalog";

    fn new(env: Env) -> Self {
        Self {
            env,
            store: OnceCell::new(),
            users: OnceCell::new(),
        }
    }

    fn env(&self) -> &Env {
        &self.env
    }

    async fn authenticator(&self, auth: Auth) -> Result<Authenticator, StartError> {
        if auth == Auth::Service {
            return velure_clients::service_authenticator(&self.env, Self::NAME);
        }
        self.users
            .get_or_try_init(|| velure_clients::authenticator(&self.env))
            .await
            .cloned()
    }
}

impl CatalogContext {
    /// The catalogue, over the context's one pool. The first connection is made now, so that it is part of the init
    /// phase; a database that is away is tried again by the first request.
    pub(crate) async fn catalogue(&self) -> Result<CatalogStore, StartError> {
        let connect = || async {
            let mut reader = Reader::new(&self.env);
            let config = MongoConfig::read(&mut reader, "velure-catalog", CONNECTIONS);
            let config = reader.finish(config)?;
            let store = CatalogStore::connect(&config)
                .await
                .map_err(|error| StartError::client("VELURE_MONGODB_URI", error))?;
            if let Err(error) = store.ping().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the catalogue database does not answer yet"
                );
            }
            Ok(store)
        };
        self.store.get_or_try_init(connect).await.cloned()
    }
}
