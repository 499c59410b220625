//! What 5,000 open streams cost one gateway process, and how long a status takes to reach all of them.
//!
//! Needs `VELURE_TEST_POSTGRES_URL` and `VELURE_TEST_REDIS_URL`. The gateway runs as a process of its own; the numbers
//! are its resident memory, as the kernel counts it, and times as the clients see them.

use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::StreamExt;
use futures::stream::{FuturesUnordered, iter};
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use uuid::Uuid;
use velure_config::{Env, ExposeSecret, Reader};
use velure_contracts::http::UserRole;
use velure_contracts::sse::StatusFrame;
use velure_domain::{OrderId, SessionId, UserId};
use velure_http::{AccessClaims, SigningKey};
use velure_redis::{Redis, RedisConfig, SessionCache, SessionVerdict, StatusHint, StatusHints};

const STREAMS: usize = 5_000;
const PER_BUYER: usize = 6;
/// Streams that are opened at once.
const OPENING: usize = 64;
/// What the gateway promises.
const KIB_PER_STREAM: u64 = 20;
const TOLD_WITHIN: Duration = Duration::from_secs(1);

/// The key pair of RFC 8032, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const JWKS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"bench","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

struct Watcher {
    buyer: UserId,
    order: OrderId,
    cookie: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    raise_descriptor_limit();
    let env = Env::process();
    let server = env
        .get("VELURE_TEST_POSTGRES_URL")
        .context("VELURE_TEST_POSTGRES_URL")?
        .to_owned();
    let redis_url = env
        .get("VELURE_TEST_REDIS_URL")
        .context("VELURE_TEST_REDIS_URL")?
        .to_owned();
    let name = format!("velure_bench_{}", Uuid::new_v4().simple());
    let mut admin = PgConnection::connect(&server).await.context("PostgreSQL")?;
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}")))
        .execute(&mut admin)
        .await?;
    let (base, _) = server
        .rsplit_once('/')
        .context("a database in VELURE_TEST_POSTGRES_URL")?;
    let outcome = measure(&format!("{base}/{name}"), &redis_url).await;
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "drop database {name} with (force)"
    )))
    .execute(&mut admin)
    .await?;
    outcome
}

async fn measure(database: &str, redis_url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(database).await?;
    velure_postgres::ORDERS.run(&mut connection).await?;
    let prefix = format!("bench-{}", Uuid::new_v4().simple());
    let key = signing_key();
    let redis = redis(redis_url, &prefix)?;
    let sessions = SessionCache::new(redis.clone());
    let mut watchers = Vec::new();
    for _ in 0..STREAMS.div_ceil(PER_BUYER) {
        watchers.push(
            watcher(
                &mut connection,
                &SigningKey::parse(&key.clone().into())?,
                &sessions,
            )
            .await?,
        );
    }
    let (mut gateway, address) = start(database, redis_url, &prefix, &key).await?;
    let process = gateway.id().context("the gateway runs")?;

    // Warm: what the first stream makes the process allocate is not the streams' cost.
    drop(open(&address, &watchers[0]).await?);
    let before = resident_kib(process)?;
    let started = Instant::now();
    let wanted: Vec<&Watcher> = watchers
        .iter()
        .flat_map(|watcher| [watcher; PER_BUYER])
        .take(STREAMS)
        .collect();
    let mut streams = iter(wanted)
        .map(|watcher| open(&address, watcher))
        .buffer_unordered(OPENING);
    let mut open = Vec::with_capacity(STREAMS);
    while let Some(stream) = streams.next().await {
        open.push(stream?);
    }
    let opened = started.elapsed();
    let after = resident_kib(process)?;

    let hints = advance(&mut connection).await?;
    let started = Instant::now();
    let mut told: FuturesUnordered<_> = open
        .iter_mut()
        .map(|stream| until(stream, "\"version\":2"))
        .collect();
    let publish = async {
        for batch in hints.chunks(200) {
            StatusHints::new(redis.clone()).publish(batch).await?;
        }
        anyhow::Ok(())
    };
    let (published, heard) = futures::join!(publish, async {
        while let Some(heard) = told.next().await {
            heard?;
        }
        anyhow::Ok(())
    });
    published?;
    heard?;
    let told_within = started.elapsed();
    let busy = resident_kib(process)?;
    gateway.kill().await?;

    let per_stream = (after.saturating_sub(before)) / STREAMS as u64;
    println(&format!(
        "{STREAMS} streams\n  opened in                 {opened:?}\n  resident before           {before} KiB\n  resident with streams     {after} KiB\n  per stream                {:.2} KiB (at most {KIB_PER_STREAM})\n  a status reached all in   {told_within:?} (at most {TOLD_WITHIN:?})\n  resident afterwards       {busy} KiB",
        (after.saturating_sub(before)) as f64 / STREAMS as f64
    ));
    ensure!(
        per_stream < KIB_PER_STREAM,
        "a stream costs too much memory"
    );
    ensure!(told_within < TOLD_WITHIN, "a status takes too long");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]
fn println(text: &str) {
    println!("{text}");
}

fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Without it the streams cannot be opened, which then says so.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
}

fn signing_key() -> String {
    let seed =
        (0..32).map(|i| u8::from_str_radix(&SEED[i * 2..i * 2 + 2], 16).expect("hexadecimal"));
    let head = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    format!(
        "bench.{}",
        URL_SAFE_NO_PAD.encode(head.iter().copied().chain(seed).collect::<Vec<u8>>())
    )
}

fn redis(url: &str, prefix: &str) -> Result<Redis> {
    let env = Env::of([
        ("VELURE_REDIS_URL", url),
        ("VELURE_REDIS_PREFIX", prefix),
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
    ]);
    let mut reader = Reader::new(&env);
    let config = RedisConfig::read(&mut reader);
    Ok(Redis::new(&reader.finish(config)?)?)
}

/// A buyer with one order, signed in.
async fn watcher(
    connection: &mut PgConnection,
    key: &SigningKey,
    sessions: &SessionCache,
) -> Result<Watcher> {
    let (buyer, session, order) = (
        UserId::generate(),
        SessionId::generate(),
        OrderId::generate(),
    );
    sqlx::query(
        "with buyer as (insert into orders.buyers (buyer_id, last_sequence) values ($1, 1)),
         placed as (
           insert into orders.orders (order_id, buyer_id, currency, total_minor, payment_method)
           values ($2, $1, 'USD', 2490, 'pm_card_visa') returning order_id)
         insert into orders.order_events (order_id, version, status, buyer_id, buyer_sequence)
         select order_id, 1, 'CREATED', $1, 1 from placed",
    )
    .bind(buyer.as_uuid())
    .bind(order.as_uuid())
    .execute(connection)
    .await?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let token = key.sign_access(&AccessClaims::new(buyer, session, now, now + 600))?;
    sessions
        .put(
            session,
            SessionVerdict::Active {
                role: UserRole::Shopper,
            },
        )
        .await;
    Ok(Watcher {
        buyer,
        order,
        cookie: format!("{}={}", velure_http::ACCESS_COOKIE, token.expose_secret()),
    })
}

/// Moves every order on, and gives the hints that say so.
async fn advance(connection: &mut PgConnection) -> Result<Vec<StatusHint>> {
    let rows: Vec<(Uuid, Uuid, chrono::DateTime<chrono::Utc>)> = sqlx::query_as(
        "with moved as (
           update orders.orders set status = 'PROCESSING', version = 2 returning order_id, buyer_id
         ), counted as (update orders.buyers set last_sequence = 2)
         insert into orders.order_events (order_id, version, status, buyer_id, buyer_sequence)
         select order_id, 2, 'PROCESSING', buyer_id, 2 from moved returning order_id, buyer_id, occurred_at",
    )
    .fetch_all(connection)
    .await?;
    let hint = |(order_id, buyer_id, at)| StatusHint {
        order_id,
        buyer_id,
        buyer_sequence: 2,
        frame: StatusFrame {
            order_id,
            version: 2,
            status: "PROCESSING".to_owned(),
            failure: None,
            at,
            traceparent: None,
        },
    };
    Ok(rows.into_iter().map(hint).collect())
}

async fn start(
    database: &str,
    redis_url: &str,
    prefix: &str,
    key: &str,
) -> Result<(Child, String)> {
    let mut gateway = Command::new(env!("CARGO_BIN_EXE_velure-sse-gateway"))
        .env_clear()
        .envs([
            ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
            ("VELURE_ADMIN_LISTEN", "127.0.0.1:0"),
            ("VELURE_GATEWAY_LISTEN", "127.0.0.1:0"),
            ("VELURE_ORDERS_DATABASE_URL", database),
            ("VELURE_REDIS_URL", redis_url),
            ("VELURE_REDIS_PREFIX", prefix),
            ("VELURE_ACCESS_JWKS", JWKS),
            ("VELURE_AUTH_URL", "http://127.0.0.1:1"),
            ("VELURE_SERVICE_SIGNING_KEY", key),
        ])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(gateway.stdout.take().context("piped")?).lines();
    while let Some(line) = lines.next_line().await? {
        let line: serde_json::Value = serde_json::from_str(&line)?;
        if line["message"] == "listening" {
            let address = line["address"].as_str().context("an address")?.to_owned();
            return Ok((gateway, address));
        }
    }
    anyhow::bail!("the gateway did not start")
}

/// Opens a stream and reads its first event.
async fn open(address: &str, watcher: &Watcher) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "GET /api/me/orders/{}/events HTTP/1.1\r\nhost: bench\r\ncookie: {}\r\n\r\n",
        watcher.order, watcher.cookie
    );
    stream.write_all(head.as_bytes()).await?;
    until(&mut stream, "\"version\":1")
        .await
        .with_context(|| format!("the stream of {}", watcher.buyer))?;
    Ok(stream)
}

async fn until(stream: &mut TcpStream, wanted: &str) -> Result<()> {
    let mut text = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let read = stream.read(&mut buffer).await?;
        ensure!(
            read > 0,
            "the stream ended: {}",
            String::from_utf8_lossy(&text)
        );
        text.extend_from_slice(&buffer[..read]);
        if text
            .windows(wanted.len())
            .any(|window| window == wanted.as_bytes())
        {
            return Ok(());
        }
    }
}

fn resident_kib(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
