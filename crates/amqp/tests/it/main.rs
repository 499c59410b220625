//! Against a real RabbitMQ, a virtual host for each test.

mod breaking;
mod consuming;
mod permissions;
mod publishing;

use serde_json::Value;
use velure_amqp::{BrokerConfig, Connection, Topology};
use velure_testkit::{Broker, Vhost};

/// A virtual host with the topology in it.
async fn vhost() -> Vhost {
    let vhost = Broker::from_env().vhost().await;
    vhost
        .import(&Topology::load().definitions(vhost.name(), |_| Vhost::password_hash().to_owned()))
        .await;
    vhost
}

async fn connect(vhost: &Vhost, user: &str) -> Connection {
    BrokerConfig::new(vhost.user_url(user), "test")
        .connect("test")
        .await
        .expect("connected")
}

fn message_ids(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .filter_map(|m| m["properties"]["message_id"].as_str())
        .collect()
}
