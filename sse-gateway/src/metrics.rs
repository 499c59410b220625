//! Every metric that the gateway exports.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

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

    /// `velure_sse_gateway_rejected_total{code}`: requests that got no stream.
    pub(crate) fn rejected(&self, code: &'static str) {
        counter!("velure_sse_gateway_rejected_total", "code" => code).increment(1);
    }

    /// `velure_sse_gateway_ended_total{reason}`: why streams ended.
    pub(crate) fn ended(&self, reason: &'static str) {
        counter!("velure_sse_gateway_ended_total", "reason" => reason).increment(1);
    }
}
