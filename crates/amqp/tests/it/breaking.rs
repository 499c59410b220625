//! What becomes of whoever waits for an answer when the connection breaks.

use std::time::Duration;

use futures::future::join_all;
use tokio::task::JoinSet;
use uuid::Uuid;
use velure_amqp::{BrokerConfig, Consumer, Outcome, Publisher, STATUS_QUEUE, Uses};
use velure_testkit::{Condition, Proxy};

use crate::publishing::{message, publish_all};
use crate::{connect, vhost};

/// Longer than any single answer may take.
const SOON: Duration = Duration::from_secs(20);

const USES: Uses<'static> = Uses {
    exchanges: &[],
    queues: &[STATUS_QUEUE],
};

/// Takes deliveries and answers them, all at once, until the connection breaks.
async fn consume(broker: &BrokerConfig) {
    let Ok(connection) = broker.connect("test").await else {
        return;
    };
    if connection.verify(USES).await.is_err() {
        return;
    }
    let Ok(mut consumer) = Consumer::open(&connection, STATUS_QUEUE, 50).await else {
        return;
    };
    let mut answers = JoinSet::new();
    while let Ok(delivery) = consumer.next().await {
        answers.spawn(delivery.settle(Outcome::Ack));
    }
    while answers.join_next().await.is_some() {}
    connection.close().await;
}

/// The client library loses what is asked while a connection comes to its end: of six consumers in forty rounds some always
/// waited for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_waits_for_ever_on_a_connection_that_breaks() {
    let vhost = vhost().await;
    let unbroken = connect(&vhost, "relay").await;
    let mut publisher = Publisher::open(&unbroken).await.expect("a channel");
    let url = vhost.user_url("relay");
    let (user, rest) = url.split_once('@').expect("a user and a password");
    let (target, path) = rest.split_once('/').expect("a virtual host");
    let line = Proxy::to(target).await.expect("a proxy");
    let broker = BrokerConfig::new(format!("{user}@{}/{path}", line.address()), "test");
    for round in 0..40_u64 {
        // More than all of them take until they break, which is at another byte in each round.
        let messages = (0..200).map(|_| message("order.failed", Uuid::now_v7()));
        for outcome in publish_all(&mut publisher, messages.collect()).await {
            outcome.expect("published");
        }
        line.set(Condition::Torn(500 + round * 53));
        let all = join_all((0..6).map(|_| consume(&broker)));
        tokio::time::timeout(SOON, all)
            .await
            .unwrap_or_else(|_| panic!("round {round}: somebody waits for ever"));
    }
}
