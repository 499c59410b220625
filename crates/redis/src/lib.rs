//! Redis as a hint: whether a session goes on, and that an order has moved. Losing all of it changes no order, no
//! charge and no revocation: who reads a hint can always ask a database, and does so when Redis does not know.
//!
//! So nothing in here waits longer than [`DEADLINE`] for Redis, and Redis being away is an answer, not an error.

mod config;
mod connection;
mod feed;
mod hints;
mod keys;
mod sessions;

pub use config::RedisConfig;
pub use connection::{DEADLINE, Redis};
pub use feed::{FeedError, FeedEvent, HintFeed, Subscriptions};
pub use hints::{HintLost, StatusHint, StatusHints};
pub use keys::{Keys, Topic};
pub use sessions::{SESSION_TTL, SessionCache, SessionVerdict};
