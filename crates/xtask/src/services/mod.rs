//! Private instances of the servers that Velure stands on: own data, own ports, started and stopped by us.

mod backing;
pub(crate) mod caddy;
mod mongodb;
mod mongodb_wire;
mod postgres;
mod prometheus;
mod rabbitmq;
mod redis;

pub(crate) use backing::{Backing, Durability, Plan};
pub(crate) use postgres::programs as postgres_programs;
pub(crate) use prometheus::Prometheus;
pub(crate) use rabbitmq::program as rabbitmq_program;
