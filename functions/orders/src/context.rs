//! - `VELURE_ORDERS_DATABASE_URL` (required, secret): the orders database, as `velure_orders_api`.
//! - `VELURE_CATALOG_URL` (to place orders): where the catalog answers.
//! - `VELURE_ORDERS_PER_MINUTE` (default 60): how many orders one buyer may place in a minute.
//! - what [`velure_clients::authenticator`] reads, to know who calls.

use std::sync::OnceLock;

use velure_clients::{CatalogClient, CatalogConfig};
use velure_config::{Env, Reader};
use velure_http::{Auth, Authenticator, Context, StartError};
use velure_postgres::orders::OrderStore;
use velure_postgres::{DatabaseConfig, Pool};

/// What the orders context can connect to.
#[derive(Debug)]
pub struct OrdersContext {
    env: Env,
    pool: OnceLock<Pool>,
    authenticator: tokio::sync::OnceCell<Authenticator>,
}

impl Context for OrdersContext {
    const NAME: &'static str = "orders";

    fn new(env: Env) -> Self {
        Self {
            env,
            pool: OnceLock::new(),
            authenticator: tokio::sync::OnceCell::new(),
        }
    }

    fn env(&self) -> &Env {
        &self.env
    }

    async fn authenticator(&self, _: Auth) -> Result<Authenticator, StartError> {
        self.authenticator
            .get_or_try_init(|| velure_clients::authenticator(&self.env))
            .await
            .cloned()
    }
}

impl OrdersContext {
    /// The orders, over the context's one pool. The first connection is made now, so that it is part of the init
    /// phase; a database that is away is tried again by the first request.
    pub(crate) async fn orders(&self) -> Result<OrderStore, StartError> {
        let pool = match self.pool.get() {
            Some(pool) => pool.clone(),
            None => {
                let mut reader = Reader::new(&self.env);
                let config = DatabaseConfig::read(
                    &mut reader,
                    "VELURE_ORDERS_DATABASE_URL",
                    "velure-orders",
                    1,
                );
                let config = reader.finish(config)?;
                let pool = config
                    .pool()
                    .map_err(|error| StartError::client("the orders database", error))?;
                self.pool.get_or_init(|| pool).clone()
            }
        };
        if let Err(error) = pool.acquire().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the orders database does not answer yet"
            );
        }
        Ok(OrderStore::new(pool))
    }

    pub(crate) fn catalog(&self) -> Result<CatalogClient, StartError> {
        let mut reader = Reader::new(&self.env);
        let config = CatalogConfig::read(&mut reader);
        let config = reader.finish(config)?;
        CatalogClient::new(&config).map_err(|error| StartError::client("the catalog client", error))
    }
}
