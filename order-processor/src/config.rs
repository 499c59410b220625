//! What the order processor reads:
//!
//! - `VELURE_FULFILMENT_DATABASE_URL` (required, secret): the database `velure_orders`, as `velure_fulfilment`.
//! - `VELURE_DATABASE_CONNECTIONS` (default 16, and 8 for the simulated provider): connections to it at most, each.
//! - `VELURE_AMQP_URL` (required, secret): the broker, as the user `processor`.
//! - `VELURE_CATALOG_URL` (required), `VELURE_SERVICE_SIGNING_KEY` (required, secret): see `velure_clients`.
//! - `VELURE_PROCESSOR_PREFETCH` (default 256, 1 to 4096): orders from the broker in work at a time.
//! - `VELURE_PROCESSOR_RETRIES` (default 64, 1 to 1024): orders from the books in work at a time.
//! - `VELURE_PROCESSOR_LEASE` (default `3s`, at least `1s`): how long an order is left alone after its holder was last heard of.
//! - `VELURE_PROCESSOR_STEP` (default `15s`): how long one step of an order may take; what takes longer hangs, and its
//!   lease is not renewed.
//! - `VELURE_PROCESSOR_RETRY_BASE` (default `500ms`), `VELURE_PROCESSOR_RETRY_CAP` (default `30s`): the waits between
//!   tries.
//! - `VELURE_PROCESSOR_ATTEMPTS` (default 12): tries before an order that was never charged is given up.
//! - `VELURE_PAYMENT_DELAY`, `VELURE_PAYMENT_DECLINE_PER_MILLE`, `VELURE_PAYMENT_LOST_ANSWERS`,
//!   `VELURE_PAYMENT_LOST_REQUESTS`: see [`SimulatedConfig`].

use std::time::Duration;

use velure_amqp::BrokerConfig;
use velure_clients::CatalogConfig;
use velure_config::{ConfigFaults, Env, Reader};
use velure_postgres::DatabaseConfig;

use crate::payment::SimulatedConfig;

/// What a step needs beside the payment's delay: the catalog's deadline of 3 s, and the database's.
const STEP_BESIDE_PAYMENT: Duration = Duration::from_secs(10);

/// A renewal has half a lease until the database answers.
const SHORTEST_LEASE: Duration = Duration::from_secs(1);

/// The configuration of the order processor.
#[derive(Debug)]
pub struct Config {
    pub(crate) database: DatabaseConfig,
    pub(crate) ledger: DatabaseConfig,
    pub(crate) broker: BrokerConfig,
    pub(crate) catalog: CatalogConfig,
    pub(crate) payment: SimulatedConfig,
    pub(crate) settings: Settings,
}

/// The numbers that the order processor works by.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Orders from the broker in work at a time.
    pub prefetch: u16,
    /// Orders from the books in work at a time.
    pub retries: u16,
    /// How long an order is left alone after its holder was last heard of. Renewed while the holder lives.
    pub lease: Duration,
    /// How long one step of an order may take.
    pub step: Duration,
    /// The first wait between tries.
    pub retry_base: Duration,
    /// The longest wait between tries.
    pub retry_cap: Duration,
    /// Tries before an order that was never charged is given up.
    pub attempts: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            prefetch: 256,
            retries: 64,
            lease: Duration::from_secs(3),
            step: Duration::from_secs(15),
            retry_base: Duration::from_millis(500),
            retry_cap: Duration::from_secs(30),
            attempts: 12,
        }
    }
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// With every variable at fault.
    pub fn from_env(env: &Env) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(env);
        let default = Settings::default();
        let settings = Settings {
            prefetch: reader.parsed("VELURE_PROCESSOR_PREFETCH", default.prefetch),
            retries: reader.parsed("VELURE_PROCESSOR_RETRIES", default.retries),
            lease: reader.duration("VELURE_PROCESSOR_LEASE", default.lease),
            step: reader.duration("VELURE_PROCESSOR_STEP", default.step),
            retry_base: reader.duration("VELURE_PROCESSOR_RETRY_BASE", default.retry_base),
            retry_cap: reader.duration("VELURE_PROCESSOR_RETRY_CAP", default.retry_cap),
            attempts: reader.parsed("VELURE_PROCESSOR_ATTEMPTS", default.attempts),
        };
        let payment = SimulatedConfig::read(&mut reader);
        if !(1..=4096).contains(&settings.prefetch) {
            reader.fault("VELURE_PROCESSOR_PREFETCH", "is not between 1 and 4096");
        }
        if !(1..=1024).contains(&settings.retries) {
            reader.fault("VELURE_PROCESSOR_RETRIES", "is not between 1 and 1024");
        }
        if settings.retry_base > settings.retry_cap {
            reader.fault(
                "VELURE_PROCESSOR_RETRY_BASE",
                "is longer than VELURE_PROCESSOR_RETRY_CAP",
            );
        }
        if settings.attempts == 0 {
            reader.fault(
                "VELURE_PROCESSOR_ATTEMPTS",
                "is zero: every order would be given up",
            );
        }
        if settings.lease < SHORTEST_LEASE {
            reader.fault(
                "VELURE_PROCESSOR_LEASE",
                format!("is shorter than {SHORTEST_LEASE:?}: a renewal would come too late"),
            );
        }
        if settings.step < payment.delay + STEP_BESIDE_PAYMENT {
            reader.fault(
                "VELURE_PROCESSOR_STEP",
                format!("is shorter than VELURE_PAYMENT_DELAY and {STEP_BESIDE_PAYMENT:?}: orders would be worked on twice"),
            );
        }
        let database = |reader: &mut Reader<'_>, application, connections| {
            DatabaseConfig::read(
                reader,
                "VELURE_FULFILMENT_DATABASE_URL",
                application,
                connections,
            )
        };
        let config = Self {
            database: database(&mut reader, "velure-order-processor", 16),
            // The same server, but never the same connection.
            ledger: database(&mut Reader::new(env), "velure-payment-simulator", 8),
            broker: BrokerConfig::read(&mut reader, "order-processor"),
            catalog: CatalogConfig::read(&mut reader),
            payment,
            settings,
        };
        reader.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(more: &[(&str, &str)]) -> Env {
        Env::of([
            (
                "VELURE_FULFILMENT_DATABASE_URL",
                "postgres://velure_fulfilment@localhost/velure_orders",
            ),
            ("VELURE_AMQP_URL", "amqp://processor@localhost"),
            ("VELURE_CATALOG_URL", "http://localhost:8081"),
            ("VELURE_SERVICE_SIGNING_KEY", "order-processor.AAAA"),
            ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
        ])
        .with(more.iter().copied())
    }

    fn faults(env: &Env) -> Vec<String> {
        let faults = Config::from_env(env).expect_err("it is not usable");
        faults.0.into_iter().map(|fault| fault.variable).collect()
    }

    #[test]
    fn only_what_has_no_sensible_default_is_required() {
        let config = Config::from_env(&env(&[])).expect("a good configuration");
        assert_eq!(config.settings.prefetch, 256);
        assert_eq!(config.payment.delay, Duration::ZERO);
        let required = [
            "VELURE_FULFILMENT_DATABASE_URL",
            "VELURE_AMQP_URL",
            "VELURE_CATALOG_URL",
            "VELURE_SERVICE_SIGNING_KEY",
        ];
        assert_eq!(faults(&Env::default()), required);
    }

    #[test]
    fn every_number_has_its_limits() {
        for (variable, value) in [
            ("VELURE_PROCESSOR_PREFETCH", "0"),
            ("VELURE_PROCESSOR_PREFETCH", "4097"),
            ("VELURE_PROCESSOR_RETRIES", "0"),
            ("VELURE_PROCESSOR_ATTEMPTS", "0"),
            ("VELURE_PROCESSOR_RETRY_BASE", "31s"),
            ("VELURE_PROCESSOR_LEASE", "999ms"),
            ("VELURE_PROCESSOR_STEP", "9s"),
            ("VELURE_PAYMENT_DECLINE_PER_MILLE", "1001"),
            ("VELURE_CATALOG_URL", "localhost:8081"),
        ] {
            assert_eq!(faults(&env(&[(variable, value)])), [variable], "{value}");
        }
    }

    #[test]
    fn a_payment_takes_less_than_a_step_may() {
        assert!(Config::from_env(&env(&[("VELURE_PAYMENT_DELAY", "5s")])).is_ok());
        assert_eq!(
            faults(&env(&[("VELURE_PAYMENT_DELAY", "6s")])),
            ["VELURE_PROCESSOR_STEP"]
        );
    }
}
