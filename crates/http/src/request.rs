use std::net::IpAddr;
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use velure_contracts::Code;
use velure_domain::{SessionId, UserId};
use velure_telemetry::TraceContext;

use crate::{ApiError, Caller, ETag, none_match};

/// A request as a shell hands it to the edge.
#[derive(Debug, Clone)]
pub struct RequestParts {
    /// The method, upper-case.
    pub method: String,
    /// The path as it was sent, not decoded.
    pub path: String,
    /// The query as it was sent, without `?`.
    pub query: String,
    /// The headers; cookies joined in one.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The id of the request for logs and answers.
    pub id: String,
    /// Who connected, by the trusted hop before us.
    pub client_ip: Option<IpAddr>,
}

/// A request that passed the edge: its body is small enough, and its caller is known.
#[derive(Debug)]
pub struct Request {
    parts: RequestParts,
    params: Vec<(String, String)>,
    caller: Caller,
    trace: TraceContext,
    received: Instant,
}

/// `page` and `page_size`, in bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: u32,
    /// 1 to 100.
    pub page_size: u32,
}

impl Paging {
    /// Pages beyond this answer 400: nobody turns ten thousand pages, and skipping is paid by the database.
    pub const MAX_PAGE: u32 = 10_000;

    /// Reads the two query values.
    ///
    /// # Errors
    /// 400 when one is not a number in its bounds.
    pub fn parse(
        page: Option<&str>,
        page_size: Option<&str>,
        default_size: u32,
    ) -> Result<Self, ApiError> {
        let number = |name: &str, text: Option<&str>, default: u32, max: u32| match text {
            None => Ok(default),
            Some(text) => match text.parse::<u32>() {
                Ok(value) if (1..=max).contains(&value) && !text.starts_with('+') => Ok(value),
                Ok(_) | Err(_) => Err(ApiError::invalid_parameter(
                    name,
                    format!("{name} is a number from 1 to {max}"),
                )),
            },
        };
        Ok(Self {
            page: number("page", page, 1, Self::MAX_PAGE)?,
            page_size: number("page_size", page_size, default_size, 100)?,
        })
    }

    /// How many rows come before the page.
    #[must_use]
    pub fn skip(self) -> u64 {
        u64::from(self.page - 1) * u64::from(self.page_size)
    }
}

impl Request {
    pub(crate) fn new(
        parts: RequestParts,
        params: Vec<(String, String)>,
        caller: Caller,
        trace: TraceContext,
        received: Instant,
    ) -> Self {
        Self {
            parts,
            params,
            caller,
            trace,
            received,
        }
    }

    /// The id of the request, as in the `x-request-id` header of the answer.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.parts.id
    }

    /// The trace that the request belongs to: the browser's, or a new one.
    #[must_use]
    pub fn trace(&self) -> &TraceContext {
        &self.trace
    }

    /// When it came in.
    #[must_use]
    pub fn received(&self) -> Instant {
        self.received
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// 401 when nobody is; the edge has refused that already on every route that asks for a shopper.
    pub fn user_id(&self) -> Result<UserId, ApiError> {
        match &self.caller {
            Caller::User { user_id, .. } => Ok(*user_id),
            Caller::Anonymous | Caller::Service(_) => Err(ApiError::new(Code::Unauthenticated)),
        }
    }

    /// By which sign-in.
    ///
    /// # Errors
    /// 401 when nobody is signed in.
    pub fn session_id(&self) -> Result<SessionId, ApiError> {
        match &self.caller {
            Caller::User { session_id, .. } => Ok(*session_id),
            Caller::Anonymous | Caller::Service(_) => Err(ApiError::new(Code::Unauthenticated)),
        }
    }

    /// A parameter of the path, decoded.
    ///
    /// # Panics
    /// When the route has no such parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(n, _)| n == name);
        &found.expect("the route table has this parameter").1
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// A header; `None` when it is missing, sent twice or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.parts.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    }

    /// A cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.parts.headers, name)
    }

    /// Who connected, by the trusted hop before us.
    #[must_use]
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.parts.client_ip
    }

    /// Whether the client already has the version `tag`.
    #[must_use]
    pub fn has_version(&self, tag: &ETag) -> bool {
        none_match(&self.parts.headers, tag)
    }

    /// The query as a value; give it `deny_unknown_fields`.
    ///
    /// # Errors
    /// 400 when a parameter is unknown or cannot be read.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_html_form::from_str(&self.parts.query).map_err(|error| {
            ApiError::new(Code::InvalidParameter)
                .detail(format!("The query cannot be read: {error}."))
        })
    }

    /// The body as a value; give it `deny_unknown_fields`.
    ///
    /// # Errors
    /// 415 when it is not sent as JSON, 400 when it is none or not of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let content_type = self.header("content-type").unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::new(Code::UnsupportedMediaType));
        }
        let mut json = serde_json::Deserializer::from_slice(&self.parts.body);
        let value = serde_path_to_error::deserialize::<_, T>(&mut json).map_err(|error| {
            let path = error.path().to_string();
            let message = error.inner().to_string();
            let malformed = ApiError::new(Code::MalformedBody)
                .detail(format!("The body cannot be read: {message}."));
            if path == "." {
                malformed
            } else {
                malformed.field(&path, "malformed", message)
            }
        })?;
        json.end().map_err(|_| {
            ApiError::new(Code::MalformedBody)
                .detail("There is something after the end of the JSON value.")
        })?;
        Ok(value)
    }

    /// The body as it was sent.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.parts.body
    }
}

/// A cookie among the headers. Of two with one name the first counts: browsers send the more specific one first.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(n, value)| (n == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paging_has_bounds_and_defaults() {
        assert_eq!(
            Paging::parse(None, None, 12).ok(),
            Some(Paging {
                page: 1,
                page_size: 12
            })
        );
        assert_eq!(
            Paging::parse(Some("3"), Some("100"), 12)
                .map(|p| p.skip())
                .ok(),
            Some(200)
        );
        for bad in ["0", "-1", "101", "abc", "", "1.5", "+1", "99999999999"] {
            assert!(Paging::parse(None, Some(bad), 12).is_err(), "{bad}");
        }
        assert!(Paging::parse(Some("10001"), None, 12).is_err());
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "cookie",
            http::HeaderValue::from_static("xa=1; a=2;b=3; a=4"),
        );
        assert_eq!(cookie(&headers, "a"), Some("2"));
        assert_eq!(cookie(&headers, "b"), Some("3"));
        assert_eq!(cookie(&headers, "c"), None);
    }
}
