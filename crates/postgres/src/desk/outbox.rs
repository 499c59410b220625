use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use velure_domain::UnknownName;

use super::action::note;
use super::{DeskStore, Why};

/// Whose outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Books {
    /// The orders API's.
    Orders,
    /// The order processor's.
    Fulfilment,
}

impl Books {
    fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Fulfilment => "fulfilment",
        }
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Books {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Orders, Self::Fulfilment]
            .into_iter()
            .find(|books| books.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// An event that is not settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Whose.
    pub books: Books,
    /// Its place.
    pub sequence: i64,
    /// The order it tells of, and holds back while it is parked.
    pub order_id: Uuid,
    /// Its routing key.
    pub event_type: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// How often it was published in vain.
    pub attempts: i32,
    /// What the last try came to.
    pub last_error: Option<String>,
    /// Since when it is tried no more.
    pub parked_at: Option<DateTime<Utc>>,
}

/// What is to be given another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unparking {
    /// Every parked event.
    All,
    /// Those of one order.
    Order(Uuid),
}

impl DeskStore {
    /// Events that are parked or were published in vain, the oldest first; with `all`, every one that is not settled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unsettled(&self, all: bool, limit: u16) -> Result<Vec<OutboxRow>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"select p.books as "books!", p.sequence as "sequence!", p.order_id as "order_id!", p.event_type as "event_type!",
                 p.created_at as "created_at!", p.attempts as "attempts!", p.last_error, p.parked_at
               from (
                 select 'orders' as books, p.sequence, p.order_id, o.event_type, p.created_at, p.attempts, p.last_error, p.parked_at
                 from orders.outbox_pending p join orders.outbox o using (created_at, sequence)
                 union all
                 select 'fulfilment', p.sequence, p.order_id, o.event_type, p.created_at, p.attempts, p.last_error, p.parked_at
                 from fulfilment.outbox_pending p join fulfilment.outbox o using (created_at, sequence)) p
               where $1 or p.attempts > 0 or p.parked_at is not null
               order by p.created_at, p.sequence limit $2"#,
            all,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(OutboxRow {
                    books: row
                        .books
                        .parse()
                        .map_err(|error: UnknownName| sqlx::Error::Decode(error.into()))?,
                    sequence: row.sequence,
                    order_id: row.order_id,
                    event_type: row.event_type,
                    created_at: row.created_at,
                    attempts: row.attempts,
                    last_error: row.last_error,
                    parked_at: row.parked_at,
                })
            })
            .collect()
    }

    /// Has the relay try parked events again as if they were new. Which ones is returned; each is written down with who
    /// and why in the same transaction. Doing it twice changes nothing more: an event that is not parked is left alone.
    ///
    /// # Errors
    /// When the database does not answer or refuses. Then nothing was changed.
    pub async fn unpark(
        &self,
        what: Unparking,
        why: &Why,
    ) -> Result<Vec<(Books, i64)>, sqlx::Error> {
        let order = match what {
            Unparking::All => None,
            Unparking::Order(order_id) => Some(order_id),
        };
        let mut tx = self.pool.begin().await?;
        let mut unparked = Vec::new();
        let orders = sqlx::query!(
            "update orders.outbox_pending set parked_at = null, attempts = 0, not_before = now()
             where parked_at is not null and attempts > 0 and ($1::uuid is null or order_id = $1)
             returning sequence, order_id",
            order,
        )
        .fetch_all(&mut *tx)
        .await?;
        unparked.extend(
            orders
                .into_iter()
                .map(|row| (Books::Orders, row.sequence, row.order_id)),
        );
        let fulfilment = sqlx::query!(
            "update fulfilment.outbox_pending set parked_at = null, attempts = 0, not_before = now()
             where parked_at is not null and attempts > 0 and ($1::uuid is null or order_id = $1)
             returning sequence, order_id",
            order,
        )
        .fetch_all(&mut *tx)
        .await?;
        unparked.extend(
            fulfilment
                .into_iter()
                .map(|row| (Books::Fulfilment, row.sequence, row.order_id)),
        );
        for (books, sequence, order_id) in &unparked {
            let subject = format!("{books} outbox {sequence}");
            note(
                &mut tx,
                why,
                "outbox unpark",
                &subject,
                *order_id,
                "unparked",
            )
            .await?;
        }
        tx.commit().await?;
        Ok(unparked
            .into_iter()
            .map(|(books, sequence, _)| (books, sequence))
            .collect())
    }
}
