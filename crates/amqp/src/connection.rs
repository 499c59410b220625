use std::sync::Arc;
use std::time::Duration;

use lapin::options::{ExchangeDeclareOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::uri::AMQPUri;
use lapin::{ConnectionProperties, ExchangeKind};
use velure_config::{ExposeSecret, Reader, SecretString};

use crate::answer::answered;

/// How long a connection may take: TCP, TLS and the AMQP handshake together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Seconds between heartbeats: a peer that vanished is noticed after two of them. A broker that wants longer ones,
/// such as Amazon MQ, is followed.
const HEARTBEAT: u16 = 10;

/// How to reach the broker.
///
/// - `VELURE_AMQP_URL` (required, secret): `amqps://user:password@host:port/vhost`
#[derive(Debug, Clone)]
pub struct BrokerConfig {
    url: SecretString,
    name: String,
}

/// No connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL cannot be read. It is not shown: it holds a password.
    #[error("the broker's URL is not one like amqps://user:password@host:port/vhost")]
    Url,
    /// The broker did not answer in time.
    #[error("the broker did not answer within {CONNECT_TIMEOUT:?}")]
    Timeout,
    /// The broker refused, or could not be reached.
    #[error("the broker could not be connected to")]
    Broker(#[source] lapin::Error),
}

/// Something that a process needs is not there.
#[derive(Debug, thiserror::Error)]
pub enum TopologyError {
    /// It was never declared.
    #[error("{what} is missing on the broker: run `velure topology apply` first")]
    Missing {
        /// `exchange` or `queue`, and its name.
        what: String,
        /// What the broker said.
        #[source]
        source: lapin::Error,
    },
    /// The connection ended meanwhile.
    #[error("the topology could not be verified")]
    Channel(#[source] lapin::Error),
}

/// What a process uses, to be verified before it starts.
#[derive(Debug, Clone, Copy)]
pub struct Uses<'a> {
    /// Exchanges that it publishes to, with their kind.
    pub exchanges: &'a [&'a str],
    /// Queues that it consumes.
    pub queues: &'a [&'a str],
}

impl BrokerConfig {
    /// Reads `VELURE_AMQP_URL`; `name` is shown in the broker's list of connections.
    pub fn read(reader: &mut Reader<'_>, name: &str) -> Self {
        Self {
            url: reader.secret_url("VELURE_AMQP_URL"),
            name: name.to_owned(),
        }
    }

    /// The broker at `url`, for tools and tests.
    pub fn new(url: impl Into<SecretString>, name: &str) -> Self {
        Self {
            url: url.into(),
            name: name.to_owned(),
        }
    }

    /// Connects once. A loop that needs the broker calls this again, with a growing wait, whenever its connection is
    /// lost: what was in flight on a lost connection is decided by that loop, not here.
    ///
    /// # Errors
    /// When the URL is no URL, or the broker refuses or does not answer within ten seconds.
    pub async fn connect(&self, purpose: &str) -> Result<Connection, ConnectError> {
        let mut uri: AMQPUri = self
            .url
            .expose_secret()
            .parse()
            .map_err(|_| ConnectError::Url)?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        let properties = ConnectionProperties::default()
            .with_connection_name(format!("{}: {purpose}", self.name).into());
        let connecting = lapin::Connection::connect_uri(uri, properties);
        let inner = tokio::time::timeout(CONNECT_TIMEOUT, connecting)
            .await
            .map_err(|_| ConnectError::Timeout)?
            .map_err(ConnectError::Broker)?;
        Ok(Connection {
            inner: Arc::new(inner),
        })
    }
}

/// A connection to the broker. It does not come back by itself: see [`BrokerConfig::connect`].
#[derive(Clone)]
pub struct Connection {
    pub(crate) inner: Arc<lapin::Connection>,
}

impl Connection {
    /// Whether the broker holds back publishers because it runs out of memory or disk.
    #[must_use]
    pub fn blocked(&self) -> bool {
        self.inner.status().blocked()
    }

    /// Whether the connection still stands.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.inner.status().connected()
    }

    /// Makes sure that everything the process uses was declared. A process refuses to start without it: a message
    /// published to a queue that is missing is confirmed into the void.
    ///
    /// # Errors
    /// When something is missing, naming it, or the connection is lost.
    pub async fn verify(&self, uses: Uses<'_>) -> Result<(), TopologyError> {
        for exchange in uses.exchanges {
            let channel = self.channel().await.map_err(TopologyError::Channel)?;
            let options = ExchangeDeclareOptions {
                passive: true,
                ..Default::default()
            };
            let declaring = channel.exchange_declare(
                (*exchange).into(),
                ExchangeKind::Topic,
                options,
                FieldTable::default(),
            );
            self.found(format!("exchange {exchange}"), declaring)
                .await?;
            self.done(&channel).await;
        }
        for queue in uses.queues {
            let channel = self.channel().await.map_err(TopologyError::Channel)?;
            let options = QueueDeclareOptions {
                passive: true,
                ..Default::default()
            };
            let declaring = channel.queue_declare((*queue).into(), options, FieldTable::default());
            self.found(format!("queue {queue}"), declaring).await?;
            self.done(&channel).await;
        }
        Ok(())
    }

    /// A channel of its own for whoever asks.
    pub(crate) async fn channel(&self) -> Result<lapin::Channel, lapin::Error> {
        answered(self.inner.status(), self.inner.create_channel()).await
    }

    async fn found<T>(
        &self,
        what: String,
        declaring: impl Future<Output = Result<T, lapin::Error>>,
    ) -> Result<(), TopologyError> {
        match answered(self.inner.status(), declaring).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_io_error() => Err(TopologyError::Channel(error)),
            Err(source) => Err(TopologyError::Missing { what, source }),
        }
    }

    async fn done(&self, channel: &lapin::Channel) {
        // The connection takes its channels with it.
        let _ = answered(self.inner.status(), channel.close(200, "done".into())).await;
    }

    /// Says good-bye. Unacknowledged deliveries go back to their queues.
    pub async fn close(&self) {
        let closing = self.inner.close(200, "done".into());
        // A broker that does not answer is left behind: the process is on its way out anyway.
        let _ = tokio::time::timeout(Duration::from_secs(2), closing).await;
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("connected", &self.connected())
            .finish_non_exhaustive()
    }
}
