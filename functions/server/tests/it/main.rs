//! The server from outside, and side by side with the functions.

mod canaries;
mod canary;
mod conformance;
mod frames;
mod front;
mod generated;
mod metrics;
mod outage;
mod placing;
mod pods;
mod runtime;
mod shop;
mod spans;
mod tracing;
