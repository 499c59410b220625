//! From the window to the broker, and what comes back.

use std::time::Duration;

use velure_amqp::Ticket;
use velure_postgres::outbox::OutboxRow;
use velure_relay::window::Sent;

use super::{Outcome, Step};
use crate::Trap;
use crate::broker::Queue;
use crate::outbox::{Fact, number_of};
use crate::world::{Happening, Process, World};

/// How long a refused row waits at first.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    Ok,
    Unroutable,
    Refused,
    Doubtful,
}

/// A message on its way to the broker; its sender may be gone when it arrives.
#[derive(Debug)]
pub(crate) struct Arrival {
    session: u32,
    epoch: u32,
    ticket: Ticket,
    event: usize,
    queue: Queue,
}

impl World {
    pub(super) fn publish(&mut self, process: Process, row: OutboxRow) {
        let relay = &mut self.relays[process.replica];
        relay.tickets += 1;
        let (ticket, session) = (Ticket::from_number(relay.tickets), relay.session);
        let event = number_of(row.event_id);
        relay.window.sent(ticket, row);
        let queue = match self.database.outboxes.events[event].fact {
            Fact::Created { .. } => Queue::Process,
            Fact::Processing | Fact::Completed | Fact::Failed(_) | Fact::Poison => Queue::Status,
        };
        self.tell(|_| format!("relay {}: event {event} is sent", process.replica));
        let wait = self.takes(10, 3_000);
        let epoch = self.broker.epoch;
        let arrival = Arrival {
            session,
            epoch,
            ticket,
            event,
            queue,
        };
        self.after(wait, Happening::Arrives(process, arrival));
        let hasty = self.is_trapped(Trap::MarkBeforeConfirm)
            || (self.is_trapped(Trap::NotConfirming) && session > 0);
        if hasty {
            self.confirmed(process, ticket, Confirmed::Ok);
        }
    }

    pub(crate) fn arrives(&mut self, process: Process, arrival: Arrival) {
        let Arrival {
            session,
            epoch,
            ticket,
            event,
            queue,
        } = arrival;
        if epoch != self.broker.epoch {
            return;
        }
        let confirmed = if self.broker.unbound {
            if self.is_trapped(Trap::NotMandatory) {
                Confirmed::Ok
            } else {
                Confirmed::Unroutable
            }
        } else if self.goes_wrong(self.plan.rates.refused) {
            Confirmed::Refused
        } else {
            self.enqueue(queue, event);
            Confirmed::Ok
        };
        let (confirmed, wait) = if self.goes_wrong(self.plan.rates.slow) {
            (Confirmed::Doubtful, 10_000)
        } else {
            (confirmed, self.chance.between(1, 10))
        };
        let step = Step::Confirmed {
            session,
            ticket,
            confirmed,
        };
        self.after(wait, Happening::Relay(process, step));
    }

    pub(super) fn confirmed(&mut self, process: Process, ticket: Ticket, confirmed: Confirmed) {
        let desynchronised = std::mem::take(&mut self.relays[process.replica].desynchronised);
        let relay = &mut self.relays[process.replica];
        let Some(row) = relay.window.outcome(ticket) else {
            return;
        };
        let sent = Sent::of(&row);
        match confirmed {
            _ if desynchronised => relay.waiting.push((sent, Outcome::Published)),
            Confirmed::Ok => relay.waiting.push((sent, Outcome::Published)),
            Confirmed::Doubtful => {
                relay.desynchronised = self.trap == Some(Trap::ConfirmDesync);
                relay.window.send_again(row);
            }
            Confirmed::Unroutable | Confirmed::Refused => {
                let wait = RETRY.saturating_mul(1 << row.attempts.clamp(0, 6));
                let retry_in = i64::try_from(wait.as_millis()).expect("a minute");
                let park_after = (confirmed == Confirmed::Refused).then_some(10);
                let failed = Outcome::Failed {
                    retry_in,
                    park_after,
                };
                relay.waiting.push((sent, failed));
            }
        }
    }
}
