use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;
use velure_amqp::{
    BrokerConfig, Message, ORDERS_EXCHANGE, PROCESS_QUEUE, PublishError, Publisher, Ticket, Uses,
};
use velure_contracts::events::headers;

use crate::{connect, message_ids, vhost};

pub(crate) fn message(routing_key: &str, id: Uuid) -> Message {
    Message::new(ORDERS_EXCHANGE, routing_key, id, "{\"a\": 1}").expect("publishable")
}

/// Publishes all at once and waits for every outcome, in the order of publishing.
pub(crate) async fn publish_all(
    publisher: &mut Publisher,
    messages: Vec<Message>,
) -> Vec<Result<(), PublishError>> {
    let mut outcomes: BTreeMap<Ticket, _> = BTreeMap::new();
    let count = messages.len();
    for message in messages {
        publisher.publish(message).await.expect("a channel");
    }
    let mut settled = Vec::new();
    while outcomes.len() < count {
        publisher.settled(&mut settled).await.expect("outcomes");
        outcomes.extend(settled.drain(..).map(|s| (s.ticket, s.outcome)));
    }
    assert_eq!(publisher.in_flight(), 0);
    outcomes.into_values().collect()
}

#[tokio::test]
async fn a_confirmed_message_is_in_its_queue_persistent_with_its_id_headers_and_body() {
    let vhost = vhost().await;
    let connection = connect(&vhost, "relay").await;
    let mut publisher = Publisher::open(&connection).await.expect("a publisher");
    let id = Uuid::now_v7();
    let message = message("order.created", id)
        .header(headers::ORDER_ID, Some("o"))
        .version(1);
    assert_eq!(
        publisher.publish_one(message).await.expect("a channel"),
        Ok(())
    );
    let messages = vhost.take_until(PROCESS_QUEUE, 1).await;
    let properties = &messages[0]["properties"];
    assert_eq!(properties["message_id"], id.to_string());
    assert_eq!(properties["delivery_mode"], 2);
    assert_eq!(properties["content_type"], "application/json");
    assert_eq!(properties["headers"][headers::ORDER_ID], "o");
    assert_eq!(properties["headers"][headers::VERSION], 1);
    assert_eq!(messages[0]["payload"], "{\"a\": 1}");
}

#[tokio::test]
async fn an_unroutable_message_is_an_error() {
    let vhost = vhost().await;
    let connection = connect(&vhost, "relay").await;
    let mut publisher = Publisher::open(&connection).await.expect("a publisher");
    let outcome = publisher
        .publish_one(message("order.unknown", Uuid::now_v7()))
        .await
        .expect("a channel");
    assert_eq!(outcome, Err(PublishError::Unroutable));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_many_in_flight_no_unroutable_message_counts_as_published() {
    let vhost = vhost().await;
    let connection = connect(&vhost, "relay").await;
    let mut publisher = Publisher::open(&connection).await.expect("a publisher");
    let ids: Vec<_> = (0..600).map(|_| Uuid::now_v7()).collect();
    let unroutable = |n: usize| n % 7 == 3;
    let key = |n| {
        if unroutable(n) {
            "order.unknown"
        } else {
            "order.created"
        }
    };
    let messages = ids
        .iter()
        .enumerate()
        .map(|(n, id)| message(key(n), *id))
        .collect();
    let outcomes = publish_all(&mut publisher, messages).await;
    for (n, outcome) in outcomes.iter().enumerate() {
        if unroutable(n) {
            assert!(
                matches!(
                    outcome,
                    Err(PublishError::Unroutable | PublishError::Doubtful)
                ),
                "{n}: {outcome:?}"
            );
        } else {
            assert!(
                matches!(outcome, Ok(()) | Err(PublishError::Doubtful)),
                "{n}: {outcome:?}"
            );
        }
    }
    let queued = vhost
        .take_until(PROCESS_QUEUE, (0..600).filter(|n| !unroutable(*n)).count())
        .await;
    let queued = message_ids(&queued);
    for (id, outcome) in ids.iter().zip(&outcomes) {
        assert!(
            outcome.is_err() || queued.contains(&id.to_string().as_str()),
            "{id} counts as published and is not there"
        );
    }
}

#[tokio::test]
async fn what_a_full_queue_refuses_is_an_error_and_the_publisher_goes_on() {
    let vhost = vhost().await;
    vhost
        .policy("^process-order-queue$", json!({"max-length": 2}))
        .await;
    let connection = connect(&vhost, "relay").await;
    let mut publisher = Publisher::open(&connection).await.expect("a publisher");
    // The queue refuses soon after it is over its limit, not at once.
    let mut refused = false;
    for _ in 0..200 {
        let messages = (0..10)
            .map(|_| message("order.created", Uuid::now_v7()))
            .collect();
        refused |= publish_all(&mut publisher, messages)
            .await
            .contains(&Err(PublishError::Refused));
        if refused {
            break;
        }
    }
    assert!(refused, "a queue with a limit of 2 took 2,000 messages");
    let outcome = publisher
        .publish_one(message("order.failed", Uuid::now_v7()))
        .await
        .expect("a channel");
    assert_eq!(outcome, Ok(()));
}

#[tokio::test]
async fn a_connection_that_the_broker_ends_fails_what_is_published_and_another_one_works() {
    let vhost = vhost().await;
    let config = BrokerConfig::new(vhost.user_url("relay"), "test");
    let connection = config.connect("test").await.expect("connected");
    let mut publisher = Publisher::open(&connection).await.expect("a publisher");
    assert_eq!(
        publisher
            .publish_one(message("order.created", Uuid::now_v7()))
            .await
            .expect("a channel"),
        Ok(())
    );
    // The management API sees a connection a few seconds after it was made.
    while vhost.end_connections().await == 0 {}
    let outcome = publisher
        .publish_one(message("order.created", Uuid::now_v7()))
        .await;
    assert!(!matches!(outcome, Ok(Ok(()))), "{outcome:?}");
    let again = config.connect("test").await.expect("connected again");
    let mut publisher = Publisher::open(&again).await.expect("a publisher");
    assert_eq!(
        publisher
            .publish_one(message("order.created", Uuid::now_v7()))
            .await
            .expect("a channel"),
        Ok(())
    );
}

#[tokio::test]
async fn a_missing_queue_is_found_before_anything_starts() {
    let vhost = vhost().await;
    let connection = connect(&vhost, "processor").await;
    let uses = Uses {
        exchanges: &[ORDERS_EXCHANGE],
        queues: &[PROCESS_QUEUE],
    };
    connection.verify(uses).await.expect("everything is there");
    vhost.delete_queue(PROCESS_QUEUE).await;
    let error = connection
        .verify(uses)
        .await
        .expect_err("the queue is missing")
        .to_string();
    assert_eq!(
        error,
        "queue process-order-queue is missing on the broker: run `velure topology apply` first"
    );
}
