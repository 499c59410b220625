use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;
use velure_config::{Env, Reader};
use velure_postgres::outbox::Outbox;
use velure_redis::{FeedEvent, HintFeed, Redis, RedisConfig, StatusHint, Topic};

use crate::fixture::{Relay, body, order, redis_url, store, vhost};

/// The next hint on the feed.
async fn next(events: &mut mpsc::UnboundedReceiver<FeedEvent>) -> StatusHint {
    loop {
        let event = tokio::time::timeout(Duration::from_secs(20), events.recv())
            .await
            .expect("a hint in time");
        if let FeedEvent::Hint(hint) = event.expect("the feed goes on") {
            return hint;
        }
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn whoever_watches_a_buyers_orders_is_told_of_every_move_from_the_first(pool: PgPool) {
    let vhost = vhost().await;
    let (order_id, buyer_id) = order(&pool, Duration::ZERO).await;
    let relay = Relay::start(&pool, &vhost, &[]).await;
    let env = Env::of([
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
        ("VELURE_REDIS_URL", &redis_url()),
        ("VELURE_REDIS_PREFIX", &relay.redis_prefix),
    ]);
    let mut feed =
        HintFeed::new(Redis::new(&RedisConfig::read(&mut Reader::new(&env))).expect("a client"));
    let subscriptions = feed.subscriptions();
    let (sender, mut events) = mpsc::unbounded_channel();
    let mut listening = JoinSet::new();
    listening.spawn(async move {
        feed.listen(|event| drop(sender.send(event)))
            .await
            .map(|_| ())
    });
    while !matches!(events.recv().await, Some(FeedEvent::Connected)) {}
    subscriptions.watch(Topic::Buyer(buyer_id.into())).await;

    store(&pool, Outbox::Orders, order_id, 1, "order.created").await;
    let told = |hint: StatusHint| {
        (
            hint.order_id,
            hint.buyer_id,
            hint.buyer_sequence,
            hint.frame.version,
            hint.frame.status,
        )
    };
    assert_eq!(
        told(next(&mut events).await),
        (order_id, buyer_id, 1, 1, "CREATED".to_owned())
    );
    let failure = json!({"failure": {"code": "payment_declined", "message": "m"}});
    let event: Value = failure;
    let text = body(Uuid::now_v7(), order_id, 3, "order.failed", event);
    assert!(
        vhost
            .publish("orders", "order.failed", json!({"delivery_mode": 2}), &text)
            .await
    );
    assert_eq!(
        told(next(&mut events).await),
        (order_id, buyer_id, 2, 2, "PROCESSING".to_owned())
    );
    let last = next(&mut events).await;
    assert_eq!(
        last.frame.failure.as_ref().map(|f| f.code.as_str()),
        Some("payment_declined")
    );
    assert_eq!(told(last), (order_id, buyer_id, 3, 3, "FAILED".to_owned()));
    relay.stop().await;
}
