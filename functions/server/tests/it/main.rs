//! The server from outside, and side by side with the functions.

mod conformance;
mod outage;
mod placing;
mod runtime;
mod shop;
