use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use velure_amqp::{PublishError, Publisher, Settled};
use velure_faults::{Point, reach};
use velure_postgres::outbox::{Failure, OutboxRow};
use velure_service::Backoff;

use super::outcome::{Outcome, Outcomes, Stored};
use super::reading::{IDLE_POLL, Reads};
use super::trace::{self, Sends};
use super::{PublishTask, SessionEnded, message_of};
use crate::lease::Ask;
use crate::window::{AGE, Sent, Window};

/// How long the relay stays awake after the last event: as long writers need not wake it.
const LINGER: Duration = Duration::from_secs(3);

/// How often a refused row is tried before it is parked.
const ATTEMPTS: i32 = 10;

/// The longest wait before a row that failed is tried again.
const MAX_RETRY: Duration = Duration::from_secs(60);

/// So many messages in a row that reached no queue are no fault of the messages: the topology is broken.
const UNROUTABLE_IN_A_ROW: u32 = 100;

/// One connection's worth of publishing.
pub(super) struct Session<'a> {
    task: &'a mut PublishTask,
    publisher: Publisher,
    backoff: &'a mut Backoff,
    window: Window,
    sends: Sends,
    reads: Reads,
    /// What was last settled; kept for its room.
    settled: Vec<Settled>,
    outcomes: Outcomes,
    next_age: Instant,
    last_event: Instant,
    awake: bool,
    unroutable: u32,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        task: &'a mut PublishTask,
        publisher: Publisher,
        backoff: &'a mut Backoff,
    ) -> Self {
        let now = Instant::now();
        let outcomes = Outcomes::new(task.outbox.clone());
        let reads = Reads::new(task.outbox.clone(), task.window.get());
        Self {
            task,
            publisher,
            backoff,
            window: Window::default(),
            sends: Sends::default(),
            reads,
            settled: Vec::new(),
            outcomes,
            next_age: now + AGE,
            last_event: now - LINGER,
            awake: false,
            unroutable: 0,
        }
    }

    /// Until the connection fails, or until the process stops and nothing is in flight any more.
    pub(super) async fn run(&mut self) -> Result<(), SessionEnded> {
        self.task.holding.mark_changed();
        // Another session may have been awake.
        self.fall_asleep();
        loop {
            let stopping = self.task.stop.is_cancelled();
            if stopping {
                self.window.drop_ready();
                if self.window.is_empty() && self.outcomes.at_rest() && self.reads.at_rest() {
                    return Ok(());
                }
            } else {
                self.send().await?;
                self.reads.begin(&mut self.window, self.awake);
            }
            self.outcomes.begin(self.window.in_flight());
            self.hand_over();
            self.keep_time();
            self.task.metrics.in_flight.set(f64::from(
                u32::try_from(self.window.in_flight()).unwrap_or(u32::MAX),
            ));
            let due = if stopping {
                Instant::now() + IDLE_POLL
            } else {
                self.due()
            };
            tokio::select! {
                settled = self.publisher.settled(&mut self.settled) => {
                    settled?;
                    self.settle()?;
                }
                read = self.reads.read() => {
                    if self.reads.take(&mut self.window, read) > 0 {
                        self.last_event = Instant::now();
                    }
                }
                stored = self.outcomes.stored() => self.stored(&stored),
                changed = self.task.holding.changed() => {
                    if changed.is_err() {
                        // The lease task is gone, and the process with it.
                        return Ok(());
                    }
                    let shards = self.task.holding.borrow_and_update().shards.clone();
                    self.window.set_shards(&shards);
                    self.reads.hurry_from_the_start();
                    if self.awake {
                        self.ask(Ask::WakeUp);
                    }
                }
                () = self.task.wake.notified() => {
                    self.last_event = Instant::now();
                    self.reads.hurry();
                }
                () = self.task.asleep.notified() => self.reads.hurry(),
                () = sleep_until(due) => {}
                () = self.task.stop.cancelled(), if !stopping => {}
            }
        }
    }

    /// When something is to be done even if nothing happens.
    fn due(&self) -> Instant {
        let mut due = self.next_age;
        for at in [self.reads.due(&self.window), self.outcomes.due()] {
            due = at.map_or(due, |at| due.min(at));
        }
        if self.awake {
            due = due.min(self.last_event + LINGER);
        }
        if self.publisher.blocked() {
            // Nobody tells when the broker lets publishers go on.
            due = due.min(Instant::now() + IDLE_POLL);
        }
        due
    }

    async fn send(&mut self) -> Result<(), SessionEnded> {
        // A blocked broker confirms nothing: what is not sent now needs not be sent twice later.
        while self.window.in_flight() < self.task.window.get() && !self.publisher.blocked() {
            let Some(row) = self.window.next_row() else {
                break;
            };
            let mut span = trace::sending(&row);
            match message_of(&row, span.context()) {
                Ok(message) => {
                    let ticket = self.publisher.publish(message).await?;
                    self.window.sent(ticket, row);
                    self.sends.sent(ticket, span);
                    reach(Point::R2).await?;
                    if self.window.in_flight() > 1 {
                        reach(Point::R5).await?;
                    }
                }
                Err(error) => {
                    span.fail("unpublishable");
                    self.refused(&row, &error.to_string(), Some(ATTEMPTS));
                }
            }
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), SessionEnded> {
        let mut placed = Vec::new();
        let mut lost = None;
        let mut settled = std::mem::take(&mut self.settled);
        for Settled { ticket, outcome } in settled.drain(..) {
            let took = self.sends.settled(ticket, &outcome);
            let Some(row) = self.window.outcome(ticket) else {
                continue;
            };
            match outcome {
                Ok(()) => {
                    let sent = Sent::of(&row);
                    if sent.placed {
                        placed.push(row.order_id);
                    }
                    self.task.metrics.published(sent.outbox);
                    if let Some(took) = took {
                        self.task.metrics.confirm.record(took);
                    }
                    self.unroutable = 0;
                    self.backoff.reset();
                    self.outcomes.keep(sent, Outcome::Published);
                }
                Err(error) => {
                    self.task.metrics.publish_failures.increment(1);
                    match &error {
                        // Nothing of the row's own: it is never parked for it.
                        PublishError::Unroutable => {
                            self.unroutable += 1;
                            self.refused(&row, &error.to_string(), None);
                        }
                        PublishError::Refused => {
                            self.refused(&row, &error.to_string(), Some(ATTEMPTS))
                        }
                        PublishError::Doubtful => self.window.send_again(row),
                        PublishError::NotConfirming | PublishError::ChannelLost(_) => {
                            lost = Some(error.to_string())
                        }
                    }
                }
            }
        }
        self.settled = settled;
        if !placed.is_empty() && self.task.placed.try_send(placed).is_err() {
            self.task.metrics.hints_lost.increment(1);
        }
        if self.unroutable >= UNROUTABLE_IN_A_ROW {
            lost = Some(format!(
                "{UNROUTABLE_IN_A_ROW} messages in a row reached no queue"
            ));
        }
        match lost {
            Some(reason) => Err(SessionEnded::Channel(reason)),
            None => Ok(()),
        }
    }

    fn refused(&mut self, row: &OutboxRow, error: &str, park_after: Option<i32>) {
        let doubled = self
            .task
            .retry
            .saturating_mul(1 << row.attempts.clamp(0, 16));
        let retry_in = doubled
            .min(MAX_RETRY)
            .mul_f64(0.75 + 0.5 * rand::random::<f64>());
        let failure = Failure {
            error: error.to_owned(),
            retry_in,
            park_after,
        };
        tracing::warn!(
            event.id = %row.event_id,
            order.id = %row.order_id,
            event.kind = row.event_type,
            attempts = row.attempts + 1,
            error,
            "an event could not be published"
        );
        self.outcomes.keep(Sent::of(row), Outcome::Failed(failure));
    }

    fn stored(&mut self, stored: &Stored) {
        for sent in &stored.published {
            self.window.published(sent);
        }
        for sent in &stored.failed {
            self.window.failed(sent);
        }
    }

    /// What is confirmed is stored even when the connection is gone: that saves publishing it twice.
    pub(super) async fn store_outcomes(&mut self) {
        while let Some(stored) = self.outcomes.rest().await {
            self.stored(&stored);
        }
        self.reads.rest().await;
        self.task.metrics.in_flight.set(0.0);
    }

    /// Says which shards to be handed over are drained.
    fn hand_over(&mut self) {
        let holding = self.task.holding.borrow();
        let drained: Vec<i16> = holding
            .giving_back
            .iter()
            .copied()
            .filter(|shard| self.window.is_drained(*shard))
            .collect();
        drop(holding);
        if !drained.is_empty() {
            self.ask(Ask::Drained(drained));
        }
    }

    fn keep_time(&mut self) {
        self.task.heart.beat();
        let now = Instant::now();
        if now >= self.next_age {
            self.window.age();
            self.next_age = now + AGE;
        }
        let busy = now < self.last_event + LINGER;
        if self.awake && !busy {
            self.fall_asleep();
        } else if !self.awake && busy {
            self.awake = true;
            self.ask(Ask::WakeUp);
        }
    }

    /// The notification that this is done makes us look once more: a writer that found us awake just before is then
    /// seen, if it has committed, and else by the poll.
    fn fall_asleep(&mut self) {
        self.awake = false;
        self.ask(Ask::FallAsleep(self.task.asleep.clone()));
    }

    /// Asks the lease task. When it does not listen the leases are lost or about to be; what is asked is asked again
    /// when they are back, and until then the poll does without.
    fn ask(&self, ask: Ask) {
        let _ = self.task.asks.try_send(ask);
    }
}
