use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::HeaderMap;
use velure_config::{ExposeSecret, Reader, SecretString};

use crate::{Auth, Route};

/// What the edge adds to each request that it passes on.
const HEADER: &str = "x-velure-origin";

/// The variable with the header's value.
const VARIABLE: &str = "VELURE_ORIGIN_SECRET";

/// Whether a request came through the edge.
///
/// An HTTP API answers at an address of its own beside the one that shoppers use. The edge adds a header to what it
/// passes on, and with `VELURE_ORIGIN_SECRET` set a request without that value is refused. It keeps the edge from being
/// walked around; it says nothing of who calls and authorises nobody.
#[derive(Debug, Clone, Default)]
pub(crate) struct OriginPolicy {
    secret: Option<SecretString>,
}

impl OriginPolicy {
    /// The policy for `route`. Without the variable there is no edge to ask about, as in development.
    ///
    /// Two kinds of route are asked for by those who never come through the edge: our own processes with their service
    /// tokens, and whoever watches the API at its own address, which is what health is there for.
    pub(crate) fn read(reader: &mut Reader<'_>, route: &Route) -> Self {
        let set = reader.optional(VARIABLE).is_some();
        // Judged for every route: a function with a bad value must not start whatever it does with it.
        let secret = set.then(|| reader.secret(VARIABLE));
        let exempt = route.auth == Auth::Service || route.context == "edge";
        Self {
            secret: secret.filter(|_| !exempt),
        }
    }

    /// Whether these are the headers of a request that may be answered. Takes as long for a value that is nearly right
    /// as for one that is all wrong.
    pub(crate) fn allows(&self, headers: &HeaderMap) -> bool {
        let Some(secret) = &self.secret else {
            return true;
        };
        let mut given = headers.get_all(HEADER).iter();
        // The edge writes one. A second one was brought along by somebody else.
        let (Some(value), None) = (given.next(), given.next()) else {
            return false;
        };
        verify_slices_are_equal(value.as_bytes(), secret.expose_secret().as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use velure_config::Env;

    use super::*;
    use crate::{route_named, routes};

    const SECRET: &str = "k3J9x0QmV2rT8wLz5nB1";

    fn policy(route: &str, variables: &[(&str, &str)]) -> Option<OriginPolicy> {
        let env = Env::of(variables.iter().copied());
        let mut reader = Reader::new(&env);
        let route = route_named(route).expect("the route is there");
        let policy = OriginPolicy::read(&mut reader, route);
        reader.finish(policy).ok()
    }

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for value in values {
            map.append(HEADER, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn with_a_secret_only_the_edge_is_answered() {
        let policy = policy("get-me", &[(VARIABLE, SECRET)]).expect("a good secret");
        let cases: [(&[&'static str], bool); 7] = [
            (&[SECRET], true),
            (&[], false),
            (&[""], false),
            (&["k3J9x0QmV2rT8wLz5nB2"], false),
            (&["k3J9x0QmV2rT8wLz5nB"], false),
            (&["k3J9x0QmV2rT8wLz5nB1, k3J9x0QmV2rT8wLz5nB1"], false),
            (&[SECRET, SECRET], false),
        ];
        for (values, allowed) in cases {
            assert_eq!(policy.allows(&headers(values)), allowed, "{values:?}");
        }
    }

    #[test]
    fn without_a_secret_everybody_is_answered() {
        for variables in [&[][..], &[(VARIABLE, "")]] {
            let policy = policy("get-me", variables).expect("nothing to object to");
            assert!(policy.allows(&headers(&[])));
            assert!(policy.allows(&headers(&["anything"])));
        }
    }

    #[test]
    fn only_service_routes_and_health_are_answered_around_the_edge() {
        let open: Vec<&str> = routes()
            .iter()
            .map(|route| route.name.as_str())
            .filter(|name| {
                let policy = policy(name, &[(VARIABLE, SECRET)]).expect("a good secret");
                policy.allows(&headers(&[]))
            })
            .collect();
        assert_eq!(
            open,
            [
                "introspect-token",
                "quote-cart",
                "hold-reservation",
                "commit-reservation",
                "release-reservation",
                "get-health",
            ]
        );
    }

    #[test]
    fn a_short_secret_starts_only_in_development_whatever_the_route() {
        for route in ["get-me", "get-health", "quote-cart"] {
            assert!(policy(route, &[(VARIABLE, "short")]).is_none(), "{route}");
            let development = [
                (VARIABLE, "short"),
                ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
            ];
            assert!(policy(route, &development).is_some(), "{route}");
        }
    }

    #[test]
    fn the_policy_does_not_print_its_secret() {
        let policy = policy("get-me", &[(VARIABLE, SECRET)]).expect("a good secret");
        assert!(!format!("{policy:?}").contains(SECRET));
    }
}
