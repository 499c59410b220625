use std::time::Instant;

use redis::AsyncCommands;
use velure_contracts::http::UserRole;
use velure_domain::SessionId;
use velure_redis::{DEADLINE, SESSION_TTL, SessionCache, SessionVerdict};

use crate::server::{at, raw, redis, redis_behind_proxy};

const SHOPPER: SessionVerdict = SessionVerdict::Active {
    role: UserRole::Shopper,
};
const ADMIN: SessionVerdict = SessionVerdict::Active {
    role: UserRole::Admin,
};

/// Asks until the verdict is found, which has to be soon.
async fn until_found(cache: &SessionCache, session: SessionId) {
    tokio::time::timeout(crate::server::SOON, async {
        while cache.get(session).await != Some(SHOPPER) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the verdict is found again");
}

#[tokio::test]
async fn a_verdict_is_remembered_until_it_is_forgotten() {
    let cache = SessionCache::new(redis());
    let session = SessionId::generate();
    assert_eq!(cache.get(session).await, None);
    cache.put(session, ADMIN).await;
    assert_eq!(cache.get(session).await, Some(ADMIN));
    cache.forget(session).await;
    assert_eq!(cache.get(session).await, None);
}

#[tokio::test]
async fn an_ended_session_is_not_revived_by_a_slower_verdict() {
    let cache = SessionCache::new(redis());
    let session = SessionId::generate();
    cache.put(session, SHOPPER).await;
    cache.put(session, SessionVerdict::Ended).await;
    cache.put(session, SHOPPER).await;
    assert_eq!(cache.get(session).await, Some(SessionVerdict::Ended));
}

#[tokio::test]
async fn a_verdict_is_believed_for_less_than_30_seconds_also_when_it_is_put_again() {
    let redis = redis();
    let cache = SessionCache::new(redis.clone());
    let session = SessionId::generate();
    let mut raw = raw().await;
    for verdict in [SHOPPER, SHOPPER, SessionVerdict::Ended] {
        cache.put(session, verdict).await;
        let left: i64 = raw
            .ttl(redis.keys().session(session))
            .await
            .expect("a time to live");
        assert!(
            left > 0 && left <= i64::try_from(SESSION_TTL.as_secs()).expect("20"),
            "{left}"
        );
    }
    assert!(SESSION_TTL.as_secs() < 30);
}

#[tokio::test]
async fn a_redis_that_does_not_answer_costs_one_deadline_and_then_nothing() {
    let (redis, proxy) = redis_behind_proxy().await;
    let cache = SessionCache::new(redis);
    let session = SessionId::generate();
    cache.put(session, SHOPPER).await;
    proxy.stall();
    let started = Instant::now();
    assert_eq!(cache.get(session).await, None);
    assert!(started.elapsed() < DEADLINE * 3, "{:?}", started.elapsed());
    let started = Instant::now();
    for _ in 0..100 {
        assert_eq!(cache.get(session).await, None);
    }
    assert!(started.elapsed() < DEADLINE * 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_redis_that_comes_back_is_used_again() {
    let (redis, proxy) = redis_behind_proxy().await;
    let cache = SessionCache::new(redis);
    let session = SessionId::generate();
    cache.put(session, SHOPPER).await;
    proxy.cut();
    assert_eq!(cache.get(session).await, None);
    proxy.restore();
    until_found(&cache, session).await;
}

#[tokio::test]
async fn a_connection_that_was_forgotten_on_the_way_is_replaced() {
    let (redis, proxy) = redis_behind_proxy().await;
    let cache = SessionCache::new(redis);
    let session = SessionId::generate();
    cache.put(session, SHOPPER).await;
    assert_eq!(cache.get(session).await, Some(SHOPPER));
    proxy.forget();
    until_found(&cache, session).await;
}

#[tokio::test]
async fn where_there_is_no_redis_nobody_waits() {
    // Port 1 belongs to nobody.
    let cache = SessionCache::new(at("127.0.0.1:1"));
    let started = Instant::now();
    assert_eq!(cache.get(SessionId::generate()).await, None);
    cache.put(SessionId::generate(), SHOPPER).await;
    assert!(started.elapsed() < DEADLINE * 4, "{:?}", started.elapsed());
}
