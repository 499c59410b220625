//! Every byte that leaves a process: HTTP bodies, events on the broker, SSE frames and error codes.
//!
//! Nothing in here decides anything. A shape is written once, and the OpenAPI document, the web client's types and
//! the JSON Schemas of the events are made from it.

pub mod events;
mod fault;
pub mod http;
mod problem;
pub mod sse;

pub use fault::fault;
pub use problem::{Code, FieldError, Problem};
