use std::sync::Arc;

use mongodb::bson::doc;
use mongodb::{Client, Collection, Database};
use tokio::sync::Semaphore;

use crate::document::{OperationDocument, ProductDocument, ReservationDocument};
use crate::error::bounded;
use crate::{MongoConfig, StoreError};

/// How many transactions of one process are under way at once; more wait their turn. On a product that everybody
/// wants more of them would only make each other start over.
const TRANSACTIONS: usize = 4;

/// Reads and writes the catalogue. Cheap to clone; all clones share one pool.
#[derive(Debug, Clone)]
pub struct CatalogStore {
    pub(crate) database: Database,
    pub(crate) products: Collection<ProductDocument>,
    pub(crate) reservations: Collection<ReservationDocument>,
    pub(crate) operations: Collection<OperationDocument>,
    pub(crate) turns: Arc<Semaphore>,
}

impl CatalogStore {
    /// A store that connects when it is first used.
    ///
    /// # Errors
    /// When the URI cannot be read or names no database.
    pub async fn connect(config: &MongoConfig) -> Result<Self, StoreError> {
        Ok(Self::of(config.database().await?))
    }

    pub(crate) fn of(database: Database) -> Self {
        Self {
            products: database.collection("products"),
            reservations: database.collection("reservations"),
            operations: database.collection("inventory_operations"),
            database,
            turns: Arc::new(Semaphore::new(TRANSACTIONS)),
        }
    }

    /// Asks the server whether it is there. Also opens the first connection.
    ///
    /// # Errors
    /// When it is not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        bounded(async { self.database.run_command(doc! { "ping": 1 }).await }).await?;
        Ok(())
    }

    pub(crate) fn client(&self) -> &Client {
        self.database.client()
    }
}
