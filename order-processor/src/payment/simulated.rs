use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use velure_config::Reader;
use velure_postgres::{Asked, Pool};

use super::{Charge, ChargeOutcome, PaymentError, PaymentProvider};

/// The token that is always declined.
const DECLINED_METHOD: &str = "pm_card_chargeDeclined";

/// How the simulated provider behaves.
///
/// - `VELURE_PAYMENT_DELAY` (default `0`): how long a charge takes.
/// - `VELURE_PAYMENT_DECLINE_PER_MILLE` (default 0): how many of a thousand charges are declined, by their keys.
/// - `VELURE_PAYMENT_LOST_ANSWERS` (default 0): under each key, how many of the first answers get lost after the
///   charge was made. For tests of what is in doubt.
/// - `VELURE_PAYMENT_LOST_REQUESTS` (default 0): under each key, how many of the first requests get lost before.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimulatedConfig {
    /// How long a charge takes.
    pub delay: Duration,
    /// How many of a thousand charges are declined.
    pub decline_per_mille: u16,
    /// How many of the first answers under a key get lost.
    pub lost_answers: u32,
    /// How many of the first requests under a key get lost.
    pub lost_requests: u32,
}

impl SimulatedConfig {
    /// Reads the variables.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let config = Self {
            delay: reader.duration("VELURE_PAYMENT_DELAY", Duration::ZERO),
            decline_per_mille: reader.parsed("VELURE_PAYMENT_DECLINE_PER_MILLE", 0),
            lost_answers: reader.parsed("VELURE_PAYMENT_LOST_ANSWERS", 0),
            lost_requests: reader.parsed("VELURE_PAYMENT_LOST_REQUESTS", 0),
        };
        if config.decline_per_mille > 1000 {
            reader.fault("VELURE_PAYMENT_DECLINE_PER_MILLE", "is more than 1000");
        }
        config
    }

    fn faulty(&self) -> bool {
        self.lost_answers > 0 || self.lost_requests > 0
    }
}

/// The most keys whose tries are counted for the fault switches.
const COUNTED_KEYS: usize = 10_000;

/// A provider that keeps a durable ledger and takes no money.
///
/// It stands for a foreign system: the ledger has a connection pool of its own, and none of its statements is part
/// of a transaction of ours. Each is a single statement, and the ledger's primary key decides races: the first
/// answer under a key is the only one there will ever be.
#[derive(Debug, Clone)]
pub struct Simulated {
    ledger: Pool,
    config: SimulatedConfig,
    tries: Arc<Mutex<HashMap<String, u32>>>,
}

struct Entry {
    outcome: String,
    fingerprint: Option<Vec<u8>>,
    charge_id: Option<String>,
    decline_code: Option<String>,
}

impl Entry {
    /// What became of `charge`, when this is its entry. One of a cancellation has no parameters.
    fn outcome_of(self, charge: &Charge<'_>) -> Result<ChargeOutcome, PaymentError> {
        let known = self.fingerprint.as_ref();
        if known.is_some_and(|known| *known != fingerprint(charge)) {
            return Err(PaymentError::KeyReused);
        }
        match (self.outcome.as_str(), self.charge_id, self.decline_code) {
            ("SUCCEEDED", Some(charge_id), None) => Ok(ChargeOutcome::Succeeded { charge_id }),
            ("DECLINED", Some(_), Some(decline_code)) => {
                Ok(ChargeOutcome::Declined { decline_code })
            }
            ("CANCELLED", None, None) => Ok(ChargeOutcome::Cancelled),
            _ => Err(PaymentError::Unanswered(
                "the ledger holds an entry that nobody writes".into(),
            )),
        }
    }
}

impl Simulated {
    /// A provider over its ledger, the table `payment_simulator.charges`.
    #[must_use]
    pub fn new(ledger: impl Into<Pool>, config: SimulatedConfig) -> Self {
        Self {
            ledger: ledger.into(),
            config,
            tries: Arc::default(),
        }
    }

    /// Whether the charge is declined: by its method, or for a share of the keys that is the same on every try.
    fn declines(&self, charge: &Charge<'_>) -> Option<&'static str> {
        if charge.method.as_str() == DECLINED_METHOD {
            return Some("card_declined");
        }
        let digest = Sha256::digest(charge.key.as_bytes());
        let draw = u16::from_be_bytes([digest[0], digest[1]]) % 1000;
        (draw < self.config.decline_per_mille).then_some("generic_decline")
    }

    /// The number of this try under the key, from 1; always beyond every fault when no fault is switched on.
    fn count_try(&self, key: &str) -> u32 {
        if !self.config.faulty() {
            return u32::MAX;
        }
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= COUNTED_KEYS {
            tries.clear();
        }
        let count = tries.entry(key.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    async fn find(&self, key: &str) -> Result<Option<Entry>, PaymentError> {
        sqlx::query_as!(
            Entry,
            "select outcome, fingerprint, charge_id, decline_code from payment_simulator.charges
             where idempotency_key = $1",
            key
        )
        .fetch_optional(&self.ledger)
        .in_time()
        .await
        .map_err(unanswered)
    }
}

impl PaymentProvider for Simulated {
    async fn charge(&self, charge: &Charge<'_>) -> Result<ChargeOutcome, PaymentError> {
        let number = self.count_try(charge.key);
        if number <= self.config.lost_requests {
            return Err(PaymentError::Unanswered("the request got lost".into()));
        }
        if !self.config.delay.is_zero() {
            tokio::time::sleep(self.config.delay).await;
        }
        let declined = self.declines(charge);
        let made = sqlx::query_as!(
            Entry,
            "insert into payment_simulator.charges
               (idempotency_key, outcome, fingerprint, charge_id, currency, amount_minor, decline_code)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (idempotency_key) do nothing
             returning outcome, fingerprint, charge_id, decline_code",
            charge.key,
            if declined.is_some() { "DECLINED" } else { "SUCCEEDED" },
            fingerprint(charge),
            format!("ch_{}", uuid::Uuid::now_v7().simple()),
            charge.amount.currency().code(),
            charge.amount.minor(),
            declined,
        )
        .fetch_optional(&self.ledger)
        .in_time()
        .await
        .map_err(unanswered)?;
        if number
            <= self
                .config
                .lost_requests
                .saturating_add(self.config.lost_answers)
        {
            return Err(PaymentError::Unanswered("the answer got lost".into()));
        }
        let entry = match made {
            Some(entry) => entry,
            None => self
                .find(charge.key)
                .await?
                .ok_or(PaymentError::InProgress)?,
        };
        entry.outcome_of(charge)
    }

    async fn look_up(&self, charge: &Charge<'_>) -> Result<Option<ChargeOutcome>, PaymentError> {
        let entry = self.find(charge.key).await?;
        entry.map(|entry| entry.outcome_of(charge)).transpose()
    }

    async fn cancel(&self, charge: &Charge<'_>) -> Result<ChargeOutcome, PaymentError> {
        sqlx::query!(
            "insert into payment_simulator.charges (idempotency_key, outcome) values ($1, 'CANCELLED')
             on conflict (idempotency_key) do nothing",
            charge.key
        )
        .execute(&self.ledger)
        .in_time()
        .await
        .map_err(unanswered)?;
        self.find(charge.key)
            .await?
            .ok_or(PaymentError::InProgress)?
            .outcome_of(charge)
    }
}

/// What tells two charges apart beside the key.
fn fingerprint(charge: &Charge<'_>) -> Vec<u8> {
    let text = format!(
        "{} {} {}",
        charge.amount.minor(),
        charge.amount.currency().code(),
        charge.method.as_str()
    );
    Sha256::digest(text.as_bytes()).to_vec()
}

fn unanswered(error: sqlx::Error) -> PaymentError {
    PaymentError::Unanswered(error.into())
}
