//! Where a browser wants its stream to go on.

use http::{HeaderMap, Uri};
use velure_contracts::sse::BuyerCursor;
use velure_http::ApiError;
use velure_redis::Topic;

/// Where a browser wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// It has seen nothing.
    Beginning,
    /// It has seen everything up to this position.
    After(i64),
    /// It says something that we never said.
    Unreadable,
}

impl Resume {
    /// Reads `Last-Event-ID`, or `?after=` where there is none: a page can put a cursor into the URL of its first
    /// connection, and the header of a later one, which the browser writes, is newer.
    ///
    /// # Errors
    /// 400 for a parameter that is not `after`.
    pub fn read(topic: Topic, headers: &HeaderMap, uri: &Uri) -> Result<Self, ApiError> {
        let after = after(uri)?;
        let said = match headers.get("last-event-id") {
            Some(value) => match value.to_str() {
                Ok(text) => Some(text),
                Err(_) => return Ok(Self::Unreadable),
            },
            None => after,
        };
        let Some(text) = said.filter(|text| !text.is_empty()) else {
            return Ok(Self::Beginning);
        };
        let position = match topic {
            Topic::Order(_) => version(text),
            Topic::Buyer(_) => text.parse().ok().map(|BuyerCursor(sequence)| sequence),
        };
        Ok(position.map_or(Self::Unreadable, Self::After))
    }
}

/// The value of `after`. Ours need no escapes, so an escaped one is not ours.
fn after(uri: &Uri) -> Result<Option<&str>, ApiError> {
    let mut after = None;
    for pair in uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name != "after" || after.is_some() {
            return Err(ApiError::invalid_parameter(
                "after",
                "after is the only parameter, and is given once",
            ));
        }
        after = Some(value);
    }
    Ok(after)
}

/// Digits, as we write them.
fn version(text: &str) -> Option<i64> {
    let digits = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use velure_domain::{OrderId, UserId};

    use super::*;

    fn read(topic: Topic, header: Option<&[u8]>, uri: &str) -> Option<Resume> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(
                "last-event-id",
                HeaderValue::from_bytes(value).expect("a header"),
            );
        }
        Resume::read(topic, &headers, &uri.parse().expect("a URI")).ok()
    }

    #[test]
    fn the_header_wins_over_the_query() {
        let order = Topic::Order(OrderId::generate());
        assert_eq!(read(order, None, "/e"), Some(Resume::Beginning));
        assert_eq!(read(order, Some(b""), "/e"), Some(Resume::Beginning));
        assert_eq!(read(order, None, "/e?after=1"), Some(Resume::After(1)));
        assert_eq!(
            read(order, Some(b"2"), "/e?after=1"),
            Some(Resume::After(2))
        );
        let buyer = Topic::Buyer(UserId::generate());
        assert_eq!(read(buyer, None, "/e?after=b0"), Some(Resume::After(0)));
        assert_eq!(read(buyer, Some(b"b12"), "/e"), Some(Resume::After(12)));
    }

    #[test]
    fn what_we_never_said_is_unreadable() {
        let (order, buyer) = (
            Topic::Order(OrderId::generate()),
            Topic::Buyer(UserId::generate()),
        );
        for bad in [
            &b"b1"[..],
            b"-1",
            b"+1",
            b"1.0",
            b"x",
            b"1 ",
            b"99999999999999999999",
            b"\xff",
        ] {
            assert_eq!(
                read(order, Some(bad), "/e"),
                Some(Resume::Unreadable),
                "{bad:?}"
            );
        }
        for bad in [&b"1"[..], b"b", b"b-1", b"bb", b"b99999999999999999999"] {
            assert_eq!(
                read(buyer, Some(bad), "/e"),
                Some(Resume::Unreadable),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn other_parameters_are_refused() {
        let order = Topic::Order(OrderId::generate());
        for bad in ["/e?before=1", "/e?after=1&after=2", "/e?after=1&x"] {
            assert_eq!(read(order, None, bad), None, "{bad}");
        }
    }
}
