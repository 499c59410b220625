//! A holder that dies after each commit, and between each question and the commit of what it means.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_domain::Money;
use velure_order_processor::Stepped;
use velure_order_processor::payment::{Charge, PaymentProvider, SimulatedConfig};
use velure_postgres::fulfilment::Fulfilment;

use crate::world::{DEAD, Placed, World};

async fn steps(world: &World, order: &Placed, count: usize) -> Fulfilment {
    let dying = world.processor(DEAD, SimulatedConfig::default());
    let mut held = world.recorded(order).await;
    for _ in 0..count {
        match dying.step(&held).await.expect("stored") {
            Stepped::Moved(moved) => held = *moved,
            other @ (Stepped::Postponed | Stepped::Finished) => panic!("{other:?}"),
        }
    }
    held
}

async fn crash_after_each_commit(options: PgPoolOptions, connect: PgConnectOptions, count: usize) {
    let world = World::open(options.clone(), connect.clone()).await;
    let order = Placed::new();
    steps(&world, &order, count).await;
    world.settle(&world.sound()).await;
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_goes_on_after_its_holder_died_once_it_was_recorded(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    crash_after_each_commit(options, connect, 0).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_goes_on_after_its_holder_died_once_it_was_reserved(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    crash_after_each_commit(options, connect, 1).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_goes_on_after_its_holder_died_once_it_was_charged(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    crash_after_each_commit(options, connect, 2).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_stays_as_it_is_after_its_holder_died_once_it_was_completed(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    crash_after_each_commit(options, connect, 3).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_declined_order_goes_on_after_its_holder_died_before_the_stock_was_returned(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::paid_with("pm_card_chargeDeclined");
    assert_eq!(steps(&world, &order, 2).await.phase.as_str(), "DECLINED");
    world.settle(&world.sound()).await;
    world.assert_failed(&order, "payment_declined").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn stock_that_was_held_before_its_holder_died_is_held_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    let held = steps(&world, &order, 0).await;
    world
        .catalog_client()
        .hold(order.id, &held.cart)
        .await
        .expect("held");
    world.settle(&world.sound()).await;
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_charge_that_was_made_before_its_holder_died_is_made_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    let held = steps(&world, &order, 1).await;
    let key = held
        .payment
        .as_ref()
        .expect("initiated")
        .idempotency_key
        .clone();
    let amount: Money = held.total;
    let charge = Charge {
        key: &key,
        amount,
        method: &held.payment_method,
    };
    world
        .payments(SimulatedConfig::default())
        .charge(&charge)
        .await
        .expect("charged");
    world.settle(&world.sound()).await;
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn stock_that_was_sold_before_its_holder_died_is_sold_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    steps(&world, &order, 2).await;
    world
        .catalog_client()
        .commit(order.id)
        .await
        .expect("committed");
    world.settle(&world.sound()).await;
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn stock_that_was_returned_before_its_holder_died_is_returned_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::paid_with("pm_card_chargeDeclined");
    steps(&world, &order, 2).await;
    world
        .catalog_client()
        .release(order.id)
        .await
        .expect("released");
    world.settle(&world.sound()).await;
    world.assert_failed(&order, "payment_declined").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_hold_that_arrives_after_the_order_was_given_up_takes_nothing(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    let stalled = steps(&world, &order, 0).await;
    world.deliver(&world.sound(), &order.expired()).await;
    world.assert_failed(&order, "timeout").await;
    // The first holder wakes up and does what it was about to do.
    let outcome = world
        .processor(DEAD, SimulatedConfig::default())
        .step(&stalled)
        .await;
    assert!(outcome.is_err(), "{outcome:?}");
    world.assert_failed(&order, "timeout").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_refusal_after_a_hold_was_sent_leaves_nothing_that_a_late_hold_could_take(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    let stalled = steps(&world, &order, 0).await;
    world.catalog.stock(crate::world::BOWL, 0);
    world.settle(&world.sound()).await;
    assert_eq!(world.failure(&order).await.0, "insufficient_stock");
    world.catalog.stock(crate::world::BOWL, 10);
    let outcome = world
        .processor(DEAD, SimulatedConfig::default())
        .step(&stalled)
        .await;
    assert!(outcome.is_err(), "{outcome:?}");
    world.assert_failed(&order, "insufficient_stock").await;
}
