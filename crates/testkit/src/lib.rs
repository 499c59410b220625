//! Test support: builders, throw-away databases, brokers and processes. A dev-dependency only.

pub mod http;
pub mod keys;
pub mod lambda;
pub mod mongo;
pub mod process;
pub mod runtime;
pub mod secrets;
pub mod stack;

mod broker;

pub use broker::{Broker, TEST_PASSWORD, Vhost};
pub use velure_fault_proxy::{Condition, Proxy};
