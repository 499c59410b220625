//! What a pod is: one supervisor that owns every task, signals, an admin server, readiness and backoff.
//!
//! ```no_run
//! # use velure_service::{Readiness, Supervisor};
//! # struct Config;
//! # impl Config { fn from_env(_: &velure_config::Env) -> Result<Self, velure_config::ConfigFaults> { Ok(Self) } }
//! async fn start(config: Config, supervisor: &mut Supervisor, readiness: Readiness) -> anyhow::Result<()> {
//!     let connected = readiness.latch("broker");
//!     let stop = supervisor.stop_token();
//!     supervisor.spawn("publish", async move {
//!         connected.release();
//!         stop.cancelled().await;
//!         Ok(())
//!     });
//!     Ok(())
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     velure_service::main("relay", Config::from_env, start)
//! }
//! ```
//!
//! Variables that every pod reads:
//!
//! - `VELURE_ADMIN_LISTEN` (required): where `/live`, `/ready` and `/metrics` are served, as in `0.0.0.0:9090`.
//! - `VELURE_GRACE` (default `25s`): how long tasks may take to finish once the process was asked to stop.
//! - `VELURE_LOG` (default `info`): see `velure_telemetry`.

mod admin;
mod backoff;
mod heartbeat;
mod process;
mod readiness;
mod settings;
mod supervisor;

pub use backoff::{Backoff, Stopped};
pub use heartbeat::Heartbeat;
pub use process::{Runtime, main, main_on};
pub use readiness::{Latch, Readiness};
pub use supervisor::Supervisor;
/// Says that the process was asked to stop; every loop waits for it beside its work.
pub use tokio_util::sync::CancellationToken as StopToken;
