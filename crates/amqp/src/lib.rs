//! RabbitMQ: the topology, confirmed publishing, and consuming with an explicit outcome.
//!
//! A message counts as published only when the broker confirmed it *and* routed it: an unroutable message is
//! confirmed all the same. A delivery is answered once, with an [`Outcome`]. Nothing here declares anything: the
//! topology is loaded by `velure topology apply`, and processes verify it and refuse to start without it.

mod answer;
mod connection;
mod consumer;
mod depth;
mod message;
mod publisher;
mod topology;

pub use connection::{BrokerConfig, ConnectError, Connection, TopologyError, Uses};
pub use consumer::{ConsumeError, Consumer, Delivery, Outcome};
pub use depth::{DepthError, QueueDepths, Waiting};
pub use message::{MAX_BODY, Message, Unpublishable};
pub use publisher::{PublishError, Publisher, PublisherLost, Settled, Ticket};
pub use topology::{
    Binding, Exchange, ORDERS_EXCHANGE, PROCESS_DEAD_LETTERS, PROCESS_QUEUE, Queue,
    STATUS_DEAD_LETTERS, STATUS_QUEUE, Topology, User, dead_letter_key,
};
