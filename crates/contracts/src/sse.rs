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
    /// W3C trace context of what led here, when the order's trace is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
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

/// Where a stream of all of a buyer's orders stands. Opaque to browsers.
///
/// It is the buyer's own event sequence: it has no gaps, and its order is the order of commits, so resuming after it
/// misses nothing and repeats nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuyerCursor(pub i64);

impl std::fmt::Display for BuyerCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b{}", self.0)
    }
}

/// A text that is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor")]
pub struct CursorError;

impl std::str::FromStr for BuyerCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let digits = text
            .strip_prefix('b')
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))
            .ok_or(CursorError)?;
        digits.parse().map(Self).map_err(|_| CursorError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        assert_eq!(BuyerCursor(17).to_string().parse(), Ok(BuyerCursor(17)));
        for bad in ["", "b", "17", "b-1", "b+1", "b1x", "b99999999999999999999"] {
            assert_eq!(bad.parse::<BuyerCursor>(), Err(CursorError), "{bad}");
        }
    }
}
