//! The whole process against a real broker.

use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use velure_amqp::{BrokerConfig, Connection, ORDERS_EXCHANGE, PROCESS_QUEUE, Topology, Uses};
use velure_config::Env;
use velure_order_processor::{Config, start};
use velure_service::{Readiness, StopToken, Supervisor};
use velure_testkit::{Broker, Proxy, Vhost};

use crate::catalog::SIGNING_KEY;
use crate::world::{BOWL, DEAD, LEASH, Placed, World};

/// A running order processor.
struct Pod {
    readiness: Readiness,
    stop: StopToken,
    running: JoinSet<anyhow::Result<()>>,
}

impl Pod {
    async fn start(world: &World, database: &str, broker: &str, more: &[(&str, &str)]) -> Self {
        let env = Env::of([
            ("VELURE_FULFILMENT_DATABASE_URL", database),
            ("VELURE_AMQP_URL", broker),
            ("VELURE_CATALOG_URL", &world.catalog.url),
            ("VELURE_SERVICE_SIGNING_KEY", SIGNING_KEY),
            ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
            ("VELURE_PROCESSOR_RETRY_BASE", "1ms"),
        ])
        .with(more.iter().copied());
        let config = Config::from_env(&env).expect("a good configuration");
        let (mut supervisor, readiness, stop) =
            (Supervisor::new(), Readiness::default(), StopToken::new());
        start(config, &mut supervisor, readiness.clone())
            .await
            .expect("started");
        let mut running = JoinSet::new();
        let asked = stop.clone().cancelled_owned();
        running.spawn(supervisor.run(asked, Duration::from_secs(20)));
        Self {
            readiness,
            stop,
            running,
        }
    }

    /// Asks it to stop, and says how it ended.
    async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.ended().await
    }

    async fn ended(&mut self) -> anyhow::Result<()> {
        self.running
            .join_next()
            .await
            .expect("it was started")
            .expect("no panic")
    }
}

/// A virtual host with the topology in it.
async fn vhost() -> Vhost {
    let vhost = Broker::from_env().vhost().await;
    vhost
        .import(&Topology::load().definitions(vhost.name(), |_| Vhost::password_hash().to_owned()))
        .await;
    vhost
}

fn database(world: &World, address: Option<String>) -> String {
    let connect = &world.connect;
    let address =
        address.unwrap_or_else(|| format!("{}:{}", connect.get_host(), connect.get_port()));
    let name = connect.get_database().expect("a database");
    format!(
        "postgres://{}@{address}/{name}?options=-c%20role%3Dvelure_fulfilment",
        connect.get_username()
    )
}

async fn publish(vhost: &Vhost, order: &Placed) {
    publish_body(vhost, order, &order.body()).await;
}

async fn publish_body(vhost: &Vhost, order: &Placed, body: &str) {
    let properties = json!({"delivery_mode": 2, "message_id": order.id.to_string()});
    assert!(
        vhost
            .publish(ORDERS_EXCHANGE, "order.created", properties, body)
            .await,
        "it is routed"
    );
}

/// Looks until it is so.
async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let started = Instant::now();
    while !is_so().await {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{what} did not come to be"
        );
        tokio::task::yield_now().await;
    }
}

async fn until_phase(world: &World, order: &Placed, phase: &str) {
    until(phase, || async {
        world.find_phase(order).await.as_deref() == Some(phase)
    })
    .await;
}

/// Nothing is left in the queue, neither waiting nor handed out.
async fn assert_empty(vhost: &Vhost) {
    let admin: Connection = BrokerConfig::new(vhost.admin_url(), "test")
        .connect("look")
        .await
        .expect("connected");
    admin
        .verify(Uses {
            exchanges: &[],
            queues: &[PROCESS_QUEUE],
        })
        .await
        .expect("the queue is there");
    assert!(vhost.take(PROCESS_QUEUE, 10).await.is_empty());
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn orders_from_the_broker_are_fulfilled_and_their_messages_answered(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (World::open(options, connect).await, vhost().await);
    world.catalog.stock(crate::world::LEASH, 1_000);
    let pod = Pod::start(
        &world,
        &database(&world, None),
        &vhost.user_url("processor"),
        &[],
    )
    .await;
    let orders: Vec<_> = (0..10).map(|_| Placed::new()).collect();
    for order in &orders {
        publish(&vhost, order).await;
        publish(&vhost, order).await;
    }
    for order in &orders {
        until_phase(&world, order, "COMPLETED").await;
        assert_eq!(
            world.events(order).await,
            ["order.processing", "order.completed"]
        );
    }
    until("readiness", || async { pod.readiness.is_ready() }).await;
    pod.stop().await.expect("an orderly end");
    assert_empty(&vhost).await;
    assert_eq!(world.ledger().await.len(), 10);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn it_refuses_to_start_without_the_topology(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (
        World::open(options, connect).await,
        Broker::from_env().vhost().await,
    );
    let mut pod = Pod::start(&world, &database(&world, None), &vhost.admin_url(), &[]).await;
    let error = pod.ended().await.expect_err("there is no queue");
    assert!(
        format!("{error:#}").contains("queue process-order-queue is missing"),
        "{error:#}"
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn it_goes_on_after_the_broker_ended_its_connection(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (World::open(options, connect).await, vhost().await);
    let pod = Pod::start(
        &world,
        &database(&world, None),
        &vhost.user_url("processor"),
        &[],
    )
    .await;
    let (first, second) = (Placed::new(), Placed::new());
    publish(&vhost, &first).await;
    until_phase(&world, &first, "COMPLETED").await;
    until("a connection in the broker's list", || async {
        vhost.end_connections().await > 0
    })
    .await;
    publish(&vhost, &second).await;
    until_phase(&world, &second, "COMPLETED").await;
    pod.stop().await.expect("an orderly end");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn orders_on_record_are_fulfilled_without_a_broker(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    world.recorded(&order).await;
    let nowhere = "amqp://processor:none@127.0.0.1:1/none";
    let pod = Pod::start(&world, &database(&world, None), nowhere, &[]).await;
    until_phase(&world, &order, "COMPLETED").await;
    world.assert_completed(&order).await;
    assert_eq!(pod.readiness.waiting_for(), ["broker"]);
    pod.stop().await.expect("an orderly end");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_delivery_is_held_while_the_database_is_away(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (World::open(options, connect).await, vhost().await);
    let proxy = Proxy::to(&format!(
        "{}:{}",
        world.connect.get_host(),
        world.connect.get_port()
    ))
    .await
    .expect("a proxy");
    proxy.cut();
    let url = database(&world, Some(proxy.address().to_string()));
    let pod = Pod::start(&world, &url, &vhost.user_url("processor"), &[]).await;
    let order = Placed::new();
    publish(&vhost, &order).await;
    until("a consumer", || async {
        pod.readiness.waiting_for() == ["books"]
    })
    .await;
    assert_eq!(world.find_phase(&order).await, None);
    proxy.restore();
    until_phase(&world, &order, "COMPLETED").await;
    world.assert_completed(&order).await;
    pod.stop().await.expect("an orderly end");
    assert_empty(&vhost).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_poison_message_is_put_aside_and_holds_back_nobody(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (World::open(options, connect).await, vhost().await);
    let pod = Pod::start(
        &world,
        &database(&world, None),
        &vhost.user_url("processor"),
        &[],
    )
    .await;
    let order = Placed::new();
    for body in [
        "",
        "{",
        "[]",
        &"[".repeat(10_000),
        &order.body().replace("order.created", "order.dreamt"),
    ] {
        publish_body(&vhost, &order, body).await;
    }
    publish(&vhost, &order).await;
    until_phase(&world, &order, "COMPLETED").await;
    until("five dead letters", || async {
        world.dead_letters().await.len() == 5
    })
    .await;
    pod.stop().await.expect("an orderly end");
    assert_empty(&vhost).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn when_asked_to_stop_it_finishes_the_order_in_work(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (World::open(options, connect).await, vhost().await);
    let slow = [("VELURE_PAYMENT_DELAY", "700ms")];
    let pod = Pod::start(
        &world,
        &database(&world, None),
        &vhost.user_url("processor"),
        &slow,
    )
    .await;
    let order = Placed::new();
    publish(&vhost, &order).await;
    until_phase(&world, &order, "RESERVED").await;
    pod.stop().await.expect("an orderly end");
    world.assert_completed(&order).await;
    assert_empty(&vhost).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_whose_payment_outlasts_its_lease_stays_with_its_holder(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (World::open(options, connect).await, vhost().await);
    let slow = [
        ("VELURE_PROCESSOR_LEASE", "1s"),
        ("VELURE_PAYMENT_DELAY", "3s"),
    ];
    let url = database(&world, None);
    let one = Pod::start(&world, &url, &vhost.user_url("processor"), &slow).await;
    let two = Pod::start(&world, &url, &vhost.user_url("processor"), &slow).await;
    let order = Placed::new();
    publish(&vhost, &order).await;
    until_phase(&world, &order, "COMPLETED").await;
    assert_eq!(world.claims(&order).await, 1);
    one.stop().await.expect("an orderly end");
    two.stop().await.expect("an orderly end");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn two_pods_share_what_is_due_and_charge_each_order_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let (world, vhost) = (World::open(options, connect).await, vhost().await);
    world.catalog.stock(crate::world::LEASH, 1_000);
    world.catalog.stock(crate::world::BOWL, 1_000);
    let orders: Vec<_> = (0..20).map(|_| Placed::new()).collect();
    for order in &orders {
        world.recorded(order).await;
    }
    assert_eq!(DEAD.lease, Duration::ZERO, "they are due at once");
    let faults = [("VELURE_PAYMENT_LOST_ANSWERS", "1")];
    let url = database(&world, None);
    let one = Pod::start(&world, &url, &vhost.user_url("processor"), &faults).await;
    let two = Pod::start(&world, &url, &vhost.user_url("processor"), &faults).await;
    for order in &orders {
        until_phase(&world, order, "COMPLETED").await;
        assert_eq!(
            world.events(order).await,
            ["order.processing", "order.completed"]
        );
    }
    one.stop().await.expect("an orderly end");
    two.stop().await.expect("an orderly end");
    assert_eq!(world.ledger().await.len(), 20);
    assert_eq!(world.catalog.left(crate::world::LEASH), 960);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_catalogue_that_is_away_is_asked_again_by_a_few_orders_at_a_time(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    const AT_ONCE: usize = 16;
    const LEAST: usize = 8;
    let world = World::open(options, connect).await;
    world.catalog.stock(LEASH, 100);
    world.catalog.stock(BOWL, 100);
    let orders: Vec<Placed> = (0..30).map(|_| Placed::new()).collect();
    for order in &orders {
        world.recorded(order).await;
    }
    world.catalog.refuse(u32::MAX);
    world.catalog.close();
    let vhost = vhost().await;
    let more = [
        ("VELURE_PROCESSOR_RETRIES", "16"),
        ("VELURE_PROCESSOR_RETRY_CAP", "5ms"),
        ("VELURE_PROCESSOR_ATTEMPTS", "1000"),
    ];
    let pod = Pod::start(
        &world,
        &database(&world, None),
        &vhost.user_url("processor"),
        &more,
    )
    .await;
    let waits = |passed, waiting| {
        let at_the_door = world.catalog.at_the_door();
        async move { at_the_door == (passed, waiting) }
    };
    until("all that may ask at once", || waits(0, AT_ONCE)).await;
    world.catalog.let_in(AT_ONCE);
    until("half of them", || waits(AT_ONCE, LEAST)).await;
    world.catalog.most_at_once();
    for round in 1..=20 {
        world.catalog.let_in(1);
        until("the next call", || waits(AT_ONCE + round, LEAST)).await;
    }
    assert_eq!(world.catalog.most_at_once(), LEAST);
    world.catalog.refuse(0);
    world.catalog.let_in(1_000);
    for order in &orders {
        until_phase(&world, order, "COMPLETED").await;
    }
    pod.stop().await.expect("a good end");
}
