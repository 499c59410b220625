use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, FromRedisValue, Pipeline, RedisError};
use velure_config::ExposeSecret;

use crate::{Keys, RedisConfig};

/// The longest that anything waits for Redis. A caller has the database to ask, and a buyer waiting.
pub const DEADLINE: Duration = Duration::from_millis(150);

/// How long Redis is left alone after it did not answer, so that an outage costs one wait and not one for each
/// request.
const REST: Duration = Duration::from_millis(500);

/// A client that connects when it is first used, and again when it has to.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    connection: ConnectionManager,
    keys: Keys,
    health: Arc<Health>,
}

struct Health {
    born: Instant,
    /// Milliseconds from `born` until when Redis is left alone.
    rests_until: AtomicU64,
    away: AtomicBool,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Redis {
    /// A client for this Redis. Nothing is connected yet, but it has to be called within a runtime.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn new(config: &RedisConfig) -> Result<Self, RedisError> {
        let client = Client::open(config.url.expose_secret())?;
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(DEADLINE))
            .set_response_timeout(Some(DEADLINE))
            // Trying again is for the next caller: this one has stopped waiting.
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), settings)?;
        let health = Health {
            born: Instant::now(),
            rests_until: AtomicU64::new(0),
            away: AtomicBool::new(false),
        };
        Ok(Self {
            client,
            connection,
            keys: config.keys.clone(),
            health: Arc::new(health),
        })
    }

    /// The keys of this installation.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Redis's answer, or `None` when it gave none in time.
    pub(crate) async fn ask<T: FromRedisValue>(&self, commands: &Pipeline) -> Option<T> {
        let health = &self.health;
        let now = millis(health.born.elapsed());
        if now < health.rests_until.load(Ordering::Relaxed) {
            return None;
        }
        let mut connection = self.connection.clone();
        // Dropping the wait is safe: the connection matches answers to questions by their order and drops the late
        // one.
        let answer = tokio::time::timeout(DEADLINE, commands.query_async(&mut connection)).await;
        let reason = match answer {
            Ok(Ok(value)) => {
                if health.away.swap(false, Ordering::Relaxed) {
                    tracing::info!("redis answers again");
                }
                return Some(value);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {DEADLINE:?}"),
        };
        health
            .rests_until
            .store(millis(health.born.elapsed() + REST), Ordering::Relaxed);
        if !health.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(reason, "redis does not answer");
        }
        None
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
