//! Configuration as a value.
//!
//! A process takes its environment once ([`Env::process`]), has its secrets fetched ([`Env::resolve`]), and reads
//! everything through a [`Reader`], which collects all faults and names them together. Values never show in a fault.
//!
//! A secret `X` is given either as `X`, or as `X_SECRET_ARN`: the name of a secret in AWS Secrets Manager. Both at
//! once is a fault. Variables read here:
//!
//! - `X_SECRET_ARN` (any `X`): the secret that holds `X`; a plain string.
//! - `VELURE_SECRETS_ENDPOINT` (optional): another Secrets Manager endpoint, for tests.
//! - `VELURE_ALLOW_DEVELOPMENT_SECRETS` (default `false`): accepts short and well-known secrets.

mod duration;
mod env;
mod reader;
mod secrets;

pub use duration::{DurationError, parse_duration};
pub use env::Env;
pub use reader::{ConfigFaults, Fault, Reader};
pub use secrecy::{ExposeSecret, SecretString};
pub use secrets::secrets_manager;
