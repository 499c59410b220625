//! The simulated provider answers as a real one does.

use futures::future::join_all;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_domain::{Currency, Money, PaymentMethod};
use velure_order_processor::payment::{
    Charge, ChargeOutcome, PaymentError, PaymentProvider, SimulatedConfig,
};

use crate::world::World;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::Usd).expect("a legal amount")
}

fn visa() -> PaymentMethod {
    "pm_card_visa".parse().expect("a legal token")
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_same_question_gets_the_same_answer_for_good(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let method = visa();
    let charge = Charge {
        key: "k",
        amount: usd(500),
        method: &method,
    };
    let provider = world.payments(SimulatedConfig::default());
    let answers = join_all((0..8).map(|_| provider.charge(&charge))).await;
    // Another process, which would decline everything it is asked for the first time.
    let other = world.payments(SimulatedConfig {
        decline_per_mille: 1000,
        ..SimulatedConfig::default()
    });
    let first = other.charge(&charge).await.expect("an answer");
    assert!(matches!(first, ChargeOutcome::Succeeded { .. }));
    for answer in answers {
        assert_eq!(answer.expect("an answer"), first);
    }
    assert_eq!(
        other.look_up(&charge).await.expect("an answer"),
        Some(first)
    );
    assert_eq!(world.ledger().await.len(), 1);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_key_with_other_parameters_is_refused(options: PgPoolOptions, connect: PgConnectOptions) {
    let world = World::open(options, connect).await;
    let provider = world.payments(SimulatedConfig::default());
    let (method, other) = (visa(), "pm_card_mastercard".parse().expect("a legal token"));
    provider
        .charge(&Charge {
            key: "k",
            amount: usd(500),
            method: &method,
        })
        .await
        .expect("charged");
    for charge in [
        Charge {
            key: "k",
            amount: usd(501),
            method: &method,
        },
        Charge {
            key: "k",
            amount: usd(500),
            method: &other,
        },
    ] {
        for answer in [
            provider.charge(&charge).await.map(Some),
            provider.look_up(&charge).await,
            provider.cancel(&charge).await.map(Some),
        ] {
            assert!(matches!(answer, Err(PaymentError::KeyReused)), "{answer:?}");
        }
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_cancelled_key_is_never_charged_and_a_charged_one_never_cancelled(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let provider = world.payments(SimulatedConfig::default());
    let method = visa();
    let [first, second] = ["a", "b"].map(|key| Charge {
        key,
        amount: usd(1),
        method: &method,
    });
    assert_eq!(provider.look_up(&first).await.expect("an answer"), None);
    assert_eq!(
        provider.cancel(&first).await.expect("an answer"),
        ChargeOutcome::Cancelled
    );
    let late = provider.charge(&first).await;
    assert_eq!(late.expect("an answer"), ChargeOutcome::Cancelled);
    let made = provider.charge(&second).await.expect("charged");
    assert_eq!(provider.cancel(&second).await.expect("an answer"), made);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_charge_and_a_cancellation_that_race_get_one_answer(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let provider = world.payments(SimulatedConfig::default());
    let method = visa();
    for round in 0..20 {
        let key = format!("k{round}");
        let charge = Charge {
            key: &key,
            amount: usd(1),
            method: &method,
        };
        let (charged, cancelled) = tokio::join!(provider.charge(&charge), provider.cancel(&charge));
        assert_eq!(charged.expect("an answer"), cancelled.expect("an answer"));
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn about_as_many_are_declined_as_is_asked_for_and_the_same_ones_each_time(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let world = World::open(options, connect).await;
    let some = world.payments(SimulatedConfig {
        decline_per_mille: 250,
        ..SimulatedConfig::default()
    });
    let method = visa();
    let keys: Vec<_> = (0..200).map(|number| format!("key-{number}")).collect();
    let charges: Vec<_> = keys
        .iter()
        .map(|key| Charge {
            key,
            amount: usd(1),
            method: &method,
        })
        .collect();
    let answers = join_all(charges.iter().map(|charge| some.charge(charge))).await;
    let declined = answers
        .iter()
        .filter(|answer| matches!(answer, Ok(ChargeOutcome::Declined { .. })))
        .count();
    // The keys are fixed, so the count is: a quarter of 200, give or take what a hash does.
    assert!((30..=70).contains(&declined), "{declined}");
    let all = world.payments(SimulatedConfig {
        decline_per_mille: 1000,
        ..SimulatedConfig::default()
    });
    let answer = all
        .charge(&Charge {
            key: "fresh",
            amount: usd(1),
            method: &method,
        })
        .await;
    assert_eq!(
        answer.expect("an answer"),
        ChargeOutcome::Declined {
            decline_code: "generic_decline".to_owned()
        }
    );
}
