use std::collections::{BTreeMap, HashSet};
use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, Stream};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation};
use tokio::time::Instant;
use uuid::Uuid;

use crate::answer::answered;
use crate::{Connection, Message};

/// How long the broker may take to confirm before the channel is given up.
const CONFIRM_DEADLINE: Duration = Duration::from_secs(10);

/// How many channels may wait for their last confirms beside the one in use.
const MAX_RETIRING: usize = 16;

/// One publish; tickets of one publisher rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Ticket {
    /// The ticket of a publisher that is somebody else's: a simulated one.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// Why a message is not known to be in a queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// It reached no queue: a binding is missing, or the routing key is wrong.
    #[error("no queue is bound for the message")]
    Unroutable,
    /// The broker said no; a queue is full, for one.
    #[error("the broker refused the message")]
    Refused,
    /// The channel was not asked for confirms: a bug of ours, never a success.
    #[error("the channel does not confirm")]
    NotConfirming,
    /// Another message came back beside this one's confirm, and this one may have come back too. Publish it again.
    #[error("the confirm cannot be told from another message's")]
    Doubtful,
    /// The channel ended first. The broker may have the message or not.
    #[error("the channel was lost: {0}")]
    ChannelLost(String),
}

/// The publisher is of no use any more: connect again.
#[derive(Debug, thiserror::Error)]
pub enum PublisherLost {
    /// A confirm did not come in time.
    #[error("a confirm did not come within {CONFIRM_DEADLINE:?}")]
    Overdue,
    /// No channel is to be had.
    #[error("no channel for publishing is to be had")]
    Channel(#[source] lapin::Error),
    /// Too many channels wait for confirms after faults.
    #[error("{MAX_RETIRING} channels had a fault at once")]
    TooManyFaults,
}

/// What became of one publish.
#[derive(Debug)]
pub struct Settled {
    /// Which.
    pub ticket: Ticket,
    /// `Ok` only when the broker has the message, on disk, in a queue.
    pub outcome: Result<(), PublishError>,
}

/// Publishes with confirms, as many at once as the caller likes.
///
/// A channel on which anything but a plain confirm happened takes no further message: a new one is opened, and the
/// old one only waits for the confirms that are still due on it.
pub struct Publisher {
    connection: Connection,
    current: Lane,
    retiring: Vec<Lane>,
    next: u64,
    deadline: Duration,
}

impl Publisher {
    /// Opens a channel in confirm mode.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn open(connection: &Connection) -> Result<Self, PublisherLost> {
        Ok(Self {
            current: Lane::open(connection).await?,
            connection: connection.clone(),
            retiring: Vec::new(),
            next: 0,
            deadline: CONFIRM_DEADLINE,
        })
    }

    /// Whether the broker holds back publishers. Do not publish until it does not.
    #[must_use]
    pub fn blocked(&self) -> bool {
        self.connection.blocked()
    }

    /// How many messages are neither confirmed nor failed.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.current.outstanding.len()
            + self
                .retiring
                .iter()
                .map(|lane| lane.outstanding.len())
                .sum::<usize>()
    }

    /// Hands a message over; what becomes of it comes from [`Self::settled`]. The caller bounds how many are in
    /// flight.
    ///
    /// # Errors
    /// When a channel has to be opened and cannot be.
    pub async fn publish(&mut self, message: Message) -> Result<Ticket, PublisherLost> {
        if self.current.faulty {
            if self.retiring.len() >= MAX_RETIRING {
                return Err(PublisherLost::TooManyFaults);
            }
            let fresh = Lane::open(&self.connection).await?;
            let old = std::mem::replace(&mut self.current, fresh);
            self.retiring.push(old);
        }
        let ticket = Ticket(self.next);
        self.next += 1;
        self.current.publish(ticket, message);
        Ok(ticket)
    }

    /// Publishes one message and waits for its outcome. For what is published rarely and alone.
    ///
    /// # Errors
    /// The outer one when the publisher is lost, the inner one when the message is not in a queue.
    pub async fn publish_one(
        &mut self,
        message: Message,
    ) -> Result<Result<(), PublishError>, PublisherLost> {
        let ticket = self.publish(message).await?;
        let mut settled = Vec::new();
        loop {
            self.settled(&mut settled).await?;
            if let Some(settled) = settled.drain(..).find(|settled| settled.ticket == ticket) {
                return Ok(settled.outcome);
            }
        }
    }

    /// Adds the next outcomes to `into`, at least one. Waits for ever when nothing is in flight. Dropping the future
    /// loses nothing.
    ///
    /// `into` is the caller's, to be kept and used again: outcomes come some dozens at a time, and a vector that grows
    /// anew for each round of them takes as much time as what is done with them.
    ///
    /// # Errors
    /// When a confirm is overdue. While the broker blocks publishers no confirm is due.
    pub async fn settled(&mut self, into: &mut Vec<Settled>) -> Result<(), PublisherLost> {
        let had = into.len();
        loop {
            let oldest = self
                .retiring
                .iter()
                .chain([&self.current])
                .filter_map(Lane::oldest)
                .min();
            let deadline = self.deadline;
            let connection = self.connection.clone();
            let overdue = async move {
                match oldest {
                    Some(sent) => tokio::time::sleep_until(sent + deadline).await,
                    None => pending().await,
                }
            };
            let (retiring, current) = (&mut self.retiring, &mut self.current);
            let round = std::future::poll_fn(|cx| {
                for lane in retiring.iter_mut() {
                    lane.round(cx, into);
                }
                current.round(cx, into);
                if into.len() == had {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            });
            tokio::select! {
                biased;
                () = round => {
                    self.retiring.retain(|lane| !lane.outstanding.is_empty());
                    return Ok(());
                }
                () = overdue => {
                    if !connection.blocked() {
                        return Err(PublisherLost::Overdue);
                    }
                    self.postpone();
                }
            }
        }
    }

    /// A blocked connection confirms nothing; the clock starts again.
    fn postpone(&mut self) {
        let now = Instant::now();
        for lane in self.retiring.iter_mut().chain([&mut self.current]) {
            lane.outstanding.values_mut().for_each(|sent| *sent = now);
        }
    }
}

/// What the client library says of one publish.
type Confirmed = (Ticket, Uuid, Result<Confirmation, lapin::Error>);
type Confirming = BoxFuture<'static, Confirmed>;

/// One channel and what is in flight on it.
struct Lane {
    channel: Channel,
    confirming: FuturesUnordered<Confirming>,
    /// Of one round, and empty between rounds; kept for its room.
    ready: Vec<Confirmed>,
    outstanding: BTreeMap<Ticket, Instant>,
    /// Messages that came back, until their own confirm is seen.
    returned: HashSet<Uuid>,
    faulty: bool,
}

impl Lane {
    async fn open(connection: &Connection) -> Result<Self, PublisherLost> {
        let channel = connection.channel().await.map_err(PublisherLost::Channel)?;
        let selecting = channel.confirm_select(ConfirmSelectOptions::default());
        answered(connection.inner.status(), selecting)
            .await
            .map_err(PublisherLost::Channel)?;
        Ok(Self {
            channel,
            confirming: FuturesUnordered::new(),
            ready: Vec::new(),
            outstanding: BTreeMap::new(),
            returned: HashSet::new(),
            faulty: false,
        })
    }

    fn oldest(&self) -> Option<Instant> {
        self.outstanding.first_key_value().map(|(_, sent)| *sent)
    }

    fn publish(&mut self, ticket: Ticket, message: Message) {
        let channel = self.channel.clone();
        let id = message.message_id();
        let (exchange, routing_key, properties, body) = message.into_parts();
        let options = BasicPublishOptions {
            mandatory: true,
            ..Default::default()
        };
        self.outstanding.insert(ticket, Instant::now());
        self.confirming.push(Box::pin(async move {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one publisher: confirmed and mandatory"
            )]
            let published = channel
                .basic_publish(exchange, routing_key, options, &body, properties)
                .await;
            let confirmed = match published {
                Ok(confirm) => confirm.await,
                Err(error) => Err(error),
            };
            (ticket, id, confirmed)
        }));
    }

    /// Everything that is decided by now.
    ///
    /// The client library hands a returned message to whichever confirm it resolves next, which with several in
    /// flight is often another message's: the unroutable one then looks like a success. So the returned message's
    /// own id counts. The broker sends a return before its confirm, and the confirm that carries the return is
    /// resolved no later than the returned message's own; taking everything that is ready before deciding anything
    /// therefore sees the return first.
    fn round(&mut self, cx: &mut Context<'_>, settled: &mut Vec<Settled>) {
        while let Poll::Ready(Some(done)) = Pin::new(&mut self.confirming).poll_next(cx) {
            self.ready.push(done);
        }
        for (_, _, confirmed) in &self.ready {
            if let Ok(Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned))) =
                confirmed
            {
                let id = returned.delivery.properties.message_id().as_ref();
                self.returned
                    .extend(id.and_then(|id| Uuid::try_parse(id.as_str()).ok()));
            }
        }
        for (ticket, id, confirmed) in self.ready.drain(..) {
            self.outstanding.remove(&ticket);
            let outcome = if self.returned.remove(&id) {
                Err(PublishError::Unroutable)
            } else {
                match confirmed {
                    Ok(Confirmation::Ack(None)) => Ok(()),
                    Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_))) => {
                        Err(PublishError::Doubtful)
                    }
                    Ok(Confirmation::Nack(None)) => Err(PublishError::Refused),
                    Ok(Confirmation::NotRequested) => Err(PublishError::NotConfirming),
                    Err(error) => Err(PublishError::ChannelLost(error.to_string())),
                }
            };
            self.faulty |= outcome.is_err();
            settled.push(Settled { ticket, outcome });
        }
    }
}
