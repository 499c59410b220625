//! What a page that is open all the time was told: a stream of all of a shopper's orders, resumed as browsers do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use reqwest::header::COOKIE;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use crate::shopper::Shopper;

/// How long a browser waits before it connects again: `retry:` says two seconds, and a campaign has no time to lose.
const RETRY: Duration = Duration::from_millis(500);

/// How long a stream may be silent: it has a heartbeat every 15 s.
const SILENCE: Duration = Duration::from_secs(35);

/// One thing that a stream told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The frame's id, as the stream numbers them.
    pub id: i64,
    /// Which order.
    pub order: Uuid,
    /// Its version then.
    pub version: i64,
    /// Its status then.
    pub status: String,
}

/// Everything that one shopper's page was told, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// Status frames.
    pub told: Vec<Told>,
    /// How often it connected.
    pub connected: u64,
    /// How often the stream said that it cannot go on where the page was.
    pub resets: u64,
}

/// The transcripts of all shoppers, by who they are.
pub type Transcripts = BTreeMap<Uuid, Transcript>;

/// Watches until it is told to stop.
pub async fn follow(
    shopper: Arc<Shopper>,
    url: String,
    kept: Arc<Mutex<Transcripts>>,
    mut stop: watch::Receiver<bool>,
) {
    let mut last_id = String::new();
    loop {
        let streaming = async {
            let Ok(client) = crate::shopper::browser() else {
                return;
            };
            stream(&client, &shopper, &url, &kept, &mut last_id).await;
            tokio::time::sleep(RETRY).await;
        };
        tokio::select! {
            () = streaming => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Opens the page of one order and follows it to its end, or until the page is closed. What it is told has to go
/// forward; what did not is said.
pub async fn follow_one(shopper: &Shopper, url: &str, order: Uuid) -> Option<String> {
    let mut known = 0;
    for _ in 0..PAGE_TRIES {
        let Ok(client) = crate::shopper::browser() else {
            return None;
        };
        let request = client
            .get(format!("{url}/api/me/orders/{order}/events"))
            .header(COOKIE, shopper.cookie().await)
            .header("last-event-id", known.to_string());
        if let Ok(Ok(mut answer)) = tokio::time::timeout(SILENCE, request.send()).await {
            // The last status was told already.
            if answer.status() == 204 {
                return None;
            }
            let mut text = String::new();
            while let Ok(Ok(Some(bytes))) = tokio::time::timeout(SILENCE, answer.chunk()).await {
                text.push_str(&String::from_utf8_lossy(&bytes));
                while let Some(end) = text.find("\n\n") {
                    let frame: String = text.drain(..end + 2).collect();
                    let Some((_, Read::Status(told))) = frame_of(&frame) else {
                        continue;
                    };
                    if told.version != known + 1 {
                        return Some(format!(
                            "the page of order {order} was told version {} after {known}",
                            told.version
                        ));
                    }
                    known = told.version;
                }
            }
        }
        tokio::time::sleep(RETRY).await;
    }
    None
}

/// How often the page of one order connects before it is closed.
const PAGE_TRIES: u32 = 6;

/// One connection, until it ends.
async fn stream(
    client: &Client,
    shopper: &Shopper,
    url: &str,
    kept: &Mutex<Transcripts>,
    last_id: &mut String,
) {
    let mut request = client
        .get(format!("{url}/api/me/orders/events"))
        .header(COOKIE, shopper.cookie().await);
    if !last_id.is_empty() {
        request = request.header("last-event-id", last_id.as_str());
    }
    let Ok(Ok(mut answer)) = tokio::time::timeout(SILENCE, request.send()).await else {
        return;
    };
    if answer.status() == 401 {
        // The page signs in again; what comes of it shows at the next try.
        let _ = shopper.renew().await;
    }
    if answer.status() != 200 {
        return;
    }
    note(kept, shopper.id, |transcript| transcript.connected += 1);
    let mut text = String::new();
    while let Ok(Ok(Some(bytes))) = tokio::time::timeout(SILENCE, answer.chunk()).await {
        text.push_str(&String::from_utf8_lossy(&bytes));
        // Half a frame at the end of a connection is no frame.
        while let Some(end) = text.find("\n\n") {
            let frame: String = text.drain(..end + 2).collect();
            if let Some((id, read)) = frame_of(&frame) {
                note(kept, shopper.id, |transcript| match read {
                    Read::Status(told) => transcript.told.push(told),
                    Read::Reset => transcript.resets += 1,
                });
                *last_id = id;
            }
        }
    }
}

fn note(kept: &Mutex<Transcripts>, shopper: Uuid, change: impl FnOnce(&mut Transcript)) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    change(kept.entry(shopper).or_default());
}

#[derive(Debug, PartialEq, Eq)]
enum Read {
    Status(Told),
    Reset,
}

/// A frame's id and what it says; none for heartbeats and comments.
fn frame_of(frame: &str) -> Option<(String, Read)> {
    let field = |name: &str| {
        frame
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let id = field("id")?.to_owned();
    if field("event") == Some("reset") {
        return Some((id, Read::Reset));
    }
    let data: Value = serde_json::from_str(field("data")?).ok()?;
    let told = Told {
        id: id.trim_start_matches('b').parse().ok()?,
        order: data["order_id"].as_str()?.parse().ok()?,
        version: data["version"].as_i64()?,
        status: data["status"].as_str()?.to_owned(),
    };
    Some((id, Read::Status(told)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_frames_and_resets_are_read_and_heartbeats_are_not() {
        let order = Uuid::from_u128(7);
        let frame = format!(
            "id: b41\nevent: status\ndata: {{\"order_id\":\"{order}\",\"version\":2,\"status\":\"PROCESSING\"}}\n\n"
        );
        let told = Told {
            id: 41,
            order,
            version: 2,
            status: "PROCESSING".to_owned(),
        };
        assert_eq!(
            frame_of(&frame),
            Some(("b41".to_owned(), Read::Status(told)))
        );
        assert_eq!(
            frame_of("id: b7\nevent: reset\ndata: {}\n\n"),
            Some(("b7".to_owned(), Read::Reset))
        );
        assert_eq!(frame_of(": still here\n\n"), None);
        assert_eq!(frame_of("event: heartbeat\ndata: {}\n\n"), None);
    }
}
