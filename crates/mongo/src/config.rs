use std::time::Duration;

use mongodb::options::{Acknowledgment, ClientOptions, WriteConcern};
use mongodb::{Client, Database};
use velure_config::{ExposeSecret, Reader, SecretString};

use crate::StoreError;

/// How long a call waits for a server that can answer, and a new connection for the server to accept it. Each
/// is below [`crate::DEADLINE`], so that a server that is away is told from one that is slow.
const REACH: Duration = Duration::from_secs(2);

/// How to reach the catalogue.
///
/// - `VELURE_MONGODB_URI` (required, secret): `mongodb://user:password@host:port/database?…`; the database is part
///   of it.
/// - `VELURE_DATABASE_CONNECTIONS` (default differs by process; 2 in a function): connections kept at most.
#[derive(Debug, Clone)]
pub struct MongoConfig {
    uri: SecretString,
    connections: u32,
    application: String,
}

impl MongoConfig {
    /// Reads the URI; `connections` is the pool's size when nothing else is set.
    pub fn read(reader: &mut Reader<'_>, application: &str, connections: u32) -> Self {
        let uri = reader.secret_url("VELURE_MONGODB_URI");
        let connections = reader.parsed("VELURE_DATABASE_CONNECTIONS", connections);
        Self {
            uri,
            connections,
            application: application.to_owned(),
        }
    }

    /// A database handle that connects when it is first used: a server that is away answers later, not never.
    ///
    /// # Errors
    /// When the URI cannot be read, names no database, or its DNS seed list cannot be resolved.
    pub(crate) async fn database(&self) -> Result<Database, StoreError> {
        let mut options = ClientOptions::parse(self.uri.expose_secret()).await?;
        options.app_name = Some(self.application.clone());
        options.server_selection_timeout = Some(REACH);
        options.connect_timeout = Some(REACH);
        options.max_pool_size = Some(self.connections);
        options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).build());
        Client::with_options(options)?
            .default_database()
            .ok_or(StoreError::NoDatabase)
    }
}
