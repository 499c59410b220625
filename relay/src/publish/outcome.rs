use sqlx::PgPool;
use velure_postgres::outbox::{Failure, Outbox, RowKey, mark_failed, mark_published};

use crate::window::Sent;

/// What is to be stored of a row.
pub(super) enum Outcome {
    Published,
    Failed(Failure),
}

/// How far storing outcomes came.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) published: Vec<Sent>,
    pub(super) failed: Vec<Sent>,
    pub(super) left: Vec<(Sent, Outcome)>,
    pub(super) error: Option<sqlx::Error>,
}

/// Stores outcomes: one statement for what was published in each outbox, and one for each failure.
pub(super) async fn store(pool: &PgPool, outcomes: Vec<(Sent, Outcome)>) -> Stored {
    let mut stored = Stored {
        left: outcomes,
        ..Stored::default()
    };
    for outbox in Outbox::ALL {
        let is_published = |(sent, outcome): &(Sent, Outcome)| {
            sent.outbox == outbox && matches!(outcome, Outcome::Published)
        };
        let rows: Vec<RowKey> = stored
            .left
            .iter()
            .filter(|one| is_published(one))
            .map(|(sent, _)| sent.row)
            .collect();
        if let Err(error) = mark_published(pool, outbox, &rows).await {
            stored.error = Some(error);
            return stored;
        }
        let (published, left): (Vec<_>, Vec<_>) = stored.left.into_iter().partition(is_published);
        stored
            .published
            .extend(published.into_iter().map(|(sent, _)| sent));
        stored.left = left;
    }
    while let Some((sent, outcome)) = stored.left.pop() {
        let Outcome::Failed(failure) = &outcome else {
            continue;
        };
        match mark_failed(pool, sent.outbox, sent.row, failure).await {
            Ok(parked) => {
                if parked {
                    tracing::error!(event.id = %sent.event_id, order.id = %sent.order_id, "an event is parked: its order waits for a person");
                }
                stored.failed.push(sent);
            }
            Err(error) => {
                stored.left.push((sent, outcome));
                stored.error = Some(error);
                return stored;
            }
        }
    }
    stored
}
