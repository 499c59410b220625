use std::time::Duration;

use futures::StreamExt;
use futures::stream::iter;
use redis::AsyncCommands;
use sqlx::PgPool;
use velure_domain::OrderId;
use velure_redis::Topic;
use velure_sse_gateway::Limits;

use crate::shop::{ALL, Buyer, SOON, Shop, events_of, quiet, redis_target};

/// A stream of an order that was just placed, after its first event.
async fn watched(shop: &Shop, buyer: &Buyer) -> (OrderId, crate::browser::Events) {
    let order = shop.place(buyer).await;
    let mut events = shop.watch(buyer, order).await;
    events.retry().await;
    events.expect("1", "CREATED").await;
    (order, events)
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn without_a_single_hint_streams_converge_by_sweeping(pool: PgPool) {
    let shop = Shop::with(
        pool,
        Limits {
            sweep: Duration::from_millis(50),
            ..quiet()
        },
    )
    .await;
    let buyer = Buyer::new();
    let (order, mut events) = watched(&shop, &buyer).await;
    let mut all = shop.watch_all(&buyer).await;
    all.retry().await;
    all.expect("b1", "CREATED").await;
    shop.advance(order, "PROCESSING").await;
    events.expect("2", "PROCESSING").await;
    all.expect("b2", "PROCESSING").await;
    shop.advance(order, "COMPLETED").await;
    events.expect("3", "COMPLETED").await;
    events.end().await;
    all.expect("b3", "COMPLETED").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_hint_after_a_lost_one_makes_the_stream_read_both(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let (order, mut events) = watched(&shop, &buyer).await;
    shop.advance(order, "PROCESSING").await;
    shop.advance_and_tell(order, "COMPLETED").await;
    events.expect("2", "PROCESSING").await;
    events.expect("3", "COMPLETED").await;
    events.end().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn hints_that_come_twice_or_in_the_wrong_order_are_told_once_and_in_order(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let (order, mut events) = watched(&shop, &buyer).await;
    let second = shop.advance(order, "PROCESSING").await;
    let third = shop.advance(order, "COMPLETED").await;
    shop.tell(&[third.clone(), second.clone(), second, third])
        .await;
    events.expect("2", "PROCESSING").await;
    events.expect("3", "COMPLETED").await;
    events.end().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_hint_that_names_another_buyer_is_not_believed(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let (order, mut events) = watched(&shop, &buyer).await;
    let honest = shop.advance(order, "PROCESSING").await;
    let mut false_hint = honest.clone();
    false_hint.buyer_id = Buyer::new().id.as_uuid();
    false_hint.frame.status = "COMPLETED".to_owned();
    shop.tell(&[false_hint, honest]).await;
    events.expect("2", "PROCESSING").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn while_redis_is_away_streams_open_and_converge_and_afterwards_hints_are_quick_again(
    pool: PgPool,
) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let (first, mut events) = watched(&shop, &buyer).await;
    shop.redis_proxy.cut();
    // What happened while the feed was away, without a hint that anybody could have heard.
    shop.advance(first, "PROCESSING").await;
    events.expect("2", "PROCESSING").await;
    let (second, mut opened_meanwhile) = watched(&shop, &buyer).await;
    shop.advance(second, "PROCESSING").await;
    opened_meanwhile.expect("2", "PROCESSING").await;
    shop.redis_proxy.restore();
    // Told again and again until the feed is back: a sweep is an hour away by then.
    let third = shop.advance(first, "COMPLETED").await;
    tokio::select! {
        () = events.expect("3", "COMPLETED") => {}
        () = async { loop { shop.tell(std::slice::from_ref(&third)).await } } => {}
    }
    events.end().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn what_happened_while_the_feed_was_away_is_read_as_soon_as_it_is_back(pool: PgPool) {
    let hour = Duration::from_secs(3600);
    let shop = Shop::with(
        pool,
        Limits {
            sweep_without_feed: hour,
            ..quiet()
        },
    )
    .await;
    let buyer = Buyer::new();
    let (order, mut events) = watched(&shop, &buyer).await;
    subscribers_become(&shop, Topic::Order(order), 1).await;
    shop.redis_proxy.cut();
    subscribers_become(&shop, Topic::Order(order), 0).await;
    shop.advance(order, "PROCESSING").await;
    shop.redis_proxy.restore();
    events.expect("2", "PROCESSING").await;
}

/// How many connections Redis publishes a topic to.
async fn subscribers_become(shop: &Shop, topic: Topic, wanted: i64) {
    let client = redis::Client::open(format!("redis://{}", redis_target())).expect("a client");
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .expect("a connection");
    let channel = shop.redis.keys().channel(topic);
    tokio::time::timeout(SOON, async {
        loop {
            let mut command = redis::cmd("PUBSUB");
            let (_, number): (String, i64) = command
                .arg("NUMSUB")
                .arg(&channel)
                .query_async(&mut connection)
                .await
                .expect("a number");
            if number == wanted {
                return;
            }
        }
    })
    .await
    .expect("redis knows in time");
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn only_what_is_watched_is_subscribed_to_and_once_for_all_streams(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let (order, first) = watched(&shop, &buyer).await;
    let second = shop.watch(&buyer, order).await;
    subscribers_become(&shop, Topic::Order(order), 1).await;
    subscribers_become(&shop, Topic::Buyer(buyer.id), 0).await;
    let unwatched = shop.place(&buyer).await;
    subscribers_become(&shop, Topic::Order(unwatched), 0).await;
    drop(first);
    drop(second);
    subscribers_become(&shop, Topic::Order(order), 0).await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_message_that_is_no_hint_harms_nobody(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let (order, mut events) = watched(&shop, &buyer).await;
    let client = redis::Client::open(format!("redis://{}", redis_target())).expect("a client");
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .expect("a connection");
    let channel = shop.redis.keys().channel(Topic::Order(order));
    let _: i64 = connection
        .publish(&channel, "event: status\ndata: {}\n\n")
        .await
        .expect("published");
    shop.advance_and_tell(order, "PROCESSING").await;
    events.expect("2", "PROCESSING").await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_reading_that_races_with_live_events_neither_loses_nor_doubles_one(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let rounds = (0..60).map(|turn| {
        let shop = &shop;
        async move {
            let buyer = Buyer::new();
            let order = shop.place(&buyer).await;
            let watch = async {
                // Spread over the moves, so that the reading falls before, between and after them.
                for _ in 0..turn % 7 {
                    tokio::task::yield_now().await;
                }
                if turn % 3 == 0 {
                    shop.watch_all(&buyer).await
                } else {
                    shop.watch(&buyer, order).await
                }
            };
            let moves = async {
                shop.advance_and_tell(order, "PROCESSING").await;
                shop.advance_and_tell(order, "COMPLETED").await;
            };
            let (mut events, ()) = futures::join!(watch, moves);
            events.retry().await;
            let prefix = if turn % 3 == 0 { "b" } else { "" };
            for (version, status) in [(1, "CREATED"), (2, "PROCESSING"), (3, "COMPLETED")] {
                events.expect(&format!("{prefix}{version}"), status).await;
            }
        }
    });
    // A few at a time: the point is the race, not the crowd.
    iter(rounds).buffer_unordered(8).collect::<Vec<()>>().await;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn while_the_database_is_away_open_streams_stay_and_new_ones_get_503(pool: PgPool) {
    let limits = Limits {
        sweep: Duration::from_millis(50),
        ..quiet()
    };
    let shop = Shop::with(pool, limits).await;
    let buyer = Buyer::new();
    let (order, mut events) = watched(&shop, &buyer).await;
    shop.postgres_proxy.cut();
    let answer = shop.request(&buyer, ALL).send().await.expect("an answer");
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    // A hint needs no database.
    shop.advance_and_tell(order, "PROCESSING").await;
    events.expect("2", "PROCESSING").await;
    // And without a hint, the database brings it when it is back.
    shop.advance(order, "COMPLETED").await;
    shop.postgres_proxy.restore();
    events.expect("3", "COMPLETED").await;
    events.end().await;
    let answer = shop
        .request(&buyer, &events_of(order))
        .header("last-event-id", "3")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 204);
}
