use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where orders' events are published.
pub const ORDERS_EXCHANGE: &str = "orders";

/// What the order processor consumes.
pub const PROCESS_QUEUE: &str = "process-order-queue";

/// What the relay consumes to bring statuses into the orders.
pub const STATUS_QUEUE: &str = "publish-order-status-updates";

/// Where messages of [`PROCESS_QUEUE`] that nobody can handle wait for a person.
pub const PROCESS_DEAD_LETTERS: &str = "process-order-queue.dlq";

/// Where messages of [`STATUS_QUEUE`] that nobody can handle wait for a person.
pub const STATUS_DEAD_LETTERS: &str = "publish-order-status-updates.dlq";

/// The routing key by which a message reaches the dead-letter queue of `queue` with our reason in a header.
#[must_use]
pub fn dead_letter_key(queue: &str) -> String {
    format!("dead.{queue}")
}

/// Every exchange, queue, binding and user: the contents of `topology.json`, the only place that defines them.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Topology {
    /// The exchanges; all are durable.
    pub exchanges: Vec<Exchange>,
    /// The queues; all are durable.
    pub queues: Vec<Queue>,
    /// What leads from an exchange to a queue.
    pub bindings: Vec<Binding>,
    /// The users that processes connect as.
    pub users: Vec<User>,
}

/// An exchange.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Exchange {
    /// Its name.
    pub name: String,
    /// `topic` or `fanout`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A queue.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Its `x-` arguments; the broker refuses to change them afterwards.
    pub arguments: BTreeMap<String, Value>,
}

/// A binding.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Binding {
    /// The exchange.
    pub source: String,
    /// The queue.
    pub destination: String,
    /// The routing key.
    pub routing_key: String,
}

/// A user, with its permissions as patterns of names.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct User {
    /// Its name.
    pub name: String,
    /// The variable that holds its password.
    pub password_variable: String,
    /// What it may declare.
    pub configure: String,
    /// What it may publish to.
    pub write: String,
    /// What it may consume.
    pub read: String,
}

impl Topology {
    /// The topology of `topology.json`.
    #[must_use]
    pub fn load() -> Self {
        serde_json::from_str(include_str!("../topology.json"))
            .expect("invariant: topology.json is read by a test")
    }

    /// The body of the management API's `POST /api/definitions`, for the virtual host `vhost`. `password_hash` gives
    /// each user's hash as RabbitMQ stores it: `base64(salt + sha256(salt + password))`.
    #[must_use]
    pub fn definitions(
        &self,
        vhost: &str,
        mut password_hash: impl FnMut(&User) -> String,
    ) -> Value {
        let exchanges = self.exchanges.iter().map(|exchange| {
            json!({"vhost": vhost, "name": exchange.name, "type": exchange.kind, "durable": true,
                   "auto_delete": false, "internal": false, "arguments": {}})
        });
        let queues = self.queues.iter().map(|queue| {
            json!({"vhost": vhost, "name": queue.name, "durable": true, "auto_delete": false,
                   "arguments": queue.arguments})
        });
        let bindings = self.bindings.iter().map(|binding| {
            json!({"vhost": vhost, "source": binding.source, "destination": binding.destination,
                   "destination_type": "queue", "routing_key": binding.routing_key, "arguments": {}})
        });
        let users = self.users.iter().map(|user| {
            json!({"name": user.name, "password_hash": password_hash(user),
                   "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""})
        });
        let permissions = self.users.iter().map(|user| {
            json!({"user": user.name, "vhost": vhost, "configure": user.configure, "write": user.write,
                   "read": user.read})
        });
        json!({
            "vhosts": [{"name": vhost}],
            "users": users.collect::<Vec<_>>(),
            "permissions": permissions.collect::<Vec<_>>(),
            "exchanges": exchanges.collect::<Vec<_>>(),
            "queues": queues.collect::<Vec<_>>(),
            "bindings": bindings.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binding_leads_from_an_exchange_to_a_queue_that_is_defined() {
        let topology = Topology::load();
        for binding in &topology.bindings {
            assert!(
                topology.exchanges.iter().any(|e| e.name == binding.source),
                "{binding:?}"
            );
            assert!(
                topology
                    .queues
                    .iter()
                    .any(|q| q.name == binding.destination),
                "{binding:?}"
            );
        }
    }

    #[test]
    fn a_queue_never_drops_what_it_has_taken() {
        let topology = Topology::load();
        for queue in &topology.queues {
            assert_eq!(queue.arguments["x-queue-type"], "quorum", "{}", queue.name);
            assert_eq!(
                queue.arguments["x-overflow"], "reject-publish",
                "{}",
                queue.name
            );
        }
        for (name, dead_letters) in [
            (PROCESS_QUEUE, PROCESS_DEAD_LETTERS),
            (STATUS_QUEUE, STATUS_DEAD_LETTERS),
        ] {
            let queue = topology
                .queues
                .iter()
                .find(|q| q.name == name)
                .expect("the queue is defined");
            assert_eq!(queue.arguments["x-dead-letter-strategy"], "at-least-once");
            assert!(
                queue.arguments["x-delivery-limit"]
                    .as_u64()
                    .is_some_and(|limit| limit > 0)
            );
            let dlx = queue.arguments["x-dead-letter-exchange"]
                .as_str()
                .expect("a name");
            let dlq = format!("{name}.dlq");
            assert_eq!(dlq, dead_letters);
            assert!(
                topology
                    .bindings
                    .iter()
                    .any(|b| b.source == dlx && b.destination == dlq)
            );
            let key = dead_letter_key(name);
            assert!(topology.bindings.iter().any(|b| b.source == ORDERS_EXCHANGE
                && b.destination == dlq
                && b.routing_key == key));
        }
    }

    #[test]
    fn every_type_of_event_reaches_a_queue() {
        let topology = Topology::load();
        for kind in velure_contracts::events::EventType::ALL {
            assert!(
                topology
                    .bindings
                    .iter()
                    .any(|b| b.source == ORDERS_EXCHANGE && b.routing_key == kind.as_str())
            );
        }
    }

    #[test]
    fn no_user_may_declare_anything() {
        assert!(
            Topology::load()
                .users
                .iter()
                .all(|user| user.configure == "^$")
        );
    }
}
