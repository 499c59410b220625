//! The calculator against what others have published, against a second calculator in another language, and against
//! the laws that any bill obeys.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod laws;
mod model;
mod plan;
mod program;
mod recompute;
mod report;
mod shop;
mod vectors;
