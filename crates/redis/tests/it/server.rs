use std::time::Duration;

use uuid::Uuid;
use velure_config::{Env, Reader};
use velure_redis::{Redis, RedisConfig};
use velure_testkit::Proxy;

/// How long a test waits for what has to happen.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// `host:port` of the Redis for tests.
fn target() -> String {
    let env = Env::process();
    let url = env
        .get("VELURE_TEST_REDIS_URL")
        .expect("VELURE_TEST_REDIS_URL names a Redis");
    url.trim_start_matches("redis://")
        .trim_end_matches('/')
        .to_owned()
}

/// A client whose keys nobody else has.
pub(crate) fn at(address: &str) -> Redis {
    let env = Env::of([
        ("VELURE_REDIS_URL", format!("redis://{address}")),
        (
            "VELURE_REDIS_PREFIX",
            format!("test-{}", Uuid::new_v4().simple()),
        ),
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true".to_owned()),
    ]);
    let mut reader = Reader::new(&env);
    let config = RedisConfig::read(&mut reader);
    Redis::new(&reader.finish(config).expect("a configuration")).expect("a client")
}

pub(crate) fn redis() -> Redis {
    at(&target())
}

/// A client behind a proxy, so that its Redis can be taken away.
pub(crate) async fn redis_behind_proxy() -> (Redis, Proxy) {
    let proxy = Proxy::to(&target()).await.expect("a proxy");
    (at(&proxy.address().to_string()), proxy)
}

/// A connection of the test's own.
pub(crate) async fn raw() -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(format!("redis://{}", target())).expect("a client");
    client
        .get_multiplexed_async_connection()
        .await
        .expect("a connection")
}
