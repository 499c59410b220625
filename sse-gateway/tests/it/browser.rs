use serde_json::Value;
use tokio::time::timeout;

use crate::shop::SOON;

/// One block of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    Retry(String),
    Comment,
    Event {
        id: Option<String>,
        event: String,
        data: Value,
    },
}

/// A stream as a browser reads it.
pub(crate) struct Events {
    pub(crate) response: reqwest::Response,
    text: String,
}

impl Events {
    pub(crate) async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = timeout(SOON, request.send())
            .await
            .expect("an answer in time")
            .expect("an answer");
        assert_eq!(response.status(), 200);
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next block, or `None` at the orderly end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Block> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = parse(block);
                self.text = rest.to_owned();
                return Some(block);
            }
            let chunk = timeout(SOON, self.response.chunk())
                .await
                .expect("bytes in time")
                .expect("whole chunks");
            let Some(chunk) = chunk else {
                assert_eq!(self.text, "", "half a block");
                return None;
            };
            self.text
                .push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    pub(crate) async fn retry(&mut self) {
        assert_eq!(self.next().await, Some(Block::Retry("2000".to_owned())));
    }

    /// The next event's id, name and data.
    pub(crate) async fn event(&mut self) -> (String, String, Value) {
        match self.next().await {
            Some(Block::Event {
                id: Some(id),
                event,
                data,
            }) => (id, event, data),
            other => panic!("{other:?}"),
        }
    }

    /// The next event, which has to be a status: its id and the status.
    pub(crate) async fn status(&mut self) -> (String, String) {
        let (id, event, data) = self.event().await;
        assert_eq!(event, "status");
        (id, data["status"].as_str().expect("a status").to_owned())
    }

    pub(crate) async fn expect(&mut self, id: &str, status: &str) {
        assert_eq!(self.status().await, (id.to_owned(), status.to_owned()));
    }

    pub(crate) async fn end(&mut self) {
        assert_eq!(self.next().await, None);
    }
}

fn parse(block: &str) -> Block {
    let (mut id, mut event, mut data) = (None, None, None);
    for line in block.lines() {
        match line.split_once(": ").unwrap_or((line, "")) {
            ("retry", value) => return Block::Retry(value.to_owned()),
            ("", _) => return Block::Comment,
            ("id", value) => assert!(id.replace(value.to_owned()).is_none(), "two ids"),
            ("event", value) => assert!(event.replace(value.to_owned()).is_none(), "two names"),
            ("data", value) => assert!(
                data.replace(value.to_owned()).is_none(),
                "two lines of data"
            ),
            other => panic!("{other:?}"),
        }
    }
    Block::Event {
        id,
        event: event.expect("every event has a name"),
        data: serde_json::from_str(&data.expect("data")).expect("JSON"),
    }
}
