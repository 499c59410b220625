use chrono::Utc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use velure_contracts::sse::StatusFrame;
use velure_domain::{OrderId, UserId};
use velure_redis::{
    FeedEvent, HintFeed, HintLost, Redis, StatusHint, StatusHints, Subscriptions, Topic,
};

use crate::server::{SOON, at, redis, redis_behind_proxy};

fn hint(order: OrderId, buyer: UserId, version: u16) -> StatusHint {
    StatusHint {
        order_id: order.as_uuid(),
        buyer_id: buyer.as_uuid(),
        buyer_sequence: i64::from(version) + 40,
        frame: StatusFrame {
            order_id: order.as_uuid(),
            version,
            status: "PROCESSING".to_owned(),
            failure: None,
            at: Utc::now(),
            traceparent: None,
        },
    }
}

/// A feed that listens again whenever it was lost.
struct Listening {
    subscriptions: Subscriptions,
    events: mpsc::UnboundedReceiver<FeedEvent>,
    _task: JoinSet<()>,
}

impl Listening {
    fn to(redis: Redis) -> Self {
        let mut feed = HintFeed::new(redis);
        let subscriptions = feed.subscriptions();
        let (sender, events) = mpsc::unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn(async move {
            loop {
                let lost = feed.listen(|event| drop(sender.send(event))).await;
                assert!(lost.is_err());
                tokio::task::yield_now().await;
            }
        });
        Self {
            subscriptions,
            events,
            _task: task,
        }
    }

    async fn next(&mut self) -> FeedEvent {
        timeout(SOON, self.events.recv())
            .await
            .expect("an event in time")
            .expect("the feed goes on")
    }

    async fn connected(&mut self) {
        assert!(matches!(self.next().await, FeedEvent::Connected));
    }

    async fn hint(&mut self) -> StatusHint {
        match self.next().await {
            FeedEvent::Hint(hint) => hint,
            FeedEvent::Connected => panic!("the feed was lost"),
        }
    }
}

#[tokio::test]
async fn a_hint_reaches_who_watches_the_order_and_who_watches_its_buyer() {
    let redis = redis();
    let hints = StatusHints::new(redis.clone());
    let (mut of_order, mut of_buyer) = (Listening::to(redis.clone()), Listening::to(redis));
    of_order.connected().await;
    of_buyer.connected().await;
    let (order, buyer) = (OrderId::generate(), UserId::generate());
    of_order.subscriptions.watch(Topic::Order(order)).await;
    of_buyer.subscriptions.watch(Topic::Buyer(buyer)).await;
    // Somebody else's hint first: it must not be what arrives.
    let sent = hint(order, buyer, 2);
    hints
        .publish(&[
            hint(OrderId::generate(), UserId::generate(), 2),
            sent.clone(),
        ])
        .await
        .expect("redis is there");
    assert_eq!(of_order.hint().await, sent);
    assert_eq!(of_buyer.hint().await, sent);
}

#[tokio::test]
async fn what_is_no_longer_watched_is_no_longer_told() {
    let redis = redis();
    let hints = StatusHints::new(redis.clone());
    let mut feed = Listening::to(redis);
    feed.connected().await;
    let (first, second, buyer) = (OrderId::generate(), OrderId::generate(), UserId::generate());
    feed.subscriptions.watch(Topic::Order(first)).await;
    feed.subscriptions.unwatch(Topic::Order(first));
    // Confirmed after the change before it.
    feed.subscriptions.watch(Topic::Order(second)).await;
    hints
        .publish(&[hint(first, buyer, 2), hint(second, buyer, 3)])
        .await
        .expect("redis is there");
    assert_eq!(feed.hint().await.order_id, second.as_uuid());
}

#[tokio::test]
async fn a_feed_that_was_lost_says_so_and_watches_everything_again() {
    let (redis, proxy) = redis_behind_proxy().await;
    let hints = StatusHints::new(redis.clone());
    let mut feed = Listening::to(redis);
    feed.connected().await;
    let (order, buyer) = (OrderId::generate(), UserId::generate());
    // More than one batch.
    for other in 0..700_u128 {
        let watched = feed.subscriptions.clone();
        let topic = Topic::Order(uuid::Uuid::from_u128(other + 1).into());
        watched.watch(topic).await;
    }
    feed.subscriptions.watch(Topic::Order(order)).await;
    proxy.cut();
    proxy.restore();
    feed.connected().await;
    let sent = hint(order, buyer, 2);
    timeout(SOON, async {
        while hints.publish(std::slice::from_ref(&sent)).await.is_err() {}
    })
    .await
    .expect("redis is back");
    assert_eq!(feed.hint().await, sent);
}

#[tokio::test]
async fn watching_takes_no_longer_than_the_deadline_while_redis_is_away() {
    let feed = Listening::to(at("127.0.0.1:1"));
    let started = std::time::Instant::now();
    feed.subscriptions
        .watch(Topic::Order(OrderId::generate()))
        .await;
    assert!(
        started.elapsed() < velure_redis::DEADLINE * 3,
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_hint_that_redis_did_not_take_is_reported() {
    let hints = StatusHints::new(at("127.0.0.1:1"));
    assert_eq!(
        hints
            .publish(&[hint(OrderId::generate(), UserId::generate(), 1)])
            .await,
        Err(HintLost)
    );
    assert_eq!(hints.publish(&[]).await, Ok(()));
}

#[tokio::test]
async fn a_message_that_is_no_hint_is_passed_over() {
    let redis = redis();
    let mut feed = Listening::to(redis.clone());
    feed.connected().await;
    let (order, buyer) = (OrderId::generate(), UserId::generate());
    feed.subscriptions.watch(Topic::Order(order)).await;
    let channel = redis.keys().channel(Topic::Order(order));
    let mut raw = crate::server::raw().await;
    let _: i64 = redis::AsyncCommands::publish(&mut raw, channel, "nonsense")
        .await
        .expect("published");
    let sent = hint(order, buyer, 2);
    StatusHints::new(redis)
        .publish(std::slice::from_ref(&sent))
        .await
        .expect("redis is there");
    assert_eq!(feed.hint().await, sent);
}
