use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use sha2::{Digest, Sha256};

/// A strong entity tag (RFC 9110, 8.8.3), quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of these bytes: the same bytes always have the same tag.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        Self(format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..16])))
    }

    /// A tag from a counter that rises with every change.
    #[must_use]
    pub fn of_revision(revision: impl std::fmt::Display) -> Self {
        Self(format!("\"r{revision}\""))
    }

    /// The tag as it stands in the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a comma-separated list of tags names this one; `*` names any. `weak` also accepts a tag that a cache
    /// on the way has marked `W/`.
    #[must_use]
    pub fn is_in(&self, list: &str, weak: bool) -> bool {
        list.split(',').map(str::trim).any(|tag| {
            let tag = if weak {
                tag.strip_prefix("W/").unwrap_or(tag)
            } else {
                tag
            };
            tag == "*" || tag == self.0
        })
    }
}

/// Whether the client already has this version: 304 is the answer then.
#[must_use]
pub fn none_match(headers: &HeaderMap, tag: &ETag) -> bool {
    headers
        .get_all("if-none-match")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|list| tag.is_in(list, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list_and_marked_weak() {
        let tag = ETag::of_revision(7);
        assert_eq!(tag.as_str(), "\"r7\"");
        assert!(tag.is_in("\"a\", \"r7\"", false));
        assert!(tag.is_in("*", false));
        assert!(tag.is_in("W/\"r7\"", true));
        assert!(!tag.is_in("W/\"r7\"", false));
        assert!(!tag.is_in("\"r70\"", true));
    }
}
