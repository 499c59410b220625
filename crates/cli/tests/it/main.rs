//! The operator's command as a process: against a Secrets Manager that speaks the real protocol, and as a receiver of spans.

mod keys;
mod one_at_a_time;
mod traces;
