//! The operator's command as a process, against a Secrets Manager that speaks the real protocol.

mod keys;
mod one_at_a_time;
