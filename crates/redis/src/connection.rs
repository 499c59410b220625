use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// After so many questions in a row that got no answer a new connection is made. The driver makes one when a connection
/// breaks; one that was forgotten on the way never does, and would be asked for as long as the kernel sends again what
/// nobody hears, which is a quarter of an hour.
const SILENT: u32 = 3;

/// A client that connects when it is first used, and again when it has to.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    connection: Arc<Mutex<ConnectionManager>>,
    keys: Keys,
    health: Arc<Health>,
}

struct Health {
    born: Instant,
    /// Milliseconds from `born` until when Redis is left alone.
    rests_until: AtomicU64,
    away: AtomicBool,
    /// Questions in a row that got no answer.
    silent: AtomicU32,
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
        let connection = connect(&client)?;
        let health = Health {
            born: Instant::now(),
            rests_until: AtomicU64::new(0),
            away: AtomicBool::new(false),
            silent: AtomicU32::new(0),
        };
        Ok(Self {
            client,
            connection: Arc::new(Mutex::new(connection)),
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
        let mut connection = self.connection().clone();
        // Dropping the wait is safe: the connection matches answers to questions by their order and drops the late
        // one.
        let answer = tokio::time::timeout(DEADLINE, commands.query_async(&mut connection)).await;
        let reason = match answer {
            Ok(Ok(value)) => {
                health.silent.store(0, Ordering::Relaxed);
                if health.away.swap(false, Ordering::Relaxed) {
                    tracing::info!("redis answers again");
                }
                return Some(value);
            }
            Ok(Err(error)) => {
                if error.is_timeout() {
                    self.heard_nothing();
                }
                error.to_string()
            }
            Err(_) => {
                self.heard_nothing();
                format!("no answer within {DEADLINE:?}")
            }
        };
        health
            .rests_until
            .store(millis(health.born.elapsed() + REST), Ordering::Relaxed);
        if !health.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(reason, "redis does not answer");
        }
        None
    }

    fn connection(&self) -> MutexGuard<'_, ConnectionManager> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn heard_nothing(&self) {
        let silent = self.health.silent.fetch_add(1, Ordering::Relaxed) + 1;
        if silent.is_multiple_of(SILENT)
            && let Ok(connection) = connect(&self.client)
        {
            *self.connection() = connection;
        }
    }
}

/// A connection that is made when it is first used.
fn connect(client: &Client) -> Result<ConnectionManager, RedisError> {
    let settings = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(DEADLINE))
        .set_response_timeout(Some(DEADLINE))
        // Trying again is for the next caller: this one has stopped waiting.
        .set_number_of_retries(0);
    ConnectionManager::new_lazy_with_config(client.clone(), settings)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
