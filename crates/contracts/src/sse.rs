//! Frames sent to browsers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::Failure;

/// The data of a `status` frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusFrame {
    /// Which order.
    pub order_id: Uuid,
    /// The order's version; on the stream of one order also the frame's id.
    pub version: u16,
    /// `CREATED`, `PROCESSING`, `COMPLETED` or `FAILED`.
    pub status: String,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// The names of frames.
pub mod event {
    /// A [`super::StatusFrame`].
    pub const STATUS: &str = "status";
    /// The full order: the id that the browser resumed from could not be used.
    pub const RESET: &str = "reset";
    /// Sent beside every comment line, because pages cannot see comments. It has no id and changes nothing.
    pub const HEARTBEAT: &str = "heartbeat";
}
