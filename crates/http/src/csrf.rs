use http::HeaderMap;

/// Whether a request that changes something comes from our own pages.
///
/// Browsers say so themselves: `Sec-Fetch-Site: same-origin`, or an `Origin` from the list. A client that sends
/// neither is not a browser, or a very old one: it has to send `x-velure-csrf: 1`, which no form and no simple request
/// of a foreign page can.
#[derive(Debug, Clone, Default)]
pub struct CsrfPolicy {
    allowed_origins: Vec<String>,
}

impl CsrfPolicy {
    /// Accepts these origins, such as `https://velure.example`.
    #[must_use]
    pub fn new(allowed_origins: Vec<String>) -> Self {
        Self { allowed_origins }
    }

    /// Whether `headers` come from our own pages or from no browser at all.
    #[must_use]
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let site = text("sec-fetch-site");
        let origin = text("origin");
        match (site, origin) {
            (Some("same-origin"), _) => true,
            (_, Some(origin)) if self.allowed_origins.iter().any(|allowed| allowed == origin) => {
                true
            }
            (None, None) => text("x-velure-csrf") == Some("1"),
            (Some(_), _) | (None, Some(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_and_clients_without_a_browser_may_change_something() {
        let policy = CsrfPolicy::new(vec!["https://velure.example".into()]);
        let cases: [(&[(&str, &str)], bool); 12] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://evil.example"),
                ],
                true,
            ),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (
                &[("sec-fetch-site", "cross-site"), ("x-velure-csrf", "1")],
                false,
            ),
            (&[("origin", "https://velure.example")], true),
            (&[("origin", "https://velure.example.evil.example")], false),
            (&[("origin", "null"), ("x-velure-csrf", "1")], false),
            (&[("x-velure-csrf", "1")], true),
            (&[("x-velure-csrf", "true")], false),
            (&[], false),
        ];
        for (headers, allowed) in cases {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(
                    http::HeaderName::from_static(name),
                    http::HeaderValue::from_static(value),
                );
            }
            assert_eq!(policy.allows(&map), allowed, "{headers:?}");
        }
    }
}
