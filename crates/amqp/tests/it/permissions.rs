use lapin::options::{
    BasicConsumeOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use uuid::Uuid;
use velure_amqp::{
    ConsumeError, Consumer, Message, ORDERS_EXCHANGE, PROCESS_QUEUE, PublishError, Publisher,
    STATUS_QUEUE,
};

use crate::{connect, vhost};

fn refused<T>(answer: Result<T, lapin::Error>) -> bool {
    answer.is_err_and(|error| error.to_string().contains("ACCESS_REFUSED"))
}

#[tokio::test]
async fn nobody_publishes_but_the_relay_to_orders() {
    let vhost = vhost().await;
    for (user, exchange) in [
        ("processor", ORDERS_EXCHANGE),
        ("processor", "orders.dlx"),
        ("processor", ""),
        ("relay", "publish.dlx"),
        ("relay", ""),
    ] {
        let connection = connect(&vhost, user).await;
        let mut publisher = Publisher::open(&connection).await.expect("a publisher");
        let message =
            Message::new(exchange, PROCESS_QUEUE, Uuid::now_v7(), "{}").expect("publishable");
        let outcome = publisher.publish_one(message).await.expect("a channel");
        let Err(PublishError::ChannelLost(reason)) = outcome else {
            panic!("{user} to {exchange}: {outcome:?}")
        };
        assert!(reason.contains("ACCESS_REFUSED"), "{reason}");
    }
}

#[tokio::test]
async fn nobody_consumes_but_their_own_queue() {
    let vhost = vhost().await;
    for (user, own) in [("relay", STATUS_QUEUE), ("processor", PROCESS_QUEUE)] {
        let connection = connect(&vhost, user).await;
        Consumer::open(&connection, own, 10)
            .await
            .expect("its own queue");
        for queue in [
            STATUS_QUEUE,
            PROCESS_QUEUE,
            "process-order-queue.dlq",
            "publish-order-status-updates.dlq",
        ] {
            if queue != own {
                match Consumer::open(&connection, queue, 10).await {
                    Err(ConsumeError::Channel(error)) => {
                        assert!(refused::<()>(Err(error)), "{user} from {queue}")
                    }
                    Err(ConsumeError::Cancelled) => panic!("{user} from {queue}: cancelled"),
                    Ok(_) => panic!("{user} consumes {queue}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_declares_or_binds_anything() {
    let vhost = vhost().await;
    for user in ["relay", "processor"] {
        let uri = vhost.user_url(user);
        let connection = lapin::Connection::connect(&uri, lapin::ConnectionProperties::default())
            .await
            .expect("connected");
        let channel = async || connection.create_channel().await.expect("a channel");
        let table = FieldTable::default;
        let queue = channel()
            .await
            .queue_declare("mine".into(), QueueDeclareOptions::default(), table())
            .await;
        assert!(refused(queue), "{user}");
        let kind = lapin::ExchangeKind::Topic;
        let exchange = channel()
            .await
            .exchange_declare(
                "mine".into(),
                kind,
                ExchangeDeclareOptions::default(),
                table(),
            )
            .await;
        assert!(refused(exchange), "{user}");
        let key = "order.*".into();
        let bound = channel()
            .await
            .queue_bind(
                PROCESS_QUEUE.into(),
                ORDERS_EXCHANGE.into(),
                key,
                QueueBindOptions::default(),
                table(),
            )
            .await;
        assert!(refused(bound), "{user}");
        let options = BasicConsumeOptions::default();
        assert!(
            channel()
                .await
                .basic_consume("mine".into(), "".into(), options, table())
                .await
                .is_err(),
            "{user}"
        );
    }
}
