//! The operator's command as a process: against real servers, a Secrets Manager that speaks the real protocol, and as a receiver of
//! spans.

mod desk;
mod keys;
mod one_at_a_time;
mod traces;
