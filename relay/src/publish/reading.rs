use std::collections::HashMap;
use std::future::pending;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;
use velure_postgres::Pool;
use velure_postgres::outbox::{Outbox, OutboxRow, PendingRow, ReadFrom, read_events, read_pending};

use crate::window::{Reach, Window};

/// Rows that one read is to find, over all shards, beside those that are known. It finds the known ones again, which
/// costs as much, so there are to be few beside so many.
const READ: usize = 16_384;

/// Of how many of them the events are read at once.
const EVENTS: usize = 2_048;

/// More is read when fewer events than this are ready.
const LOW: usize = 2_048;

/// When a read finds so many rows and there are no more, the next is nearly all of what is known, and it can wait: so many
/// times as long as this one took, but no longer than [`IDLE_POLL`]. What comes meanwhile stands behind those anyway.
const CROWD: usize = 1_024;
const PAUSE: u32 = 4;

/// How often is looked while there is something to do, and for a while after.
const BUSY_POLL: Duration = Duration::from_millis(20);

/// How often is looked otherwise. A wake-up comes sooner.
pub(super) const IDLE_POLL: Duration = Duration::from_millis(250);

/// How often is looked from the start, for rows that were held back.
const FULL_READ: Duration = Duration::from_secs(1);

/// A read is several statements: which events are pending, and then those of them that are not known, some at a time.
pub(super) enum Read {
    Pending(Vec<PendingRow>),
    Events(Vec<OutboxRow>),
}

type Reading = BoxFuture<'static, Result<Read, sqlx::Error>>;

/// Events on their way out of the database, one statement at a time.
pub(super) struct Reads {
    pool: Pool,
    /// How many rows may be held beside those that are read next. Rows whose outcome cannot be stored do not pile up.
    held: usize,
    under_way: Option<Reading>,
    next: Instant,
    next_full: Instant,
    began: Instant,
    /// How long after its beginning the next one is to begin at the earliest.
    pause: Duration,
    /// How many rows of a shard the read under way may find.
    limit: usize,
}

impl Reads {
    /// For a relay that has at most `in_flight` messages unconfirmed.
    pub(super) fn new(pool: Pool, in_flight: usize) -> Self {
        let now = Instant::now();
        Self {
            pool,
            held: in_flight + 4 * EVENTS,
            under_way: None,
            next: now,
            next_full: now,
            began: now,
            pause: Duration::ZERO,
            limit: 0,
        }
    }

    /// Whether nothing is being read.
    pub(super) fn at_rest(&self) -> bool {
        self.under_way.is_none()
    }

    /// The next read begins as soon as it can.
    pub(super) fn hurry(&mut self) {
        self.next = Instant::now();
    }

    /// So does the next one from the start.
    pub(super) fn hurry_from_the_start(&mut self) {
        self.hurry();
        self.next_full = self.next;
    }

    /// When [`Self::begin`] is to be called at the latest.
    pub(super) fn due(&self, window: &Window) -> Option<Instant> {
        (self.at_rest() && self.has_room(window)).then_some(self.next)
    }

    /// Whether what another read brings can be held.
    fn has_room(&self, window: &Window) -> bool {
        window.shards() > 0 && window.ready() < LOW && window.held() < self.held
    }

    /// Begins a statement, if it is time.
    pub(super) fn begin(&mut self, window: &mut Window, awake: bool) {
        if !self.at_rest() || !self.has_room(window) {
            return;
        }
        let unread = window.next_unread(EVENTS);
        if !unread.is_empty() {
            let pool = self.pool.clone();
            self.under_way = Some(Box::pin(async move {
                Ok(Read::Events(read_events(&pool, &unread).await?))
            }));
            return;
        }
        let now = Instant::now();
        if now < self.next {
            return;
        }
        let full = now >= self.next_full;
        if full {
            self.next_full = now + FULL_READ;
        }
        self.limit = READ.div_ceil(window.shards()) + window.most_held();
        let limit = i64::try_from(self.limit).expect("invariant: some ten thousand");
        let from: Vec<ReadFrom> = window.begin_read(if full { Reach::Full } else { Reach::Recent });
        let pool = self.pool.clone();
        self.under_way = Some(Box::pin(async move {
            Ok(Read::Pending(read_pending(&pool, &from, limit).await?))
        }));
        let poll = if awake { BUSY_POLL } else { IDLE_POLL };
        self.began = now;
        self.next = now + poll.max(self.pause);
    }

    /// What the statement under way read. Never comes while there is none.
    pub(super) async fn read(&mut self) -> Result<Read, sqlx::Error> {
        let Some(under_way) = &mut self.under_way else {
            return pending().await;
        };
        let read = under_way.await;
        self.under_way = None;
        read
    }

    /// Hands over what was read. How many events are new.
    pub(super) fn take(&mut self, window: &mut Window, read: Result<Read, sqlx::Error>) -> usize {
        match read {
            Ok(Read::Pending(found)) => {
                let now = Instant::now();
                self.pause = if found.len() < CROWD {
                    Duration::ZERO
                } else {
                    IDLE_POLL.min((now - self.began) * PAUSE)
                };
                if self.fills_a_limit(&found) {
                    self.next = now;
                }
                window.found(found);
                0
            }
            Ok(Read::Events(rows)) => window.take(rows),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the outbox could not be read"
                );
                window.unreadable();
                self.next = Instant::now() + IDLE_POLL;
                0
            }
        }
    }

    /// Whether any shard returned as much as it was allowed to, so that there is more.
    fn fills_a_limit(&self, rows: &[PendingRow]) -> bool {
        let mut counts = HashMap::<(Outbox, i16), usize>::new();
        rows.iter().any(|row| {
            let count = counts.entry((row.outbox, row.shard)).or_default();
            *count += 1;
            *count >= self.limit
        })
    }

    /// Waits for the statement under way, if there is one, so that its connection goes back to the pool as it came.
    pub(super) async fn rest(&mut self) {
        if !self.at_rest() {
            let _ = self.read().await;
        }
    }
}
