//! Stands between a client and a server and does to their connection what networks do, without touching either.
//!
//! Tests have a [`Proxy`] in their own process; `velure-fault-proxy` is one for each server of a running shop, and is
//! told what to do over a connection of its own ([`control`]).

mod condition;
mod connection;
pub mod control;
mod proxy;

pub use condition::{Condition, ConditionError};
pub use proxy::Proxy;
