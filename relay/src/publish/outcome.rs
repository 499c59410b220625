use std::future::pending;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;
use velure_faults::{Point, during, reach};
use velure_postgres::Pool;
use velure_postgres::injected;
use velure_postgres::outbox::{Failure, Outbox, RowKey, mark_failed, mark_published};

use crate::window::Sent;

/// Outcomes are stored together: when there are this many, when nothing else is in flight, or when the first has
/// waited this long. One by one each would cost a transaction.
const TOGETHER: usize = 512;
const LINGER: Duration = Duration::from_millis(4);

/// How long the database is left alone that did not take outcomes.
const PAUSE: Duration = Duration::from_millis(250);

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
    left: Vec<(Sent, Outcome)>,
    error: Option<sqlx::Error>,
}

/// Outcomes on their way into the database, one statement at a time.
pub(super) struct Outcomes {
    pool: Pool,
    waiting: Vec<(Sent, Outcome)>,
    under_way: Option<BoxFuture<'static, Stored>>,
    /// When the waiting ones are stored, however few they are.
    due: Instant,
    not_before: Instant,
}

impl Outcomes {
    pub(super) fn new(pool: Pool) -> Self {
        let now = Instant::now();
        Self {
            pool,
            waiting: Vec::new(),
            under_way: None,
            due: now,
            not_before: now,
        }
    }

    pub(super) fn keep(&mut self, sent: Sent, outcome: Outcome) {
        if self.waiting.is_empty() {
            self.due = Instant::now() + LINGER;
        }
        self.waiting.push((sent, outcome));
    }

    /// Whether nothing is on its way into the database.
    pub(super) fn at_rest(&self) -> bool {
        self.under_way.is_none()
    }

    /// When [`Self::begin`] is to be called at the latest.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.at_rest() && !self.waiting.is_empty()).then(|| self.due.max(self.not_before))
    }

    /// Begins to store what waits, if it is time.
    pub(super) fn begin(&mut self, in_flight: usize) {
        let now = Instant::now();
        let enough = in_flight == 0 || self.waiting.len() >= TOGETHER || now >= self.due;
        if self.at_rest() && !self.waiting.is_empty() && enough && now >= self.not_before {
            self.begin_now();
        }
    }

    fn begin_now(&mut self) {
        let (pool, outcomes) = (self.pool.clone(), std::mem::take(&mut self.waiting));
        self.under_way = Some(Box::pin(async move { store(&pool, outcomes).await }));
    }

    /// What the statement under way stored; what it did not waits again. Never comes while there is none.
    pub(super) async fn stored(&mut self) -> Stored {
        let Some(under_way) = &mut self.under_way else {
            return pending().await;
        };
        let mut stored = under_way.await;
        self.under_way = None;
        if let Some(error) = &stored.error {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "outcomes could not be stored"
            );
            self.waiting.append(&mut stored.left);
            self.not_before = Instant::now() + PAUSE;
        }
        stored
    }

    /// Stores what is left, until there is nothing, or the database refuses.
    pub(super) async fn rest(&mut self) -> Option<Stored> {
        if self.at_rest() {
            let refused = Instant::now() < self.not_before;
            if self.waiting.is_empty() || refused {
                return None;
            }
            self.begin_now();
        }
        Some(self.stored().await)
    }
}

async fn mark(pool: &Pool, outbox: Outbox, rows: &[RowKey]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    reach(Point::R3).await.map_err(injected)?;
    let marking = mark_published(pool, outbox, rows);
    during(Point::R4, marking).await.map_err(injected)?
}

/// Stores outcomes: one statement for what was published in each outbox, and one for each failure.
async fn store(pool: &Pool, outcomes: Vec<(Sent, Outcome)>) -> Stored {
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
        if let Err(error) = mark(pool, outbox, &rows).await {
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
        let marked = match reach(Point::R6).await {
            Ok(()) => mark_failed(pool, sent.outbox, sent.row, failure).await,
            Err(fault) => Err(injected(fault)),
        };
        match marked {
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
