//! Charges whose answer never came.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_amqp::Outcome;
use velure_order_processor::payment::{
    Charge, ChargeOutcome, PaymentError, PaymentProvider, Simulated, SimulatedConfig,
};
use velure_order_processor::{Driven, Processor};
use velure_postgres::fulfilment::{FulfilmentError, FulfilmentStore};
use velure_testkit::Proxy;

use crate::world::{AT_ONCE, DEAD, Placed, World};

const ANSWERS_LOST: SimulatedConfig = SimulatedConfig {
    delay: std::time::Duration::ZERO,
    decline_per_mille: 0,
    lost_answers: 1,
    lost_requests: 0,
};
const REQUESTS_LOST: SimulatedConfig = SimulatedConfig {
    lost_answers: 0,
    lost_requests: 1_000,
    ..ANSWERS_LOST
};

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_charge_whose_answer_got_lost_keeps_the_stock_and_is_found_again(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.processor(AT_ONCE, ANSWERS_LOST));
    assert_eq!(world.deliver(&processor, &order).await, Outcome::Ack);
    assert_eq!(world.phase(&order).await, "RESERVED");
    assert_eq!(world.events(&order).await, ["order.processing"]);
    assert_eq!(world.catalog.state(&order.id.to_string()), Some("held"));
    world.settle(&processor).await;
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_that_got_further_before_it_had_to_wait_was_not_tried_in_vain(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let deaf = world.processor(AT_ONCE, REQUESTS_LOST);
    let order = Placed::new();
    let recorded = world.recorded(&order).await;
    assert_eq!(deaf.drive(recorded).await, Driven::WentOn);
    assert_eq!(world.phase(&order).await, "RESERVED");
    let again = async || {
        let mut due = world.store(DEAD.lease).claim_due(1).await.expect("claimed");
        due.remove(0).expect("readable")
    };
    assert_eq!(deaf.drive(again().await).await, Driven::InVain);
    assert_eq!(world.sound().drive(again().await).await, Driven::WentOn);
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_charge_that_never_arrived_is_asked_for_again_for_as_long_as_it_takes(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    let deaf = world.processor(AT_ONCE, REQUESTS_LOST);
    world.deliver(&deaf, &order).await;
    // Far more tries than an order that was never charged is given.
    for _ in 0..20 {
        assert_eq!(deaf.run_due().await.expect("claimed"), 1);
        assert_eq!(world.phase(&order).await, "RESERVED");
    }
    world.settle(&world.sound()).await;
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_declined_charge_whose_answer_got_lost_fails_the_order_once_it_is_known(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::paid_with("pm_card_chargeDeclined");
    let processor = world.processor(AT_ONCE, ANSWERS_LOST);
    world.deliver(&processor, &order).await;
    assert_eq!(world.phase(&order).await, "RESERVED");
    world.settle(&processor).await;
    world.assert_failed(&order, "payment_declined").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn when_time_is_over_a_charge_that_never_arrived_is_cancelled_and_can_never_succeed(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    let deaf = world.processor(AT_ONCE, REQUESTS_LOST);
    world.deliver(&deaf, &order).await;
    world.deliver(&deaf, &order.expired()).await;
    assert_eq!(world.phase(&order).await, "FAILED");
    assert_eq!(world.failure(&order).await.0, "timeout");
    assert_eq!(world.catalog.state(&order.id.to_string()), Some("released"));
    // The request that was on its way all along arrives now.
    let method = "pm_card_visa".parse().expect("a legal token");
    let amount =
        velure_domain::Money::new(2490, velure_domain::Currency::Usd).expect("a legal amount");
    let key = format!("order:{}:charge", order.id);
    let late = world
        .payments(SimulatedConfig::default())
        .charge(&Charge {
            key: &key,
            amount,
            method: &method,
        })
        .await;
    assert_eq!(late.expect("an answer for good"), ChargeOutcome::Cancelled);
    assert_eq!(world.ledger().await, [("CANCELLED".to_owned(), None)]);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn when_time_is_over_a_charge_that_was_made_after_all_completes_the_order(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.processor(AT_ONCE, ANSWERS_LOST));
    world.deliver(&processor, &order).await;
    assert_eq!(world.phase(&order).await, "RESERVED");
    world.deliver(&processor, &order.expired()).await;
    assert_eq!(world.phase(&order).await, "COMPLETED");
    assert_eq!(world.ledger().await, [("SUCCEEDED".to_owned(), Some(2490))]);
    // The answer was asked for again while it was in doubt, so PROCESSING went out twice, and then the end.
    assert_eq!(
        world.events(&order).await,
        ["order.processing", "order.processing", "order.completed"]
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn when_time_is_over_an_order_whose_stock_may_be_held_fails_with_its_stock_returned(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    world.catalog.lose_answers(1);
    world.deliver(&processor, &order).await;
    assert_eq!(world.catalog.state(&order.id.to_string()), Some("held"));
    // The release is lost once, too.
    world.catalog.lose_answers(1);
    world.deliver(&processor, &order.expired()).await;
    world.settle(&processor).await;
    world.assert_failed(&order, "timeout").await;
}

/// Found by trying the runbook: the charge was refused because its key was known, and then looked up by that key alone,
/// found, and taken for paid.
#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_foreign_charge_under_an_orders_key_never_pays_for_it(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    let method = "pm_card_visa".parse().expect("a legal token");
    let amount =
        velure_domain::Money::new(1, velure_domain::Currency::Usd).expect("a legal amount");
    let key = format!("order:{}:charge", order.id);
    let foreign = Charge {
        key: &key,
        amount,
        method: &method,
    };
    let payments = world.payments(SimulatedConfig::default());
    payments.charge(&foreign).await.expect("charged");
    world.deliver(&processor, &order).await;
    for _ in 0..3 {
        assert_eq!(world.phase(&order).await, "RESERVED");
        assert_eq!(processor.run_due().await.expect("claimed"), 1);
    }
    // Nor is it taken for cancelled when time is over: a person has to settle it.
    world.deliver(&processor, &order.expired()).await;
    assert_eq!(world.phase(&order).await, "RESERVED");
    assert_eq!(world.catalog.state(&order.id.to_string()), Some("held"));
    assert_eq!(world.ledger().await, [("SUCCEEDED".to_owned(), Some(1))]);
}

/// Takes the money, and then the books are gone.
struct CutsTheBooks {
    provider: Simulated,
    books: Arc<Proxy>,
}

impl PaymentProvider for CutsTheBooks {
    async fn charge(&self, charge: &Charge<'_>) -> Result<ChargeOutcome, PaymentError> {
        let outcome = self.provider.charge(charge).await;
        self.books.cut();
        outcome
    }

    async fn look_up(&self, charge: &Charge<'_>) -> Result<Option<ChargeOutcome>, PaymentError> {
        self.provider.look_up(charge).await
    }

    async fn cancel(&self, charge: &Charge<'_>) -> Result<ChargeOutcome, PaymentError> {
        self.provider.cancel(charge).await
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_charge_that_could_not_be_stored_is_made_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let target = format!("{}:{}", world.connect.get_host(), world.connect.get_port());
    let proxy = Arc::new(Proxy::to(&target).await.expect("a proxy"));
    let through = world
        .connect
        .clone()
        .host("127.0.0.1")
        .port(proxy.address().port());
    let pool = PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(200))
        .connect_lazy_with(through);
    let payments = CutsTheBooks {
        provider: world.payments(SimulatedConfig::default()),
        books: proxy,
    };
    let processor = Processor::new(
        FulfilmentStore::new(pool, DEAD.lease),
        world.catalog_client(),
        payments,
        DEAD,
    );
    let order = Placed::new();
    // Answered all the same: the order is on record.
    let outcome = processor
        .handle(order.incoming(), &velure_service::StopToken::new())
        .await;
    assert_eq!(outcome, Outcome::Ack);
    assert_eq!(world.phase(&order).await, "RESERVED");
    assert_eq!(world.ledger().await.len(), 1);
    world.settle(&world.sound()).await;
    world.assert_completed(&order).await;
}

/// Found by the simulator: seed 1143 had a person called for an order that had been driven on rightly.
#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn who_wakes_up_after_another_has_ended_the_order_calls_nobody(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let calls_somebody = || metrics.render().contains("invariant_breaches_total");

    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    let asleep = world.recorded(&order).await;
    world.deliver(&processor, &order.expired()).await;
    world.assert_failed(&order, "timeout").await;
    // The catalog says that the reservation has ended, which is right.
    let late = processor.step(&asleep).await;
    assert!(matches!(late, Err(FulfilmentError::Stale)), "{late:?}");
    assert!(!calls_somebody());

    // The same answer to whoever does hold the order is a breach.
    let other = Placed::new();
    world.catalog.lose_answers(1);
    world.deliver(&processor, &other).await;
    world.catalog.force(&other.id.to_string(), "released");
    assert_eq!(processor.run_due().await.expect("claimed"), 1);
    assert!(calls_somebody());
}
