use futures::future::join_all;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_amqp::Outcome;
use velure_order_processor::payment::SimulatedConfig;

use crate::world::{AT_ONCE, BOWL, DEAD, LEASH, Placed, TRACE, World};

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_is_reserved_charged_and_completed(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    assert_eq!(world.deliver(&world.sound(), &order).await, Outcome::Ack);
    world.assert_completed(&order).await;
    let trace = TRACE.get(..35).expect("the trace's id");
    assert!(
        world
            .catalog
            .traces()
            .iter()
            .all(|seen| seen.starts_with(trace)),
        "{:?}",
        world.catalog.traces()
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_delivery_that_comes_four_times_has_its_effect_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    let all = join_all((0..4).map(|_| world.deliver(&processor, &order))).await;
    assert_eq!(all, [Outcome::Ack; 4]);
    world.settle(&processor).await;
    world.assert_completed(&order).await;
    for _ in 0..3 {
        assert_eq!(world.deliver(&processor, &order).await, Outcome::Ack);
    }
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_declined_card_fails_the_order_and_returns_its_stock(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::paid_with("pm_card_chargeDeclined");
    world.deliver(&world.sound(), &order).await;
    world.assert_failed(&order, "payment_declined").await;
    assert_eq!(world.catalog.state(&order.id.to_string()), Some("released"));
    assert_eq!(world.ledger().await, [("DECLINED".to_owned(), Some(2490))]);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn too_little_stock_fails_the_order_by_the_product_at_fault_and_charges_nothing(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    world.catalog.stock(BOWL, 0);
    let order = Placed::new();
    world.deliver(&world.sound(), &order).await;
    assert_eq!(world.phase(&order).await, "FAILED");
    assert_eq!(
        world.events(&order).await,
        ["order.processing", "order.failed"]
    );
    assert_eq!(
        world.failure(&order).await,
        ("insufficient_stock".to_owned(), Some(BOWL.to_owned()))
    );
    assert_eq!(
        world.catalog.left(LEASH),
        10,
        "the other line was not taken either"
    );
    assert!(world.ledger().await.is_empty());
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_product_that_is_not_sold_any_more_fails_the_order(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let mut world = World::open(options, connect).await;
    world.catalog = crate::catalog::Catalog::open().await;
    world.catalog.stock(LEASH, 10);
    let order = Placed::new();
    world.deliver(&world.sound(), &order).await;
    assert_eq!(
        world.failure(&order).await,
        ("product_unavailable".to_owned(), Some(BOWL.to_owned()))
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_last_unit_goes_to_one_of_many(options: PgPoolOptions, connect: PgConnectOptions) {
    let world = World::open(options, connect).await;
    world.catalog.stock(BOWL, 1);
    let processor = world.sound();
    let orders: Vec<_> = (0..8).map(|_| Placed::new()).collect();
    join_all(orders.iter().map(|order| world.deliver(&processor, order))).await;
    let mut phases = Vec::new();
    for order in &orders {
        phases.push(world.phase(order).await);
    }
    assert_eq!(
        phases.iter().filter(|phase| *phase == "COMPLETED").count(),
        1,
        "{phases:?}"
    );
    assert_eq!(
        phases.iter().filter(|phase| *phase == "FAILED").count(),
        7,
        "{phases:?}"
    );
    assert_eq!(world.ledger().await.len(), 1);
    assert_eq!(
        (world.catalog.left(LEASH), world.catalog.left(BOWL)),
        (8, 0)
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_that_is_asked_about_again_has_its_answer_sent_again_and_nothing_else(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    world.deliver(&processor, &order).await;
    world.deliver(&processor, &order.redriven()).await;
    // Also when its time is over: what is decided stays.
    world.deliver(&processor, &order.expired()).await;
    assert_eq!(
        world.events(&order).await,
        ["order.processing", "order.completed"].repeat(3)
    );
    assert_eq!(world.ledger().await.len(), 1);
    assert_eq!(world.catalog.left(LEASH), 8);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn processors_that_race_on_one_order_charge_it_once(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    // Every claim is open to everybody at once: only the fencing by lease number keeps them apart.
    let racers: Vec<_> = (0..6)
        .map(|_| world.processor(DEAD, SimulatedConfig::default()))
        .collect();
    join_all(racers.iter().map(|racer| world.deliver(racer, &order))).await;
    join_all(racers.iter().map(|racer| racer.run_due())).await;
    world.settle(&world.sound()).await;
    world.assert_completed(&order).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_whose_time_is_over_before_anything_was_asked_fails_and_cannot_hold_stock_later(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let order = Placed::new();
    world.deliver(&world.sound(), &order.expired()).await;
    world.assert_failed(&order, "timeout").await;
    assert_eq!(
        world.catalog.state(&order.id.to_string()),
        Some("released"),
        "a late hold is refused"
    );
    assert!(world.ledger().await.is_empty());
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_that_the_catalog_never_answers_is_given_up_with_its_stock_returned(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    // The first hold is done and its answer lost; then the catalog is away for as long as there are tries.
    world.catalog.lose_answers(1);
    world.deliver(&processor, &order).await;
    assert_eq!(world.phase(&order).await, "RECORDED");
    assert_eq!(world.catalog.left(LEASH), 8);
    world.catalog.refuse(AT_ONCE.attempts + 2);
    world.settle(&processor).await;
    world.assert_failed(&order, "internal").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_survives_a_catalog_that_loses_every_first_answer(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    for method in ["pm_card_visa", "pm_card_chargeDeclined"] {
        let world = World::open(options.clone(), connect.clone()).await;
        let (order, processor) = (Placed::paid_with(method), world.sound());
        world.catalog.lose_answers(1);
        world.deliver(&processor, &order).await;
        assert_eq!(world.phase(&order).await, "RECORDED");
        // The hold is found again; then the commit or release is lost.
        let held = world
            .store(DEAD.lease)
            .claim_due(1)
            .await
            .expect("claimed")
            .pop()
            .expect("due")
            .expect("readable");
        moved(
            world
                .processor(DEAD, SimulatedConfig::default())
                .step(&held)
                .await,
        );
        world.catalog.lose_answers(1);
        world.settle(&processor).await;
        let end = if method == "pm_card_visa" {
            "COMPLETED"
        } else {
            "FAILED"
        };
        assert_eq!(world.phase(&order).await, end);
        assert_eq!(world.events(&order).await.len(), 2);
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_charged_order_whose_stock_was_given_away_waits_for_a_person_and_never_fails(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    let recorded = world.recorded(&order).await;
    let held = moved(processor.step(&recorded).await);
    let charged = moved(processor.step(&held).await);
    world.catalog.force(&order.id.to_string(), "released");
    processor.drive(charged).await;
    for _ in 0..30 {
        assert_eq!(processor.run_due().await.expect("claimed"), 1);
    }
    world.deliver(&processor, &order.expired()).await;
    assert_eq!(world.phase(&order).await, "CHARGED");
    // Put right by a person, it goes on by itself.
    world.catalog.force(&order.id.to_string(), "held");
    world.settle(&processor).await;
    assert_eq!(world.phase(&order).await, "COMPLETED");
}

fn moved<E: std::fmt::Debug>(
    stepped: Result<velure_order_processor::Stepped, E>,
) -> velure_postgres::fulfilment::Fulfilment {
    match stepped {
        Ok(velure_order_processor::Stepped::Moved(order)) => *order,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_delivery_that_is_no_order_becomes_a_dead_letter_with_its_reason(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let processor = world.sound();
    let order = Placed::new();
    let unknown = order
        .body()
        .replace("\"schema_version\":1", "\"schema_version\":9");
    let huge = "x".repeat(2 << 20);
    for (body, reason) in [
        ("{", "the body is no event"),
        (&unknown, "schema version 9"),
        (&huge, "the body is longer"),
    ] {
        let mut incoming = order.incoming();
        incoming.body = body.as_bytes().to_vec();
        assert_eq!(
            processor
                .handle(incoming, &velure_service::StopToken::new())
                .await,
            Outcome::Ack
        );
        let (kind, stored, content) = world.dead_letters().await.pop().expect("a dead letter");
        assert_eq!(kind, "dead.process-order-queue");
        assert!(stored.starts_with(reason), "{stored}");
        assert!(body.as_bytes().starts_with(&content) && content.len() <= 1 << 20);
    }
    assert_eq!(world.find_phase(&order).await, None);
    // The id is known by now, and still: when it comes in a version that can be read, the order is fulfilled.
    world.deliver(&processor, &order).await;
    assert_eq!(world.phase(&order).await, "COMPLETED");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_event_that_contradicts_the_record_becomes_a_dead_letter(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let (order, processor) = (Placed::new(), world.sound());
    world.deliver(&processor, &order).await;
    let mut dearer = order.redriven().incoming();
    dearer.body = String::from_utf8(dearer.body)
        .expect("JSON")
        .replace("2490", "1")
        .into_bytes();
    assert_eq!(
        processor
            .handle(dearer, &velure_service::StopToken::new())
            .await,
        Outcome::Ack
    );
    assert_eq!(world.dead_letters().await.len(), 1);
    assert_eq!(world.ledger().await, [("SUCCEEDED".to_owned(), Some(2490))]);
}
