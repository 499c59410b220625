//! The life of one stream, from its first byte on.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::future::OptionFuture;
use http::HeaderMap;
use tokio::time::{Instant, sleep_until};
use velure_domain::UserId;
use velure_faults::{Point, reach};
use velure_http::{AccessToken, SessionCheckError, SessionVerdict};
use velure_postgres::gateway::{Events, ReadError};
use velure_redis::Topic;
use velure_service::{Backoff, StopToken};

use crate::frame::HEARTBEAT;
use crate::gateway::{Gateway, NoTurn};
use crate::registry::{Membership, Moved, Seat};
use crate::slot::{Next, Placed};
use crate::socket::{Socket, WriteError};
use crate::trace::{Telling, Way};

/// Failed looks at a session in a row after which nobody knows whether it goes on, and the stream ends.
const UNKNOWN_SESSION_LIMIT: u8 = 3;

/// A stream that was granted and of which nothing is written yet.
pub(crate) struct Granted {
    pub(crate) membership: Membership,
    pub(crate) seat: Seat,
    pub(crate) token: AccessToken,
    pub(crate) headers: HeaderMap,
    /// The first bytes of the body.
    pub(crate) opening: Vec<u8>,
    /// Whether nothing comes after them.
    pub(crate) finished: bool,
    /// When it has to end at the latest.
    pub(crate) ends_at: Instant,
}

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The order's last status was told.
    Final,
    /// The browser left.
    Left,
    /// The browser does not read.
    Slow,
    /// The session was ended, or nobody can say.
    Session,
    /// It was open for long enough.
    Lifetime,
    /// The process stops.
    Stopping,
}

impl Ended {
    pub(crate) const ALL: [Self; 6] = [
        Self::Final,
        Self::Left,
        Self::Slow,
        Self::Session,
        Self::Lifetime,
        Self::Stopping,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Left => "left",
            Self::Slow => "slow",
            Self::Session => "session",
            Self::Lifetime => "lifetime",
            Self::Stopping => "stopping",
        }
    }
}

impl From<WriteError> for Ended {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Idle => Self::Slow,
            WriteError::Stopping => Self::Stopping,
            WriteError::Broken(_) => Self::Left,
        }
    }
}

/// What came of a stream's own reading.
type Reading = Pin<Box<dyn Future<Output = Result<Read, StreamReadError>> + Send>>;

/// Why a stream could not read. It stays open and tries again.
#[derive(Debug, thiserror::Error)]
enum StreamReadError {
    #[error("the database is busy")]
    Busy(#[from] NoTurn),
    #[error("the database did not tell")]
    Database(#[from] ReadError),
}

/// What a stream waits for.
enum Idle {
    /// Something new.
    News,
    /// What comes after this position.
    Read(i64),
    /// Nothing: everything was told.
    Nothing,
}

type Checking = Pin<Box<dyn Future<Output = Result<SessionVerdict, SessionCheckError>> + Send>>;

struct Stream {
    gateway: Arc<Gateway>,
    socket: Socket,
    membership: Membership,
    token: Arc<AccessToken>,
    next_heartbeat: Instant,
    next_check: Instant,
    /// The position up to which everything was sent, looked at apart from the slot that decides what is sent.
    written: Option<i64>,
    /// When a reading that failed is tried again.
    next_read: Option<Instant>,
    ends_at: Instant,
    ending: Ended,
    unknown: u8,
    backoff: Backoff,
}

/// Writes a granted stream to its end.
pub(crate) async fn run(gateway: Arc<Gateway>, mut socket: Socket, granted: Granted) -> Ended {
    let Granted {
        membership,
        seat: _seat,
        token,
        headers,
        opening,
        finished,
        ends_at,
    } = granted;
    if reach(Point::E2).await.is_err() || finished && reach(Point::E4).await.is_err() {
        return Ended::Left;
    }
    if let Err(error) = socket.open(http::StatusCode::OK, &headers, &opening).await {
        return error.into();
    }
    if finished && reach(Point::E5).await.is_err() {
        return Ended::Left;
    }
    drop((headers, opening));
    let written = membership.subscriber().slot().given();
    let now = Instant::now();
    let limits = &gateway.limits;
    let mut stream = Stream {
        next_heartbeat: now + limits.heartbeat,
        // Spread, so that streams that came together are not checked together.
        next_check: now
            + limits
                .session_check
                .mul_f64(0.5 + rand::random::<f64>() / 2.0),
        written,
        next_read: None,
        ends_at,
        ending: Ended::Lifetime,
        unknown: 0,
        backoff: Backoff::for_connections(),
        token: Arc::new(token),
        membership,
        socket,
        gateway,
    };
    let ended = if finished {
        Ended::Final
    } else {
        stream.live().await
    };
    match ended {
        Ended::Final | Ended::Session | Ended::Lifetime | Ended::Stopping => {
            // What was written is with the kernel; a client that does not take the end has had everything else.
            let _ = stream.socket.end().await;
        }
        Ended::Left | Ended::Slow => {}
    }
    ended
}

impl Stream {
    /// Waits for whatever comes next. Looking at the session and reading go on beside everything else: neither holds
    /// up a heartbeat.
    async fn live(&mut self) -> Ended {
        let stop = self.gateway.stop.clone();
        let mut checking: Option<Checking> = None;
        let mut reading: Option<Reading> = None;
        loop {
            // While it reads, what is queued waits: it comes after what is read.
            if reading.is_none() {
                match self.advance().await {
                    Ok(Idle::News) => {}
                    Ok(Idle::Read(after)) => reading = Some(self.read(after)),
                    Ok(Idle::Nothing) => return Ended::Final,
                    Err(ended) => return ended,
                }
            }
            let due = self.due(checking.is_some());
            tokio::select! {
                () = self.membership.subscriber().wake.notified() => {}
                () = self.socket.gone() => return Ended::Left,
                Some(read) = OptionFuture::from(reading.as_mut()) => {
                    reading = None;
                    match self.settle(read).await {
                        Ok(false) => {}
                        Ok(true) => return Ended::Final,
                        Err(ended) => return ended,
                    }
                }
                Some(verdict) = OptionFuture::from(checking.as_mut()) => {
                    checking = None;
                    if let Err(ended) = self.judge(verdict) {
                        return ended;
                    }
                }
                () = sleep_until(due) => {
                    let now = Instant::now();
                    if now >= self.ends_at {
                        return self.ending;
                    }
                    if now >= self.next_heartbeat {
                        self.next_heartbeat = now + self.gateway.limits.heartbeat;
                        if let Err(error) = self.socket.write(HEARTBEAT).await {
                            return error.into();
                        }
                    }
                    if checking.is_none() && now >= self.next_check {
                        checking = Some(self.check());
                    }
                    self.next_read = self.next_read.filter(|at| now < *at);
                }
                () = stopping(&stop, self.ending) => {
                    self.ending = Ended::Stopping;
                    let spread = self.gateway.limits.drain.mul_f64(rand::random::<f64>());
                    self.ends_at = self.ends_at.min(Instant::now() + spread);
                }
            }
        }
    }

    /// The next moment at which something is to be done.
    fn due(&self, checking: bool) -> Instant {
        let mut due = self.ends_at.min(self.next_heartbeat);
        if !checking {
            due = due.min(self.next_check);
        }
        self.next_read.map_or(due, |at| due.min(at))
    }

    /// Writes until there is nothing to write.
    async fn advance(&mut self) -> Result<Idle, Ended> {
        loop {
            let next = self
                .membership
                .subscriber()
                .slot()
                .next(self.next_read.is_none());
            match next {
                Next::Wait => return Ok(Idle::News),
                Next::Read(after) => return Ok(Idle::Read(after)),
                Next::Write(frames) => {
                    self.gateway.metrics.live.increment(frames.len() as u64);
                    let finished = self.write(&frames).await?;
                    let now = Utc::now();
                    for frame in &frames {
                        // Clocks differ: what was stored in the future is fresh.
                        let age = (now - frame.stored).to_std().unwrap_or_default();
                        self.gateway.metrics.freshness.record(age);
                    }
                    if finished {
                        return Ok(Idle::Nothing);
                    }
                }
            }
        }
    }

    fn read(&self, after: i64) -> Reading {
        let (topic, buyer) = (self.membership.topic(), self.membership.buyer());
        let gateway = self.gateway.clone();
        Box::pin(async move {
            let _turn = gateway.turn().await?;
            Ok(read(&gateway, topic, buyer, after).await?)
        })
    }

    /// Writes what was read; true when the last frame was among it.
    async fn settle(&mut self, read: Result<Read, StreamReadError>) -> Result<bool, Ended> {
        match read {
            Ok(read) => {
                self.backoff.reset();
                self.gateway
                    .metrics
                    .replayed
                    .increment(read.frames.len() as u64);
                let finished = self.write(&read.frames).await?;
                self.membership
                    .subscriber()
                    .slot()
                    .settle(read.position, read.more);
                Ok(finished)
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a stream could not read"
                );
                self.membership.subscriber().slot().read_failed();
                self.next_read = Some(Instant::now() + self.backoff.next_delay());
                Ok(false)
            }
        }
    }

    /// Writes frames in one go; true when the last one was among them.
    async fn write(&mut self, frames: &[Placed]) -> Result<bool, Ended> {
        self.gateway.metrics.follow(self.written, frames);
        self.written = frames
            .last()
            .map_or(self.written, |frame| Some(frame.position));
        let last = frames.last().is_some_and(|frame| frame.last);
        if last && reach(Point::E4).await.is_err() {
            return Err(Ended::Left);
        }
        if !frames.is_empty() {
            self.socket.write(&joined(frames)).await?;
        }
        if last && reach(Point::E5).await.is_err() {
            return Err(Ended::Left);
        }
        Ok(last)
    }

    fn check(&self) -> Checking {
        let (gateway, token) = (self.gateway.clone(), self.token.clone());
        Box::pin(async move { gateway.sessions.check(&token).await })
    }

    fn judge(&mut self, verdict: Result<SessionVerdict, SessionCheckError>) -> Result<(), Ended> {
        let every = self.gateway.limits.session_check;
        match verdict {
            Ok(SessionVerdict::Active { .. }) => {
                self.unknown = 0;
                self.next_check = Instant::now() + every;
            }
            Ok(SessionVerdict::Ended) => return Err(Ended::Session),
            Err(error) => {
                self.unknown += 1;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a stream's session could not be checked"
                );
                if self.unknown >= UNKNOWN_SESSION_LIMIT {
                    return Err(Ended::Session);
                }
                self.next_check = Instant::now() + every / 4;
            }
        }
        Ok(())
    }
}

/// Returns once when the process is asked to stop.
async fn stopping(stop: &StopToken, ending: Ended) {
    if ending == Ended::Stopping {
        std::future::pending::<()>().await;
    }
    stop.cancelled().await;
}

/// What was read.
pub(crate) struct Read {
    /// The frames, oldest first.
    pub(crate) frames: Vec<Placed>,
    /// The position after them.
    pub(crate) position: i64,
    /// Whether there is more to read.
    pub(crate) more: bool,
}

/// Reads what comes after a position. An order that is not there any more has nothing to tell.
async fn read(
    gateway: &Gateway,
    topic: Topic,
    buyer: UserId,
    after: i64,
) -> Result<Read, ReadError> {
    let events = match topic {
        Topic::Order(order) => gateway.store.order_events(buyer, order, after).await?,
        Topic::Buyer(_) => Some(
            gateway
                .store
                .buyer_events(buyer, after, gateway.limits.page)
                .await?,
        ),
    };
    let events = events.unwrap_or(Events {
        last: after,
        events: Vec::new(),
    });
    Ok(placed(topic, after, &events))
}

/// Stored events as frames of a topic.
pub(crate) fn placed(topic: Topic, after: i64, events: &Events) -> Read {
    let frames: Vec<Placed> = events
        .events
        .iter()
        .map(|event| {
            let telling = Telling::of(&event.frame, Way::Replay);
            Moved::of(event, &telling).placed(topic)
        })
        .collect();
    let position = frames.last().map_or(after, |frame| frame.position);
    // Without a frame there is nothing more, whatever the counter says: asking again would be asking for ever.
    Read {
        more: position < events.last && !frames.is_empty(),
        position,
        frames,
    }
}

/// The bytes of frames, one after the other.
pub(crate) fn joined(frames: &[Placed]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(frames.iter().map(|frame| frame.bytes.len()).sum());
    for frame in frames {
        bytes.extend_from_slice(&frame.bytes);
    }
    bytes
}

/// How long a stream may live: 80 to 100 % of the limit, and no longer than its token.
pub(crate) fn lifetime(limit: Duration, token_ends_in: Duration) -> Duration {
    limit
        .mul_f64(0.8 + rand::random::<f64>() / 5.0)
        .min(token_ends_in)
}
