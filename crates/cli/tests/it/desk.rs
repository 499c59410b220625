//! The operator's desk against the real broker and database.

use std::process::Output;

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::process::Command;
use uuid::Uuid;
use velure_amqp::{PROCESS_QUEUE, Topology};
use velure_testkit::{Broker, Vhost};

struct Desk {
    vhost: Vhost,
    database: String,
}

impl Desk {
    async fn open(connect: &PgConnectOptions) -> Self {
        let vhost = Broker::from_env().vhost().await;
        let definitions =
            Topology::load().definitions(vhost.name(), |_| Vhost::password_hash().to_owned());
        vhost.import(&definitions).await;
        let database = format!(
            "postgres://{}@{}:{}/{}",
            connect.get_username(),
            connect.get_host(),
            connect.get_port(),
            connect.get_database().expect("a database")
        );
        Self { vhost, database }
    }

    /// Puts a message among the dead letters, as the relay does.
    async fn dead_letter(&self, body: &str) -> Uuid {
        let id = Uuid::now_v7();
        let headers = json!({"x-velure-reason": "it is of another time", "x-order-id": id});
        let properties = json!({"message_id": id, "delivery_mode": 2, "headers": headers});
        let key = "dead.process-order-queue";
        assert!(self.vhost.publish("orders", key, properties, body).await);
        id
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_velure"))
            .args(arguments)
            .env_clear()
            .env("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true")
            .env("VELURE_OPERATOR_DATABASE_URL", &self.database)
            .env("VELURE_OPERATOR_AMQP_URL", self.vhost.admin_url())
            .env(
                "VELURE_RABBITMQ_MANAGEMENT_URL",
                self.vhost.management_url(),
            )
            .kill_on_drop(true)
            .output()
            .await
            .expect("it runs")
    }

    async fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{arguments:?}: {out}{err}");
        out
    }

    async fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let (out, err) = texts(&output);
        assert!(!output.status.success(), "{arguments:?}: {out}");
        format!("{out}{err}")
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_dead_letter_is_looked_at_replayed_once_and_written_down(
    _: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let desk = Desk::open(&connect).await;
    let (first, second) = (
        desk.dead_letter("{\"a\":1}").await,
        desk.dead_letter("{}").await,
    );
    let (first, second) = (first.to_string(), second.to_string());
    for _ in 0..2 {
        let listed = desk.said(&["dlq", "ls"]).await;
        assert!(
            listed.contains(&first) && listed.contains(&second),
            "{listed}"
        );
        assert!(listed.contains("it is of another time"), "{listed}");
    }
    let shown = desk.said(&["dlq", "show", &first]).await;
    assert!(shown.contains("{\"a\":1}"), "{shown}");

    let why = ["--why", "the new processor reads it", "--by", "Ada"];
    let replay = [&["dlq", "replay", &first][..], &why].concat();
    desk.said(&replay).await;
    let came = desk.vhost.take_until(PROCESS_QUEUE, 1).await;
    assert_eq!(came[0]["payload"], "{\"a\":1}");
    assert_eq!(came[0]["properties"]["message_id"], first.as_str());
    assert_eq!(
        came[0]["properties"]["headers"]["x-order-id"],
        first.as_str()
    );
    assert!(
        desk.refused(&replay)
            .await
            .contains("no dead letter is called")
    );
    assert!(desk.vhost.take(PROCESS_QUEUE, 1).await.is_empty());

    let dropped = [&["dlq", "drop", &second][..], &why].concat();
    desk.said(&dropped).await;
    assert!(desk.said(&["dlq", "ls"]).await.contains("no dead letters"));
    let actions = desk.said(&["actions"]).await;
    for said in [
        format!("dlq replay {first}  replayed to process-order-queue by Ada"),
        format!("dlq drop {second}  dropped by Ada"),
    ] {
        assert!(actions.contains(&said), "{said} in {actions}");
    }
    assert_eq!(actions.lines().count(), 2, "{actions}");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn nothing_changes_without_a_reason(_: PgPoolOptions, connect: PgConnectOptions) {
    let desk = Desk::open(&connect).await;
    let id = desk.dead_letter("{}").await.to_string();
    for arguments in [
        &["dlq", "replay", &id, "--by", "Ada"][..],
        &["dlq", "drop", &id, "--by", "Ada", "--why", " "],
        &["dlq", "drop", &id, "--why", "it is of no use"],
        &["dlq", "replay", "--by", "Ada", "--why", "it is of use"],
        &["outbox", "unpark", "--by", "Ada", "--why", "it is of use"],
    ] {
        desk.refused(arguments).await;
    }
    assert!(desk.said(&["dlq", "ls"]).await.contains(&id));
    assert!(
        desk.said(&["actions"])
            .await
            .contains("nobody has changed anything")
    );
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn every_dead_letter_is_replayed_at_once_when_that_is_asked_for(
    _: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let desk = Desk::open(&connect).await;
    for number in 0..20 {
        desk.dead_letter(&number.to_string()).await;
    }
    let said = desk
        .said(&[
            "dlq",
            "replay",
            "--all",
            "--by",
            "Ada",
            "--why",
            "all is well again",
        ])
        .await;
    assert_eq!(said.lines().count(), 20, "{said}");
    let came = desk.vhost.take_until(PROCESS_QUEUE, 20).await;
    let bodies: Vec<_> = came
        .iter()
        .map(|message| message["payload"].clone())
        .collect();
    let sent: Vec<_> = (0..20).map(|number| json!(number.to_string())).collect();
    assert_eq!(bodies, sent);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_doctor_names_what_is_wrong_and_fails(_: PgPoolOptions, connect: PgConnectOptions) {
    let desk = Desk::open(&connect).await;
    let doctor = ["doctor", "--vhost", desk.vhost.name()];
    let (well, _) = texts(&desk.run(&doctor).await);
    for what in [
        "database",
        "migrations",
        "clock",
        "orders",
        "outbox",
        "changes",
        "topology",
        "dead letters",
    ] {
        assert!(
            well.contains(&format!("ok     {what}\n")),
            "{what} in {well}"
        );
    }
    desk.dead_letter("{}").await;
    desk.vhost.delete_queue(PROCESS_QUEUE).await;
    let ill = desk.refused(&doctor).await;
    for what in ["topology: ", "dead letters: 1 wait"] {
        assert!(ill.contains(&format!("WRONG  {what}")), "{what} in {ill}");
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn an_order_that_is_not_there_is_said_to_be_none(
    _: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let desk = Desk::open(&connect).await;
    let id = Uuid::now_v7().to_string();
    let said = desk.refused(&["orders", "show", &id]).await;
    assert!(said.contains("there is no order"), "{said}");
}
