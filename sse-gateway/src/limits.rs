use std::time::Duration;

/// Times and bounds of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Streams that one user may have open at this process.
    pub streams_per_user: usize,
    /// Connections at once; further ones wait in the listener's backlog.
    pub connections: usize,
    /// Between two signs of life on a stream. 10 s, because the contract says 15 at most and a write may take a while.
    pub heartbeat: Duration,
    /// Between two checks of a stream's session.
    pub session_check: Duration,
    /// How long a client may take to accept a single byte before it is cut.
    pub write_idle: Duration,
    /// The longest that a stream lives; each one gets a random 80 to 100 % of it, so that streams that came together
    /// do not leave together.
    pub lifetime: Duration,
    /// Between two readings of everything that is watched, for hints that were lost.
    pub sweep: Duration,
    /// The same while there is no feed of hints.
    pub sweep_without_feed: Duration,
    /// Streams end at random within this time when the process is asked to stop.
    pub drain: Duration,
    /// How long a client may take to send the headers of a request.
    pub headers: Duration,
    /// The kernel's send buffer of a connection: what a client that does not read costs beside its slot.
    pub send_buffer: u32,
    /// Events to a page of history.
    pub page: u32,
    /// Orders that a reset of the stream of all orders shows.
    pub reset_orders: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            streams_per_user: 6,
            connections: 20_000,
            heartbeat: Duration::from_secs(10),
            session_check: Duration::from_secs(60),
            write_idle: Duration::from_secs(20),
            lifetime: Duration::from_secs(15 * 60),
            sweep: Duration::from_secs(5),
            sweep_without_feed: Duration::from_secs(1),
            drain: Duration::from_secs(5),
            headers: Duration::from_secs(10),
            send_buffer: 16 * 1024,
            page: 200,
            reset_orders: 20,
        }
    }
}
