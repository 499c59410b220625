//! The only writer of SSE bytes.
//!
//! A frame's name and id are values of closed types whose text has no CR, LF or NUL, so no caller can make a frame
//! that a browser reads as two. Data is JSON, which escapes them.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;
use velure_contracts::sse::{BuyerCursor, StatusFrame, event};

/// The first bytes of every stream: come back after two seconds.
pub(crate) const RETRY: &[u8] = b"retry: 2000\n\n";

/// A comment for what stands in between, and an event beside it because pages cannot see comments. Without an id:
/// the browser still resumes after the last event that told it something.
pub(crate) const HEARTBEAT: &[u8] = b": still here\n\nevent: heartbeat\ndata: {}\n\n";

/// Where a browser resumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameId {
    /// The version of an order.
    Version(i64),
    /// A place among all events of a buyer.
    Cursor(BuyerCursor),
}

impl fmt::Display for FrameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(f),
            Self::Cursor(cursor) => cursor.fmt(f),
        }
    }
}

/// An order has moved.
pub(crate) fn status(id: FrameId, frame: &StatusFrame) -> Bytes {
    write(id, event::STATUS, frame)
}

/// The whole state, because the id that the browser resumed from could not be used.
pub(crate) fn reset(id: FrameId, state: &impl Serialize) -> Bytes {
    write(id, event::RESET, state)
}

fn write(id: FrameId, event: &'static str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).expect("invariant: a contract type is JSON");
    format!("id: {id}\nevent: {event}\ndata: {data}\n\n").into()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;
    use velure_contracts::http::Failure;

    use super::*;

    #[test]
    fn a_frame_is_what_the_contract_shows() {
        let frame = StatusFrame {
            order_id: Uuid::nil(),
            version: 2,
            status: "PROCESSING".into(),
            failure: None,
            at: DateTime::UNIX_EPOCH,
            traceparent: None,
        };
        assert_eq!(
            status(FrameId::Version(2), &frame),
            "id: 2\nevent: status\ndata: {\"order_id\":\"00000000-0000-0000-0000-000000000000\",\"version\":2,\
             \"status\":\"PROCESSING\",\"failure\":null,\"at\":\"1970-01-01T00:00:00Z\"}\n\n"
        );
        assert!(status(FrameId::Cursor(BuyerCursor(17)), &frame).starts_with(b"id: b17\n"));
    }

    #[test]
    fn text_that_looks_like_frames_stays_data() {
        let frame = StatusFrame {
            order_id: Uuid::nil(),
            version: 3,
            status: "FAILED".into(),
            failure: Some(Failure {
                code: "a\r\n\r\nevent: status\0".into(),
                message: "\n\nid: 9".into(),
                product_id: None,
            }),
            at: DateTime::UNIX_EPOCH,
            traceparent: None,
        };
        let bytes = status(FrameId::Version(3), &frame);
        let text = std::str::from_utf8(&bytes).expect("text");
        assert_eq!(text.lines().count(), 4);
        assert_eq!(text.matches("\n\n").count(), 1);
        assert!(!text.contains(['\r', '\0']));
    }
}
