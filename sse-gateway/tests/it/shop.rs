use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use uuid::Uuid;
use velure_config::{Env, ExposeSecret, Reader};
use velure_contracts::http::UserRole;
use velure_contracts::sse::StatusFrame;
use velure_domain::{OrderId, SessionId, UserId};
use velure_http::{
    AccessClaims, AccessToken, KeySet, SessionCheck, SessionCheckError, SessionVerdict, SigningKey,
};
use velure_redis::{Redis, RedisConfig, StatusHint, StatusHints};
use velure_service::{Readiness, Supervisor};
use velure_sse_gateway::{Access, Limits};
use velure_testkit::Proxy;

use crate::browser::Events;

/// How long a test waits for what has to happen.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// The key pair of RFC 8032, test 1: everybody knows it.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
pub(crate) const JWKS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"test","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// The key as `velure keys generate` writes it.
pub(crate) fn signing_key_text() -> String {
    let seed =
        (0..32).map(|i| u8::from_str_radix(&SEED[i * 2..i * 2 + 2], 16).expect("hexadecimal"));
    let pkcs8: Vec<u8> = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"
        .iter()
        .copied()
        .chain(seed)
        .collect();
    format!("test.{}", URL_SAFE_NO_PAD.encode(pkcs8))
}

/// What auth knows, for a test to change.
#[derive(Default)]
pub(crate) struct Sessions {
    ended: Mutex<HashSet<SessionId>>,
    away: Mutex<bool>,
}

impl Sessions {
    pub(crate) fn end(&self, buyer: &Buyer) {
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(buyer.session);
    }

    pub(crate) fn go_away(&self) {
        *self.away.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

impl SessionCheck for Sessions {
    fn check<'a>(
        &'a self,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, Result<SessionVerdict, SessionCheckError>> {
        Box::pin(async move {
            if *self.away.lock().unwrap_or_else(PoisonError::into_inner) {
                return Err(SessionCheckError("auth is away".into()));
            }
            let ended = self
                .ended
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&token.session_id());
            Ok(if ended {
                SessionVerdict::Ended
            } else {
                SessionVerdict::Active {
                    role: UserRole::Shopper,
                }
            })
        })
    }
}

/// Somebody who is signed in.
pub(crate) struct Buyer {
    pub(crate) id: UserId,
    pub(crate) session: SessionId,
    pub(crate) cookie: String,
}

impl Buyer {
    pub(crate) fn new() -> Self {
        Self::for_seconds(600)
    }

    pub(crate) fn for_seconds(seconds: i64) -> Self {
        let (id, session) = (UserId::generate(), SessionId::generate());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970")
            .as_secs();
        let now = i64::try_from(now).expect("a time");
        let key = SigningKey::parse(&signing_key_text().into()).expect("a key");
        let token = key
            .sign_access(&AccessClaims::new(id, session, now, now + seconds))
            .expect("a token");
        Self {
            id,
            session,
            cookie: format!("{}={}", velure_http::ACCESS_COOKIE, token.expose_secret()),
        }
    }
}

/// A gateway, and everything around it.
pub(crate) struct Shop {
    pub(crate) base: String,
    pub(crate) database: PgPool,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) redis: Redis,
    /// The gateway's way to Redis.
    pub(crate) redis_proxy: Proxy,
    /// The gateway's way to PostgreSQL.
    pub(crate) postgres_proxy: Proxy,
    stop: Option<oneshot::Sender<()>>,
    running: JoinSet<anyhow::Result<()>>,
}

/// Limits for tests: nothing happens by itself unless the test asks for it.
pub(crate) fn quiet() -> Limits {
    let never = Duration::from_secs(3600);
    Limits {
        heartbeat: never,
        session_check: never,
        lifetime: never,
        sweep: never,
        sweep_without_feed: Duration::from_millis(50),
        drain: Duration::from_millis(100),
        ..Limits::default()
    }
}

pub(crate) fn redis_at(address: &str, prefix: &str) -> Redis {
    let env = Env::of([
        ("VELURE_REDIS_URL", format!("redis://{address}")),
        ("VELURE_REDIS_PREFIX", prefix.to_owned()),
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true".to_owned()),
    ]);
    let mut reader = Reader::new(&env);
    let config = RedisConfig::read(&mut reader);
    Redis::new(&reader.finish(config).expect("a configuration")).expect("a client")
}

/// `host:port` of the Redis for tests.
pub(crate) fn redis_target() -> String {
    let env = Env::process();
    let url = env
        .get("VELURE_TEST_REDIS_URL")
        .expect("VELURE_TEST_REDIS_URL names a Redis");
    url.trim_start_matches("redis://")
        .trim_end_matches('/')
        .to_owned()
}

/// The database as the gateway sees it: through a proxy, and with the rights of its role.
fn as_gateway(options: &PgConnectOptions, proxy: &Proxy) -> PgPool {
    let address = proxy.address();
    let options = options
        .clone()
        .host(&address.ip().to_string())
        .port(address.port());
    PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute("set role velure_gateway")
                    .await
                    .map(drop)
            })
        })
        .connect_lazy_with(options)
}

impl Shop {
    pub(crate) async fn open(database: PgPool) -> Self {
        Self::with(database, quiet()).await
    }

    pub(crate) async fn with(database: PgPool, limits: Limits) -> Self {
        let target = redis_target();
        let prefix = format!("test-{}", Uuid::new_v4().simple());
        let redis_proxy = Proxy::to(&target).await.expect("a proxy");
        let options = (*database.connect_options()).clone();
        let postgres = format!("{}:{}", options.get_host(), options.get_port());
        let postgres_proxy = Proxy::to(&postgres).await.expect("a proxy");
        let sessions = Arc::new(Sessions::default());
        let keys = KeySet::parse(JWKS).expect("keys");
        let access = Access {
            keys,
            sessions: sessions.clone(),
        };
        let mut supervisor = Supervisor::new();
        let readiness = Readiness::default();
        let address = velure_sse_gateway::serve(
            "127.0.0.1:0".parse().expect("an address"),
            limits,
            as_gateway(&options, &postgres_proxy).into(),
            redis_at(&redis_proxy.address().to_string(), &prefix),
            access,
            &mut supervisor,
            &readiness,
        )
        .expect("a gateway");
        let (stop, stopped) = oneshot::channel::<()>();
        let mut running = JoinSet::new();
        running.spawn(supervisor.run(async { drop(stopped.await) }, SOON));
        let redis = redis_at(&target, &prefix);
        Self {
            base: format!("http://{address}"),
            database,
            sessions,
            redis,
            redis_proxy,
            postgres_proxy,
            stop: Some(stop),
            running,
        }
    }

    /// Asks the gateway to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// How the gateway ended.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        let ended = tokio::time::timeout(SOON, self.running.join_next())
            .await
            .expect("it ends in time");
        ended.expect("it ran").expect("it did not panic")
    }

    pub(crate) fn request(&self, buyer: &Buyer, path: &str) -> reqwest::RequestBuilder {
        reqwest::Client::new()
            .get(format!("{}{path}", self.base))
            .header("cookie", &buyer.cookie)
    }

    /// Opens the stream of an order, from the beginning.
    pub(crate) async fn watch(&self, buyer: &Buyer, order: OrderId) -> Events {
        Events::open(self.request(buyer, &events_of(order))).await
    }

    /// Opens the stream of all orders, from the beginning.
    pub(crate) async fn watch_all(&self, buyer: &Buyer) -> Events {
        Events::open(self.request(buyer, ALL)).await
    }

    /// Stores a new order, as placing one does.
    pub(crate) async fn place(&self, buyer: &Buyer) -> OrderId {
        let order = OrderId::generate();
        sqlx::query(
            "with sequence as (
               insert into orders.buyers as b (buyer_id, last_sequence) values ($1, 1)
               on conflict (buyer_id) do update set last_sequence = b.last_sequence + 1 returning last_sequence
             ), placed as (
               insert into orders.orders (order_id, buyer_id, currency, total_minor, payment_method)
               values ($2, $1, 'USD', 2490, 'pm_card_visa') returning order_id
             ), line as (
               insert into orders.line_items (order_id, position, product_id, name, quantity, unit_price_minor)
               select order_id, 1, '0123456789abcdef01234567', 'Ball', 1, 2490 from placed
             )
             insert into orders.order_events (order_id, version, status, buyer_id, buyer_sequence)
             select placed.order_id, 1, 'CREATED', $1, sequence.last_sequence from placed, sequence",
        )
        .bind(buyer.id.as_uuid())
        .bind(order.as_uuid())
        .execute(&self.database)
        .await
        .expect("an order is stored");
        order
    }

    /// Moves an order on, as the relay does, and tells nobody.
    pub(crate) async fn advance(&self, order: OrderId, status: &str) -> StatusHint {
        let failure = (status == "FAILED").then_some("payment_declined");
        let (buyer, sequence, version, at): (Uuid, i64, i16, DateTime<Utc>) = sqlx::query_as(
            "with moved as (
               update orders.orders set status = $2, version = version + 1, failure_code = $3, updated_at = now()
               where order_id = $1 returning order_id, buyer_id, version
             ), sequence as (
               update orders.buyers b set last_sequence = last_sequence + 1 from moved
               where b.buyer_id = moved.buyer_id returning b.last_sequence
             )
             insert into orders.order_events (order_id, version, status, failure_code, buyer_id, buyer_sequence)
             select order_id, version, $2, $3, buyer_id, last_sequence from moved, sequence
             returning buyer_id, buyer_sequence, version, occurred_at",
        )
        .bind(order.as_uuid())
        .bind(status)
        .bind(failure)
        .fetch_one(&self.database)
        .await
        .expect("the order moves");
        StatusHint {
            order_id: order.as_uuid(),
            buyer_id: buyer,
            buyer_sequence: sequence,
            frame: StatusFrame {
                order_id: order.as_uuid(),
                version: u16::try_from(version).expect("1 to 3"),
                status: status.to_owned(),
                failure: None,
                at,
                traceparent: None,
            },
        }
    }

    /// Publishes hints, not through the proxy, until Redis has taken them: on a busy machine it may take longer than
    /// anybody else would wait.
    pub(crate) async fn tell(&self, hints: &[StatusHint]) {
        let hinting = StatusHints::new(self.redis.clone());
        tokio::time::timeout(SOON, async {
            while hinting.publish(hints).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("redis is there");
    }

    /// Moves an order on and tells who watches.
    pub(crate) async fn advance_and_tell(&self, order: OrderId, status: &str) {
        let hint = self.advance(order, status).await;
        self.tell(&[hint]).await;
    }
}

pub(crate) const ALL: &str = "/api/me/orders/events";

pub(crate) fn events_of(order: OrderId) -> String {
    format!("/api/me/orders/{order}/events")
}
