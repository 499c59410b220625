//! What is done to the shop.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;
use uuid::Uuid;

use crate::lines;
use crate::random::Random;
use crate::stack::Stack;

/// The shop's own processes.
pub const PODS: [&str; 4] = ["server", "relay", "order-processor", "sse-gateway"];

/// How many messages are sent a second time at once.
const DUPLICATES: i64 = 200;

/// Something that is done to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blow {
    /// One of the shop's processes is killed and started again.
    KillProcess,
    /// All of them at once.
    KillAll,
    /// The broker is killed and started again.
    KillBroker,
    /// The broker loses everything it had, its topology too.
    WipeBroker,
    /// Every connection to the databases is ended.
    EndConnections,
    /// The database server is killed, with everything that it had not written yet.
    KillDatabase,
    /// Redis is killed and has forgotten everything.
    KillRedis,
    /// The catalogue's database is killed.
    KillCatalogue,
    /// Messages that were delivered are sent again.
    Duplicate,
    /// Messages that nobody can handle are sent.
    Poison,
    /// A queue loses its binding for a moment, so that messages reach nothing.
    Unroute,
    /// What is said on a line comes late.
    SlowLine,
    /// Nothing passes on a line for some seconds, and then all of it.
    StallLine,
    /// What a server answers is lost for some seconds, and its connections are then reset.
    LoseAnswers,
    /// The connections of a line break within what their server says.
    TearLine,
    /// The connections of a line are reset.
    CutLine,
    /// The connections of a line are forgotten on the way: nobody hears the other again, and none is closed.
    ForgetLine,
}

impl Blow {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::KillProcess,
        Self::KillAll,
        Self::KillBroker,
        Self::WipeBroker,
        Self::EndConnections,
        Self::KillDatabase,
        Self::KillRedis,
        Self::KillCatalogue,
        Self::Duplicate,
        Self::Poison,
        Self::Unroute,
        Self::SlowLine,
        Self::StallLine,
        Self::LoseAnswers,
        Self::TearLine,
        Self::CutLine,
        Self::ForgetLine,
    ];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KillProcess => "a process is killed",
            Self::KillAll => "all processes are killed",
            Self::KillBroker => "the broker is killed",
            Self::WipeBroker => "the broker loses everything",
            Self::EndConnections => "database connections are ended",
            Self::KillDatabase => "PostgreSQL is killed",
            Self::KillRedis => "Redis is killed and forgets",
            Self::KillCatalogue => "the catalogue's database is killed",
            Self::Duplicate => "messages come a second time",
            Self::Poison => "messages that nobody can handle",
            Self::Unroute => "messages reach no queue",
            Self::SlowLine => "a line is slow",
            Self::StallLine => "a line is silent",
            Self::LoseAnswers => "answers are lost",
            Self::TearLine => "connections break within an answer",
            Self::CutLine => "connections are cut",
            Self::ForgetLine => "connections are forgotten",
        }
    }

    /// Within what every order that had been accepted has to be final again, once what was killed serves. Whoever has lost a
    /// connection without being told notices after its heartbeats or its deadline, so that takes as long as a broker may.
    #[must_use]
    pub fn objective(self) -> Duration {
        Duration::from_secs(match self {
            Self::KillDatabase
            | Self::KillRedis
            | Self::KillCatalogue
            | Self::EndConnections
            | Self::SlowLine
            | Self::StallLine
            | Self::LoseAnswers
            | Self::TearLine
            | Self::CutLine => 15,
            Self::KillBroker | Self::Unroute | Self::ForgetLine => 30,
            Self::WipeBroker => 120,
            Self::KillProcess | Self::KillAll | Self::Duplicate | Self::Poison => 10,
        })
    }

    /// Does it, and returns when everything that was killed serves again.
    ///
    /// # Errors
    /// When it cannot be done, or a server does not come back.
    pub async fn strike(self, stack: &Stack, random: &mut Random) -> anyhow::Result<()> {
        let secs = Duration::from_secs;
        match self {
            Self::KillProcess => stack.kill_and_start(PODS[random.below(PODS.len())]).await,
            Self::KillAll => {
                for name in PODS {
                    stack.control("kill", name, None).await?;
                }
                for name in PODS {
                    stack.control("start", name, None).await?;
                }
                Ok(())
            }
            Self::KillBroker => restart(stack, "rabbitmq", "kill").await,
            Self::WipeBroker => wipe(stack).await,
            Self::EndConnections => end_connections(stack).await,
            Self::KillDatabase => restart(stack, "postgres", "kill").await,
            Self::KillRedis => restart(stack, "redis", "kill").await,
            Self::KillCatalogue => restart(stack, "mongodb", "kill").await,
            Self::Duplicate => duplicate(stack).await,
            Self::Poison => poison(stack).await,
            Self::Unroute => unroute(stack).await,
            Self::SlowLine => lines::disturb(stack, random, "slow:40", secs(3)).await,
            Self::StallLine => lines::disturb(stack, random, "stalled", secs(3)).await,
            Self::LoseAnswers => lines::disturb(stack, random, "unheard", secs(2)).await,
            Self::TearLine => {
                // From within the first answer to some way into the conversation.
                let torn = format!("torn:{}", 1 + random.below(4_000));
                lines::disturb(stack, random, &torn, secs(2)).await
            }
            Self::CutLine => lines::disturb(stack, random, "cut", Duration::from_millis(300)).await,
            Self::ForgetLine => lines::forget(stack, random).await,
        }
    }
}

/// Ends a server by `action` and starts it again.
///
/// # Errors
/// When it does not come back.
pub async fn restart(stack: &Stack, name: &str, action: &str) -> anyhow::Result<()> {
    stack.control(action, name, None).await?;
    stack.control("start", name, None).await?;
    stack.serving(name).await
}

async fn wipe(stack: &Stack) -> anyhow::Result<()> {
    stack.control("kill", "rabbitmq", None).await?;
    tokio::fs::remove_dir_all(stack.dir.join("rabbitmq/mnesia"))
        .await
        .context("the broker's data cannot be removed")?;
    stack.control("start", "rabbitmq", None).await?;
    stack.serving("rabbitmq").await?;
    declare(stack).await
}

/// Declares the topology, again and again while the broker is still coming up.
///
/// # Errors
/// When the broker does not take it within a minute.
pub async fn declare(stack: &Stack) -> anyhow::Result<()> {
    let started = Instant::now();
    while stack.velure(&["topology", "apply"], None).await? != 0 {
        ensure!(
            started.elapsed() < Duration::from_secs(60),
            "the topology cannot be applied"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn end_connections(stack: &Stack) -> anyhow::Result<()> {
    let pool = stack.orders()?;
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename like 'velure_%'",
    )
    .execute(&pool)
    .await?;
    Ok(())
}

/// Sends bodies that were sent before, with the ids that they had.
async fn duplicate(stack: &Stack) -> anyhow::Result<()> {
    let pool = stack.orders()?;
    let rows = sqlx::query(
        "select event_id, event_type, convert_from(body, 'UTF8') from (
           select event_id, event_type, body, created_at from orders.outbox union all
           select event_id, event_type, body, created_at from fulfilment.outbox) sent
         where event_type like 'order.%' and created_at < now() - interval '1 second' order by random() limit $1",
    )
    .bind(DUPLICATES)
    .fetch_all(&pool)
    .await?;
    for row in &rows {
        let (id, kind, body): (Uuid, String, String) = (row.get(0), row.get(1), row.get(2));
        publish(stack, &kind, id, &body).await?;
    }
    Ok(())
}

/// Messages that nobody can handle go to the dead letters, and are taken from there so that they are counted.
async fn poison(stack: &Stack) -> anyhow::Result<()> {
    let id = Uuid::new_v4();
    let whole = json!({"id": id, "type": "order.created", "schema_version": 1, "order_id": id, "version": 1,
        "occurred_at": "2026-01-02T03:04:05Z", "data": {}});
    let newer = whole
        .to_string()
        .replace("\"schema_version\":1", "\"schema_version\":99");
    let bodies = [
        String::new(),
        "[".repeat(10_000),
        "{\"id\":".to_owned(),
        newer,
        whole.to_string(),
        format!("\"{}\"", "x".repeat(60_000)),
    ];
    let before = dead(stack).await?;
    for body in &bodies {
        for kind in ["order.created", "order.completed"] {
            publish(stack, kind, Uuid::new_v4(), body).await?;
        }
    }
    let started = Instant::now();
    while dead(stack).await? < before + 2 * i64::try_from(bodies.len())? {
        ensure!(
            started.elapsed() < Duration::from_secs(30),
            "messages that nobody can handle are not with the dead letters"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn dead(stack: &Stack) -> anyhow::Result<i64> {
    let mut total = 0;
    for queue in [
        "process-order-queue.dlq",
        "publish-order-status-updates.dlq",
    ] {
        let body = json!({"count": 100_000, "ackmode": "ack_requeue_true", "encoding": "auto", "truncate": 1});
        let letters = stack
            .broker("POST", &format!("queues/%2f/{queue}/get"), Some(body))
            .await?;
        total += i64::try_from(letters.as_array().map_or(0, Vec::len))?;
    }
    Ok(total)
}

async fn publish(stack: &Stack, kind: &str, id: Uuid, body: &str) -> anyhow::Result<()> {
    let message = json!({"routing_key": kind, "payload": body, "payload_encoding": "string",
        "properties": {"message_id": id, "delivery_mode": 2}});
    stack
        .broker("POST", "exchanges/%2f/orders/publish", Some(message))
        .await?;
    Ok(())
}

/// The relay finds no queue for new orders for a moment; the topology is then applied again.
async fn unroute(stack: &Stack) -> anyhow::Result<()> {
    stack
        .broker(
            "DELETE",
            "bindings/%2f/e/orders/q/process-order-queue/order.created",
            None,
        )
        .await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    declare(stack).await
}
