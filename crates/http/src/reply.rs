use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::ETag;

/// What an endpoint answers when it could do what was asked.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("a contract type is JSON");
        Self {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
        }
        .header("content-type", "application/json")
    }

    /// 200 with a JSON body.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with a JSON body.
    #[must_use]
    pub fn created(body: &impl Serialize) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// 304: the client has this version already.
    #[must_use]
    pub fn not_modified(tag: &ETag) -> Self {
        Self {
            status: StatusCode::NOT_MODIFIED,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
        .etag(tag)
    }

    /// Where the new thing is.
    #[must_use]
    pub fn at(self, path: impl AsRef<str>) -> Self {
        self.header("location", path)
    }

    /// The version of the body.
    #[must_use]
    pub fn etag(self, tag: &ETag) -> Self {
        self.header("etag", tag.as_str())
    }

    /// A cookie, as a whole `Set-Cookie` value. Can be called again for another one.
    #[must_use]
    pub fn cookie(self, cookie: impl AsRef<str>) -> Self {
        self.header("set-cookie", cookie)
    }

    /// A header beside those that are there.
    ///
    /// # Panics
    /// When the value is no header value: values are ours, never a client's.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value =
            HeaderValue::from_str(value.as_ref()).expect("a header value of ours is printable");
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    /// The body so far, for a tag over it.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        (self.status, self.headers, self.body)
    }
}
