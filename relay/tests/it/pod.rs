use std::process::{Command, Output, Stdio};

use sqlx::PgPool;
use uuid::Uuid;
use velure_amqp::PROCESS_QUEUE;
use velure_postgres::outbox::Outbox;
use velure_testkit::{Broker, Vhost, process};

use crate::fixture::{database_url, redis_url, store, vhost};

/// The real program, set up like a pod.
fn relay(pool: &PgPool, vhost: &Vhost) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_velure-relay"));
    command
        .env_clear()
        .env("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true")
        .env("VELURE_ORDERS_DATABASE_URL", database_url(pool))
        .env("VELURE_AMQP_URL", vhost.user_url("relay"))
        .env("VELURE_REDIS_URL", redis_url())
        .env("VELURE_ADMIN_LISTEN", process::free_address().to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

async fn ended(child: std::process::Child) -> Output {
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    let ended = tokio::time::timeout(std::time::Duration::from_secs(60), ended)
        .await
        .expect("it ends");
    ended.expect("no panic").expect("an end")
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_program_publishes_and_ends_with_0_on_sigterm(pool: PgPool) {
    let vhost = vhost().await;
    store(&pool, Outbox::Orders, Uuid::now_v7(), 1, "order.created").await;
    let child = relay(&pool, &vhost).spawn().expect("started");
    vhost.take_until(PROCESS_QUEUE, 1).await;
    let told = Command::new("kill")
        .arg("-TERM")
        .arg(child.id().to_string())
        .status()
        .expect("a signal");
    assert!(told.success());
    let output = ended(child).await;
    let log = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{log}");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_program_refuses_to_start_without_the_topology(pool: PgPool) {
    let prepared = vhost().await;
    let empty = Broker::from_env().vhost().await;
    empty.allow("relay").await;
    let output = ended(relay(&pool, &empty).spawn().expect("started")).await;
    let log = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(
        log.contains("exchange orders is missing on the broker: run `velure topology apply` first"),
        "{log}"
    );
    drop(prepared);
}
