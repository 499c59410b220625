//! Environment variables of the relay, beside those of every pod (`velure_service`), the database
//! (`VELURE_ORDERS_DATABASE_URL`, 12 connections), the broker (`VELURE_AMQP_URL`) and Redis:
//!
//! - `VELURE_RELAY_WINDOW` (default 1500): unconfirmed messages at most. Beyond 1,000 only the latency grows.
//! - `VELURE_RELAY_RETRY` (default `1s`): the wait before a refused event is tried again; it doubles each time, up to
//!   a minute.
//! - `VELURE_SWEEP_EVERY` (default `30s`), `VELURE_SWEEP_AFTER` (default `60s`): how often orders that stand still are
//!   looked for, and since when an order has to stand still.
//! - `VELURE_ORDER_DEADLINE` (default `15m`): the age at which an order is asked for as expired.

use std::num::NonZeroUsize;
use std::time::Duration;

use velure_amqp::BrokerConfig;
use velure_config::{ConfigFaults, Env, Reader};
use velure_postgres::DatabaseConfig;
use velure_redis::RedisConfig;

/// The relay's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database `velure_orders`.
    pub database: DatabaseConfig,
    /// The broker.
    pub broker: BrokerConfig,
    /// Redis, for hints.
    pub redis: RedisConfig,
    /// Unconfirmed messages at most.
    pub window: NonZeroUsize,
    /// The first wait after a refusal.
    pub retry: Duration,
    /// How often the sweeper looks.
    pub sweep_every: Duration,
    /// Since when an order has to stand still.
    pub sweep_after: Duration,
    /// The age at which an order expires.
    pub order_deadline: Duration,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// When any is at fault.
    pub fn from_env(env: &Env) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(env);
        let config = Self {
            database: DatabaseConfig::read(
                &mut reader,
                "VELURE_ORDERS_DATABASE_URL",
                "velure-relay",
                12,
            ),
            broker: BrokerConfig::read(&mut reader, "velure-relay"),
            redis: RedisConfig::read(&mut reader),
            window: reader.parsed(
                "VELURE_RELAY_WINDOW",
                NonZeroUsize::new(1_500).expect("invariant: not zero"),
            ),
            retry: reader.duration("VELURE_RELAY_RETRY", Duration::from_secs(1)),
            sweep_every: reader.duration("VELURE_SWEEP_EVERY", Duration::from_secs(30)),
            sweep_after: reader.duration("VELURE_SWEEP_AFTER", Duration::from_secs(60)),
            order_deadline: reader.duration("VELURE_ORDER_DEADLINE", Duration::from_secs(15 * 60)),
        };
        if config.sweep_every.is_zero() {
            reader.fault("VELURE_SWEEP_EVERY", "has to be more than nothing");
        }
        if config.order_deadline <= config.sweep_after {
            reader.fault(
                "VELURE_ORDER_DEADLINE",
                "has to be longer than VELURE_SWEEP_AFTER",
            );
        }
        reader.finish(config)
    }
}
