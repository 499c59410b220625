//! Logs, metrics and trace context, set up the same way in every process.
//!
//! - `VELURE_LOG` (default `info`): what is logged: a level, and levels for single targets, as in
//!   `info,velure_relay=debug,sqlx=warn`.

mod json;
mod logs;
mod metrics;
mod trace;

pub use logs::{FilterError, LogError, init_logs};
pub use metrics::{MetricsError, MetricsHandle, install_metrics};
pub use trace::TraceContext;
