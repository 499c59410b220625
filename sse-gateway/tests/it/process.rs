use std::process::Stdio;

use serde_json::Value;
use sqlx::PgPool;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::browser::Events;
use crate::shop::{ALL, Buyer, JWKS, SOON, redis_target, signing_key_text};

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_velure-sse-gateway"));
    command
        .env_clear()
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A gateway for this database, with an auth context that never answers.
fn start(pool: &PgPool, prefix: &str) -> Child {
    let options = pool.connect_options();
    let database = format!(
        "postgres://{}@{}:{}/{}",
        options.get_username(),
        options.get_host(),
        options.get_port(),
        options.get_database().expect("a database")
    );
    command()
        .envs([
            ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
            ("VELURE_ADMIN_LISTEN", "127.0.0.1:0"),
            ("VELURE_GATEWAY_LISTEN", "127.0.0.1:0"),
            ("VELURE_ORDERS_DATABASE_URL", &database),
            ("VELURE_REDIS_URL", &format!("redis://{}", redis_target())),
            ("VELURE_REDIS_PREFIX", prefix),
            ("VELURE_ACCESS_JWKS", JWKS),
            ("VELURE_AUTH_URL", "http://127.0.0.1:1"),
            ("VELURE_SERVICE_SIGNING_KEY", &signing_key_text()),
        ])
        .spawn()
        .expect("it starts")
}

/// The next log line with this message.
async fn logged(lines: &mut tokio::io::Lines<BufReader<ChildStdout>>, message: &str) -> Value {
    timeout(SOON, async {
        loop {
            let line = lines
                .next_line()
                .await
                .expect("a line")
                .expect("the log goes on");
            let line: Value = serde_json::from_str(&line).expect("every line is JSON");
            if line["message"] == message {
                return line;
            }
        }
    })
    .await
    .unwrap_or_else(|_| panic!("nothing said {message:?}"))
}

fn terminate(child: &Child) {
    let id = i32::try_from(child.id().expect("it runs")).expect("a process id");
    let id = rustix::process::Pid::from_raw(id).expect("not zero");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is ours");
}

#[tokio::test]
async fn without_a_configuration_it_exits_with_64_and_names_everything_that_is_missing() {
    let output = timeout(SOON, command().output())
        .await
        .expect("it ends")
        .expect("it ran");
    assert_eq!(output.status.code(), Some(64));
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(text.lines().count(), 1, "{text}");
    for variable in [
        "VELURE_ADMIN_LISTEN",
        "VELURE_GATEWAY_LISTEN",
        "VELURE_ORDERS_DATABASE_URL",
        "VELURE_REDIS_URL",
    ] {
        assert!(text.contains(variable), "{text}");
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn the_process_becomes_ready_asks_auth_and_ends_with_0_when_terminated(pool: PgPool) {
    let mut child = start(&pool, "test-process");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let admin = logged(&mut lines, "serving live, ready and metrics").await["address"]
        .as_str()
        .expect("text")
        .to_owned();
    let address = logged(&mut lines, "listening").await["address"]
        .as_str()
        .expect("text")
        .to_owned();
    timeout(SOON, async {
        while reqwest::get(format!("http://{admin}/ready"))
            .await
            .expect("an answer")
            .status()
            != 200
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("it becomes ready");
    assert_eq!(
        reqwest::get(format!("http://{admin}/live"))
            .await
            .expect("an answer")
            .status(),
        200
    );
    let metrics = reqwest::get(format!("http://{admin}/metrics"))
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(metrics.contains("velure_sse_gateway_feed_up"), "{metrics}");
    let buyer = Buyer::new();
    let request = reqwest::Client::new()
        .get(format!("http://{address}{ALL}"))
        .header("cookie", &buyer.cookie);
    assert_eq!(request.send().await.expect("an answer").status(), 503);
    terminate(&child);
    let status = timeout(SOON, child.wait())
        .await
        .expect("it ends in time")
        .expect("it ended");
    assert_eq!(status.code(), Some(0));
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_remembered_session_needs_no_auth(pool: PgPool) {
    use velure_redis::{SessionCache, SessionVerdict};
    let buyer = Buyer::new();
    let redis = crate::shop::redis_at(&redis_target(), "test-remembered");
    let active = SessionVerdict::Active {
        role: velure_contracts::http::UserRole::Shopper,
    };
    SessionCache::new(redis).put(buyer.session, active).await;
    let mut child = start(&pool, "test-remembered");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let address = logged(&mut lines, "listening").await["address"]
        .as_str()
        .expect("text")
        .to_owned();
    let request = reqwest::Client::new()
        .get(format!("http://{address}{ALL}"))
        .header("cookie", &buyer.cookie);
    let mut events = Events::open(request).await;
    events.retry().await;
    terminate(&child);
    events.end().await;
    let status = timeout(SOON, child.wait())
        .await
        .expect("it ends in time")
        .expect("it ended");
    assert_eq!(status.code(), Some(0));
}
