use std::ops::{Deref, DerefMut};

use sqlx::{Executor, PgConnection};

use crate::Connection;

/// A transaction on a connection of its own. What is dropped is rolled back at once, when its connection goes back.
#[derive(Debug)]
pub struct Transaction(Connection);

impl Transaction {
    pub(crate) async fn begin(mut connection: Connection) -> Result<Self, sqlx::Error> {
        // Whoever gives up meanwhile leaves one that may be open.
        connection.in_transaction = true;
        connection.execute("begin").await?;
        Ok(Self(connection))
    }

    /// # Errors
    /// When the database did not answer, or refused. Without an answer nobody knows whether it was committed.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.end("commit").await
    }

    /// # Errors
    /// When the database did not answer. It rolls back when it notices that nobody is there.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.end("rollback").await
    }

    async fn end(mut self, how: &'static str) -> Result<(), sqlx::Error> {
        self.0.execute(how).await?;
        self.0.in_transaction = false;
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
