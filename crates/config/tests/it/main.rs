//! Secrets from a Secrets Manager that speaks the real protocol.

mod secrets;
