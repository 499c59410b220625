use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use velure_amqp::Topology;
use velure_config::Env;
use velure_postgres::outbox::{NewEvent, Outbox, append};
use velure_relay::Config;
use velure_service::{Readiness, Supervisor};
use velure_testkit::{Broker, Vhost};

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for a fact, and fails when it does not become true.
pub(crate) async fn until(what: &str, mut fact: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !fact().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, waiting).await.is_ok(),
        "in vain: {what}"
    );
}

/// A virtual host with the topology in it.
pub(crate) async fn vhost() -> Vhost {
    let vhost = Broker::from_env().vhost().await;
    vhost
        .import(&Topology::load().definitions(vhost.name(), |_| Vhost::password_hash().to_owned()))
        .await;
    vhost
}

/// A running relay. Dropping it is what kill -9 is: every task ends where it stands, every socket closes.
pub(crate) struct Relay {
    tasks: JoinSet<anyhow::Result<()>>,
    stop: CancellationToken,
    pub(crate) redis_prefix: String,
}

impl Relay {
    pub(crate) async fn start(pool: &PgPool, vhost: &Vhost, settings: &[(&str, &str)]) -> Self {
        let url = database_url(pool);
        let redis_prefix = format!("test-{}", Uuid::new_v4().simple());
        let env = Env::of([
            ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
            ("VELURE_ORDERS_DATABASE_URL", &url),
            ("VELURE_AMQP_URL", &vhost.user_url("relay")),
            ("VELURE_REDIS_URL", &redis_url()),
            ("VELURE_REDIS_PREFIX", &redis_prefix),
            ("VELURE_RELAY_RETRY", "1ms"),
        ])
        .with(settings.iter().copied());
        let config = Config::from_env(&env).expect("a configuration");
        let mut supervisor = Supervisor::new();
        velure_relay::start(config, &mut supervisor, Readiness::default())
            .await
            .expect("the relay starts");
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(supervisor.run(async move { stopped.cancelled().await }, PATIENCE));
        Self {
            tasks,
            stop,
            redis_prefix,
        }
    }

    /// Asks it to stop, as SIGTERM does, and waits for its end.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        let ended = self.tasks.join_next().await.expect("a task");
        ended.expect("no panic").expect("an orderly end");
    }

    /// Ends it where it stands.
    pub(crate) async fn kill(mut self) {
        self.tasks.shutdown().await;
    }
}

/// The test's own database.
pub(crate) fn database_url(pool: &PgPool) -> String {
    let options = pool.connect_options();
    let database = options.get_database().expect("a test has a database");
    format!(
        "postgres://{}@{}:{}/{database}",
        options.get_username(),
        options.get_host(),
        options.get_port()
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own services come from the environment"
)]
pub(crate) fn redis_url() -> String {
    std::env::var("VELURE_TEST_REDIS_URL").expect("VELURE_TEST_REDIS_URL names the test's Redis")
}

/// Stores an event by itself.
pub(crate) async fn store(
    pool: &PgPool,
    outbox: Outbox,
    order_id: Uuid,
    version: i16,
    event_type: &str,
) -> Uuid {
    let mut connection = pool.acquire().await.expect("a connection");
    let event = event(order_id, version, event_type);
    let _ = append(&mut connection, outbox, &event)
        .await
        .expect("stored");
    event.event_id
}

pub(crate) fn event(order_id: Uuid, version: i16, event_type: &str) -> NewEvent<'_> {
    let event_id = Uuid::now_v7();
    NewEvent {
        event_id,
        order_id,
        version,
        event_type,
        body: body(event_id, order_id, version, event_type, json!({})).into_bytes(),
        reason: None,
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        tracestate: None,
    }
}

pub(crate) fn body(
    id: Uuid,
    order_id: Uuid,
    version: i16,
    event_type: &str,
    data: Value,
) -> String {
    json!({"id": id, "type": event_type, "schema_version": 1, "order_id": order_id, "version": version,
           "occurred_at": "2026-01-02T03:04:05Z", "data": data})
    .to_string()
}

/// How many rows of the outbox are published, of all.
pub(crate) async fn published(pool: &PgPool, outbox: Outbox) -> (i64, i64) {
    let sql = format!(
        "select count(*) - (select count(*) from {table}_pending), count(*) from {table}",
        table = outbox.table()
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_one(pool)
        .await
        .expect("counts")
}

pub(crate) async fn all_published(pool: &PgPool, outbox: Outbox) -> bool {
    let (published, all) = published(pool, outbox).await;
    published == all
}

/// A stored order of one line, CREATED, standing still for `age`.
pub(crate) async fn order(pool: &PgPool, age: Duration) -> (Uuid, Uuid) {
    let (order_id, buyer_id) = (Uuid::now_v7(), Uuid::now_v7());
    let mut transaction = pool.begin().await.expect("a transaction");
    for sql in [
        "insert into orders.orders (order_id, buyer_id, currency, total_minor, payment_method, created_at, updated_at)
         values ($1, $2, 'USD', 1998, 'pm_card_visa', now() - make_interval(secs => $3), now() - make_interval(secs => $3))",
        "with o as (select $1::uuid, $2::uuid, $3::float8)
         insert into orders.line_items (order_id, position, product_id, name, quantity, unit_price_minor)
         select $1, 0, '0123456789abcdef01234567', 'a ball', 2, 999 from o",
        "with o as (select $1::uuid, $2::uuid, $3::float8)
         insert into orders.buyers (buyer_id, last_sequence) select $2, 1 from o",
        "with o as (select $1::uuid, $2::uuid, $3::float8)
         insert into orders.order_events (order_id, version, status, buyer_id, buyer_sequence) select $1, 1, 'CREATED', $2, 1 from o",
    ] {
        let query = sqlx::query(sql).bind(order_id).bind(buyer_id).bind(age.as_secs_f64());
        query.execute(&mut *transaction).await.expect("stored");
    }
    transaction.commit().await.expect("committed");
    (order_id, buyer_id)
}

/// `x-order-id` and `x-version` of messages, as the management API shows them.
pub(crate) fn order_and_version(message: &Value) -> (String, i64) {
    let headers = &message["properties"]["headers"];
    (
        headers["x-order-id"].as_str().expect("an order").to_owned(),
        headers["x-version"].as_i64().expect("a version"),
    )
}

pub(crate) fn message_id(message: &Value) -> Uuid {
    message["properties"]["message_id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("a message id")
}
