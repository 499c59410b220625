use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::DeskStore;

/// Who changes something, and why: both are kept for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// A person's name, 1 to 100 characters.
    pub operator: String,
    /// What for, 3 to 500 characters.
    pub reason: String,
}

/// A change that was made or begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// Who.
    pub operator: String,
    /// The database's name for them.
    pub login: String,
    /// Why.
    pub reason: String,
    /// What was done: `outbox unpark`, `dlq replay`, `dlq drop`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What came of it; nothing while nobody knows.
    pub outcome: Option<String>,
}

impl DeskStore {
    /// Writes down that a change outside of this database begins. The number is for [`Self::finish`].
    ///
    /// # Errors
    /// When the database does not answer or refuses. Then the change must not be made.
    pub async fn begin(
        &self,
        why: &Why,
        action: &str,
        subject: &str,
        order_id: Option<Uuid>,
    ) -> Result<i64, sqlx::Error> {
        write(&self.pool, why, action, subject, order_id).await
    }

    /// Writes down what came of it.
    ///
    /// # Errors
    /// When the database does not answer; then the change stays as begun.
    pub async fn finish(&self, action_id: i64, outcome: &str) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "update operations.actions set outcome = $2, finished_at = now() where action_id = $1",
            action_id,
            outcome,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The last changes, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn actions(&self, limit: u16) -> Result<Vec<Action>, sqlx::Error> {
        sqlx::query_as!(
            Action,
            "select started_at, operator, login, reason, action, subject, outcome from operations.actions
             order by action_id desc limit $1",
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await
    }
}

/// A change that is made in the transaction of `connection`, and is finished when that commits.
pub(super) async fn note(
    connection: &mut PgConnection,
    why: &Why,
    action: &str,
    subject: &str,
    order_id: Uuid,
    outcome: &str,
) -> Result<(), sqlx::Error> {
    let action_id = write(&mut *connection, why, action, subject, Some(order_id)).await?;
    sqlx::query!(
        "update operations.actions set outcome = $2, finished_at = now() where action_id = $1",
        action_id,
        outcome,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write(
    executor: impl PgExecutor<'_>,
    why: &Why,
    action: &str,
    subject: &str,
    order_id: Option<Uuid>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into operations.actions (operator, reason, action, subject, order_id) values ($1, $2, $3, $4, $5)
         returning action_id",
        why.operator,
        why.reason,
        action,
        subject,
        order_id,
    )
    .fetch_one(executor)
    .await
}
