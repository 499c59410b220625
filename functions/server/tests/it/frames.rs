//! What a browser is sent.

use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use crate::shop::SignedIn;

const PATIENCE: Duration = Duration::from_secs(60);

/// The frames of a stream of all of a buyer's orders.
pub(crate) struct Frames {
    answer: reqwest::Response,
    text: String,
}

impl Frames {
    pub(crate) async fn open(gateway: &str, buyer: &SignedIn) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let answer = client
            .get(format!("{gateway}/api/me/orders/events"))
            .header("cookie", format!("__Host-velure_at={}", buyer.access))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
        let mut frames = Self {
            answer,
            text: String::new(),
        };
        frames.until("retry: ").await;
        frames
    }

    /// Reads on until this is among what was sent.
    pub(crate) async fn until(&mut self, what: &str) {
        let reading = async {
            while !self.text.contains(what) {
                self.read_on().await;
            }
        };
        assert!(
            timeout(PATIENCE, reading).await.is_ok(),
            "no {what} in {}",
            self.text
        );
    }

    /// Reads on until this order has ended.
    pub(crate) async fn until_final(&mut self, order: &str) {
        let reading = async {
            while !self.statuses().iter().any(|frame| {
                frame["order_id"] == order
                    && matches!(frame["status"].as_str(), Some("COMPLETED" | "FAILED"))
            }) {
                self.read_on().await;
            }
        };
        let read = timeout(PATIENCE, reading).await;
        assert!(read.is_ok(), "{order} has not ended in {}", self.text);
    }

    async fn read_on(&mut self) {
        let chunk = self.answer.chunk().await.expect("the stream goes on");
        let chunk = chunk.expect("the stream has not ended");
        self.text.push_str(&String::from_utf8_lossy(&chunk));
    }

    /// The data of the status frames, in their order.
    pub(crate) fn statuses(&self) -> Vec<Value> {
        self.text
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            // The last line may not be whole yet.
            .filter_map(|data| serde_json::from_str::<Value>(data).ok())
            .filter(|data| data.get("status").is_some())
            .collect()
    }
}
