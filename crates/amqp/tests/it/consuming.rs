use serde_json::json;
use uuid::Uuid;
use velure_amqp::{
    Consumer, Message, ORDERS_EXCHANGE, Outcome, PROCESS_QUEUE, Publisher, STATUS_QUEUE,
    dead_letter_key,
};
use velure_contracts::events::headers;

use crate::{connect, message_ids, vhost};

#[tokio::test]
async fn an_acknowledged_delivery_is_gone_and_an_unanswered_one_comes_again() {
    let vhost = vhost().await;
    let ids = [Uuid::now_v7(), Uuid::now_v7()];
    for id in ids {
        let properties = json!({"message_id": id.to_string(), "delivery_mode": 2, "headers": {"traceparent": "t"}});
        assert!(
            vhost
                .publish(ORDERS_EXCHANGE, "order.created", properties, "{}")
                .await
        );
    }
    let connection = connect(&vhost, "processor").await;
    let mut consumer = Consumer::open(&connection, PROCESS_QUEUE, 10)
        .await
        .expect("a consumer");
    let (first, second) = (
        consumer.next().await.expect("one"),
        consumer.next().await.expect("two"),
    );
    assert_eq!(
        (first.message_id(), first.routing_key(), first.redelivered()),
        (Some(ids[0]), "order.created", false)
    );
    assert_eq!(
        (first.header(headers::TRACEPARENT), first.body()),
        (Some("t"), b"{}".as_slice())
    );
    first.settle(Outcome::Ack).await.expect("acknowledged");
    drop(second);
    connection.close().await;

    let connection = connect(&vhost, "processor").await;
    let mut consumer = Consumer::open(&connection, PROCESS_QUEUE, 10)
        .await
        .expect("a consumer");
    let again = consumer.next().await.expect("the second again");
    assert_eq!(
        (again.message_id(), again.redelivered()),
        (Some(ids[1]), true)
    );
}

#[tokio::test]
async fn a_rejected_delivery_goes_to_the_dead_letter_queue() {
    let vhost = vhost().await;
    for (user, queue, key) in [
        ("processor", PROCESS_QUEUE, "order.created"),
        ("relay", STATUS_QUEUE, "order.failed"),
    ] {
        let id = Uuid::now_v7();
        assert!(
            vhost
                .publish(
                    ORDERS_EXCHANGE,
                    key,
                    json!({"message_id": id.to_string(), "delivery_mode": 2}),
                    "?"
                )
                .await
        );
        let connection = connect(&vhost, user).await;
        let mut consumer = Consumer::open(&connection, queue, 10)
            .await
            .expect("a consumer");
        consumer
            .next()
            .await
            .expect("a delivery")
            .settle(Outcome::DeadLetter)
            .await
            .expect("rejected");
        let dead = vhost.take_until(&format!("{queue}.dlq"), 1).await;
        assert_eq!(message_ids(&dead), [id.to_string()]);
    }
}

#[tokio::test]
async fn the_relay_can_put_a_dead_letter_with_a_reason_into_either_dead_letter_queue() {
    let vhost = vhost().await;
    let connection = connect(&vhost, "relay").await;
    let mut publisher = Publisher::open(&connection).await.expect("a publisher");
    for queue in [PROCESS_QUEUE, STATUS_QUEUE] {
        let message = Message::new(
            ORDERS_EXCHANGE,
            &dead_letter_key(queue),
            Uuid::now_v7(),
            "?",
        )
        .expect("publishable")
        .header(headers::REASON, Some("not JSON"));
        assert_eq!(
            publisher.publish_one(message).await.expect("a channel"),
            Ok(())
        );
        let dead = vhost.take_until(&format!("{queue}.dlq"), 1).await;
        assert_eq!(
            dead[0]["properties"]["headers"][headers::REASON],
            "not JSON"
        );
    }
}

#[tokio::test]
async fn a_message_that_kills_its_consumer_again_and_again_ends_in_the_dead_letter_queue() {
    let vhost = vhost().await;
    assert!(
        vhost
            .publish(
                ORDERS_EXCHANGE,
                "order.created",
                json!({"message_id": "poison", "delivery_mode": 2}),
                "?"
            )
            .await
    );
    let connection = connect(&vhost, "processor").await;
    let mut consumer = Consumer::open(&connection, PROCESS_QUEUE, 1)
        .await
        .expect("a consumer");
    for _ in 0..=20 {
        consumer
            .next()
            .await
            .expect("a delivery")
            .settle(Outcome::Requeue)
            .await
            .expect("requeued");
    }
    assert_eq!(
        message_ids(&vhost.take_until("process-order-queue.dlq", 1).await),
        ["poison"]
    );
}
