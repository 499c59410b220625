//! Requests to a running process, and answers to look at.

use std::sync::LazyLock;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use uuid::Uuid;

/// How long an answer may take: longer than any route's deadline and the emulator's.
const DEADLINE: Duration = Duration::from_secs(40);

/// No connection is used twice: what one request did to its connection is no other's business.
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    reqwest::Client::builder()
        .no_proxy()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .timeout(DEADLINE)
        .build()
        .expect("invariant: a client without a TLS identity can be built")
});

/// A request in the making. It comes from the shop's own page unless told otherwise.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// A request to `target`, a path with or without a query.
    ///
    /// # Panics
    /// When `method` is none.
    #[must_use]
    pub fn new(method: &str, target: impl Into<String>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        Self {
            method: method.parse().expect("a test's method is one"),
            target: target.into(),
            headers,
            body: Bytes::new(),
        }
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// The body as JSON, when it is that.
    #[must_use]
    pub fn json_body(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// To another path, or with another query.
    #[must_use]
    pub fn to(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// With these bytes as its body.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// With a header, instead of the one that is there.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.raw_header(name, value.as_bytes())
    }

    /// With a header of any bytes that HTTP allows, instead of the one that is there.
    ///
    /// # Panics
    /// When it is no header.
    #[must_use]
    pub fn raw_header(mut self, name: &str, value: &[u8]) -> Self {
        let name: HeaderName = name.parse().expect("a test's header has a name");
        let value = HeaderValue::from_bytes(value).expect("a test's header has a value");
        self.headers.insert(name, value);
        self
    }

    /// With one more header of this name.
    ///
    /// # Panics
    /// When it is no header.
    #[must_use]
    pub fn also(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a test's header has a name");
        let value = value.parse().expect("a test's header has a value");
        self.headers.append(name, value);
        self
    }

    /// Without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// With one more cookie.
    #[must_use]
    pub fn cookie(self, name: &str, value: &str) -> Self {
        let held = self
            .headers
            .get("cookie")
            .and_then(|held| held.to_str().ok());
        let held = held.map(|held| format!("{held}; ")).unwrap_or_default();
        self.header("cookie", &format!("{held}{name}={value}"))
    }

    /// With a token in `Authorization`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// As API Gateway's HTTP API hands it to a function: format 2.0 of its events.
    #[must_use]
    pub fn event(&self) -> Value {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "cookie")
            .map(|(name, value)| (name.to_string(), text(value).into()))
            .collect();
        let cookies: Vec<String> = self
            .headers
            .get_all("cookie")
            .iter()
            .flat_map(|value| {
                text(value)
                    .split("; ")
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        let method = self.method.as_str();
        let mut event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "measured", "domainName": "shop.test",
                "domainPrefix": "shop", "requestId": Uuid::new_v4(), "routeKey": "$default",
                "stage": "$default", "time": "26/Nov/2026:06:00:00 +0000", "timeEpoch": 1_795_672_800_000_i64,
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "measured"},
            },
            "isBase64Encoded": false,
        });
        if !cookies.is_empty() {
            event["cookies"] = cookies.into();
        }
        if !self.body.is_empty() {
            event["body"] = String::from_utf8_lossy(&self.body).into_owned().into();
        }
        event
    }

    /// Sends it to the process at `base`, a URL without a path.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn send(&self, base: &str) -> anyhow::Result<Answer> {
        let url = format!("{base}{}", self.target);
        let answer = CLIENT
            .request(self.method.clone(), &url)
            .headers(self.headers.clone())
            .body(self.body.clone())
            .send()
            .await
            .with_context(|| format!("{} {url}", self.method))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer
            .bytes()
            .await
            .with_context(|| format!("the body of {} {url}", self.method))?;
        Ok(Answer {
            status,
            headers,
            body,
        })
    }
}

impl Call {
    /// Sends it with a client of the caller's, who reads the body as it comes.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn open(
        &self,
        client: &reqwest::Client,
        base: &str,
    ) -> anyhow::Result<reqwest::Response> {
        let url = format!("{base}{}", self.target);
        client
            .request(self.method.clone(), &url)
            .headers(self.headers.clone())
            .body(self.body.clone())
            .send()
            .await
            .with_context(|| format!("{} {url}", self.method))
    }
}

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; `null` when there is none.
    ///
    /// # Panics
    /// When it is something else.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The body as text, for messages.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value that a `Set-Cookie` gives to the cookie `name`.
    #[must_use]
    pub fn set_cookie(&self, name: &str) -> Option<&str> {
        let values = self.headers.get_all("set-cookie").iter();
        values
            .filter_map(|value| value.to_str().ok()?.strip_prefix(name)?.strip_prefix('='))
            .find_map(|rest| rest.split(';').next())
    }

    /// The status with the problem's code, the pair that a rule is about; no code when it is no problem.
    #[must_use]
    pub fn problem(&self) -> (u16, String) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        (
            self.status,
            body["code"].as_str().unwrap_or_default().to_owned(),
        )
    }
}
