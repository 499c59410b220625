//! For tests: builds requests and reads answers without a shell.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use serde::Serialize;
use serde_json::Value;
use velure_domain::RequestId;

use crate::{Mounted, RequestParts};

/// A request in the making. It comes from our own page unless told otherwise.
#[derive(Debug, Clone)]
pub struct TestRequest {
    parts: RequestParts,
}

impl TestRequest {
    /// A request to `target`, a path with or without a query.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        Self {
            parts: RequestParts {
                method: method.to_owned(),
                path: path.to_owned(),
                query: query.to_owned(),
                headers,
                body: Bytes::new(),
                id: RequestId::generate().to_string(),
                client_ip: None,
            },
        }
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("a test's body is JSON");
        self.body("application/json", body)
    }

    /// With these bytes as its body.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.parts.body = body.into();
        self.header("content-type", content_type)
    }

    /// With a header, instead of the one that is there.
    ///
    /// # Panics
    /// When it is no header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = name
            .parse::<HeaderName>()
            .expect("a test's header has a name");
        self.parts
            .headers
            .insert(name, value.parse().expect("a test's header has a value"));
        self
    }

    /// Without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parts.headers.remove(name);
        self
    }

    /// With one more cookie.
    #[must_use]
    pub fn cookie(self, name: &str, value: &str) -> Self {
        let held = self
            .parts
            .headers
            .get("cookie")
            .and_then(|v| v.to_str().ok())
            .map(|c| format!("{c}; "))
            .unwrap_or_default();
        self.header("cookie", &format!("{held}{name}={value}"))
    }

    /// As coming from this address.
    #[must_use]
    pub fn from_ip(mut self, ip: std::net::IpAddr) -> Self {
        self.parts.client_ip = Some(ip);
        self
    }

    /// Sends it.
    pub async fn send(self, endpoint: &Mounted) -> TestAnswer {
        TestAnswer(endpoint.answer(self.parts).await)
    }

    /// The request itself, for a shell.
    #[must_use]
    pub fn into_parts(self) -> RequestParts {
        self.parts
    }
}

/// An answer to look at.
#[derive(Debug)]
pub struct TestAnswer(pub Response<Bytes>);

impl TestAnswer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// The body; `null` when there is none.
    ///
    /// # Panics
    /// When it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.0.body().is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(self.0.body()).expect("the body is JSON")
        }
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// Every `Set-Cookie`.
    #[must_use]
    pub fn set_cookies(&self) -> Vec<&str> {
        self.0
            .headers()
            .get_all("set-cookie")
            .iter()
            .filter_map(|v| v.to_str().ok())
            .collect()
    }

    /// Status and problem code, the pair that a rule is about.
    #[must_use]
    pub fn problem(&self) -> (u16, String) {
        (
            self.status(),
            self.json()["code"].as_str().unwrap_or_default().to_owned(),
        )
    }
}
