//! Every metric that the gateway exports.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use velure_contracts::Code;
use velure_telemetry::count_from_zero;

use crate::slot::Placed;
use crate::stream::Ended;

const REJECTED: &str = "velure_sse_gateway_rejected_total";
const ENDED: &str = "velure_sse_gateway_ended_total";

/// Handles, made once: a lookup by name for every frame would cost more than the frame.
#[derive(Clone)]
pub(crate) struct Metrics {
    /// `velure_sse_gateway_subscribers`: streams that are open.
    pub(crate) subscribers: Gauge,
    /// `velure_sse_gateway_connections`: connections that are open, streams among them.
    pub(crate) connections: Gauge,
    /// `velure_sse_gateway_watched_topics`: orders and buyers that somebody watches.
    pub(crate) topics: Gauge,
    /// `velure_sse_gateway_feed_up`: 1 while hints come in.
    pub(crate) feed_up: Gauge,
    /// `velure_sse_gateway_frames_total{source="live"}`: status frames from hints and sweeps.
    pub(crate) live: Counter,
    /// `velure_sse_gateway_frames_total{source="replay"}`: status frames from a stream's own reading.
    pub(crate) replayed: Counter,
    /// `velure_sse_gateway_coalesced_total`: frames that did not fit a slow reader's slot and were read again later.
    pub(crate) coalesced: Counter,
    /// `velure_sse_gateway_freshness_seconds`: from the commit of a status to its live frame on the socket, by the
    /// clocks of database and gateway.
    pub(crate) freshness: Histogram,
    /// `velure_sse_gateway_resume_gaps_total`: frames sent whose predecessor was not. Must stay zero.
    pub(crate) resume_gaps: Counter,
    /// `velure_sse_gateway_gaps_total`: hints that came after a lost one.
    pub(crate) gaps: Counter,
    /// `velure_sse_gateway_swept_total`: events that no hint had told.
    pub(crate) swept: Counter,
    /// `velure_sse_gateway_resets_total`: streams that could not resume where they asked.
    pub(crate) resets: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        count_from_zero(REJECTED, "code", Code::ALL.iter().map(|code| code.as_str()));
        count_from_zero(ENDED, "reason", Ended::ALL.map(Ended::as_str));
        Self {
            subscribers: gauge!("velure_sse_gateway_subscribers"),
            connections: gauge!("velure_sse_gateway_connections"),
            topics: gauge!("velure_sse_gateway_watched_topics"),
            feed_up: gauge!("velure_sse_gateway_feed_up"),
            live: counter!("velure_sse_gateway_frames_total", "source" => "live"),
            replayed: counter!("velure_sse_gateway_frames_total", "source" => "replay"),
            coalesced: counter!("velure_sse_gateway_coalesced_total"),
            freshness: histogram!("velure_sse_gateway_freshness_seconds"),
            resume_gaps: counter!("velure_sse_gateway_resume_gaps_total"),
            gaps: counter!("velure_sse_gateway_gaps_total"),
            swept: counter!("velure_sse_gateway_swept_total"),
            resets: counter!("velure_sse_gateway_resets_total"),
        }
    }

    /// Counts the frames whose predecessor was not sent, when everything up to `after` was. Apart from what decides what is
    /// sent, so that it sees what that does not.
    pub(crate) fn follow(&self, after: Option<i64>, frames: &[Placed]) {
        for frame in skipping(after, frames) {
            self.resume_gaps.increment(1);
            tracing::error!(
                position = frame.position,
                "a frame is sent whose predecessor was not: this must never be"
            );
        }
    }

    /// `velure_sse_gateway_rejected_total{code}`: requests that got no stream.
    pub(crate) fn rejected(&self, code: &'static str) {
        counter!(REJECTED, "code" => code).increment(1);
    }

    /// `velure_sse_gateway_ended_total{reason}`: why streams ended.
    pub(crate) fn ended(&self, reason: &'static str) {
        counter!(ENDED, "reason" => reason).increment(1);
    }
}

/// The frames that do not come right after the one before them, the first of all right after `after`.
fn skipping(after: Option<i64>, frames: &[Placed]) -> impl Iterator<Item = &Placed> {
    let before = frames.iter().map(|frame| Some(frame.position));
    let before = std::iter::once(after).chain(before);
    frames
        .iter()
        .zip(before)
        .filter(|(frame, before)| before.is_some_and(|position| position + 1 != frame.position))
        .map(|(frame, _)| frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(after: Option<i64>, positions: &[i64]) -> Vec<i64> {
        let frames: Vec<Placed> = positions
            .iter()
            .map(|position| Placed {
                position: *position,
                stored: chrono::DateTime::UNIX_EPOCH,
                bytes: bytes::Bytes::new(),
                last: false,
            })
            .collect();
        skipping(after, &frames)
            .map(|frame| frame.position)
            .collect()
    }

    #[test]
    fn a_frame_whose_predecessor_was_not_sent_is_found_wherever_it_stands() {
        assert!(skipped(Some(3), &[4, 5]).is_empty());
        assert!(skipped(None, &[7, 8]).is_empty());
        assert_eq!(skipped(Some(1), &[3]), [3]);
        assert_eq!(skipped(Some(0), &[1, 3, 4, 6]), [3, 6]);
        assert_eq!(skipped(Some(2), &[2]), [2]);
    }
}
