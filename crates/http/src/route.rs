use std::sync::LazyLock;

use serde::Deserialize;

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Everybody.
    None,
    /// Whoever is signed in.
    Shopper,
    /// Whoever is signed in and has the role `admin`.
    Admin,
    /// One of our own processes, by a service token. Never reachable through the edge without one.
    Service,
}

/// How many requests a second a route takes before API Gateway answers 429.
#[derive(Debug, Clone, Deserialize)]
pub struct Throttle {
    /// Requests a second, in the long run.
    pub rate: u32,
    /// Requests at once.
    pub burst: u32,
}

/// One row of `functions/routes.json`: an HTTP endpoint and its Lambda function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Verb and noun; the name of the module, the binary and the function.
    pub name: String,
    /// The bounded context that owns it.
    pub context: String,
    /// The HTTP method.
    pub method: String,
    /// The path, with `{parameters}`.
    pub path: String,
    /// Who may call it.
    pub auth: Auth,
    /// The function's memory in MB; 1,769 MB is one vCPU.
    pub memory_mb: u32,
    /// The function's deadline in seconds; below API Gateway's 29.
    pub timeout_s: u32,
    /// The most instances at once, which bounds the database connections.
    pub reserved_concurrency: u32,
    /// Its throttle at API Gateway.
    pub throttle: Throttle,
    /// The largest body it takes.
    pub body_limit_bytes: usize,
    /// The stores it connects to.
    pub stores: Vec<String>,
    /// The secrets it is granted.
    pub secrets: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    routes: Vec<Route>,
}

static TABLE: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let table: Table = serde_json::from_str(include_str!("../../../functions/routes.json"))
        .expect("the route table is checked by a test");
    table.routes
});

/// Every route, in the table's order.
#[must_use]
pub fn routes() -> &'static [Route] {
    &TABLE
}

/// The route of an endpoint.
#[must_use]
pub fn route_named(name: &str) -> Option<&'static Route> {
    routes().iter().find(|route| route.name == name)
}

impl Route {
    /// The values of the path's parameters when `path` is this route's, percent-decoded.
    ///
    /// The shells differ in whether they decode; so the edge reads the raw path itself, once, in one way.
    #[must_use]
    pub fn match_path(&self, path: &str) -> Option<Vec<(&str, String)>> {
        let mut params = Vec::new();
        let mut wanted = self.path.split('/');
        let mut given = path.split('/');
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(params),
                (Some(w), Some(g)) => match w.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
                    Some(name) if !g.is_empty() => params.push((name, decode(g)?)),
                    Some(_) => return None,
                    None if w == g => {}
                    None => return None,
                },
                (None, Some(_)) | (Some(_), None) => return None,
            }
        }
    }

    /// How much of the path is literal: `/api/products/count` goes before `/api/products/{id}`.
    #[must_use]
    pub fn literal_segments(&self) -> usize {
        self.path
            .split('/')
            .filter(|segment| !segment.starts_with('{'))
            .count()
    }
}

/// Decodes `%XX`; `None` when that does not give UTF-8.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_routes_share_a_name_or_a_method_and_path() {
        let mut names = std::collections::HashSet::new();
        let mut calls = std::collections::HashSet::new();
        for route in routes() {
            assert!(names.insert(&route.name), "{}", route.name);
            assert!(
                calls.insert((&route.method, &route.path)),
                "{} {}",
                route.method,
                route.path
            );
        }
    }

    #[test]
    fn every_route_ends_before_the_gateway_gives_up() {
        for route in routes() {
            assert!((1..29).contains(&route.timeout_s), "{}", route.name);
            assert!(route.body_limit_bytes <= 32 * 1024, "{}", route.name);
            assert!(
                route.throttle.rate <= route.throttle.burst,
                "{}",
                route.name
            );
        }
    }

    #[test]
    fn internal_paths_take_service_tokens_and_nothing_else() {
        for route in routes() {
            if route.path.starts_with("/internal/") {
                assert_eq!(route.auth, Auth::Service, "{}", route.name);
            }
        }
    }

    #[test]
    fn a_path_gives_its_parameters_decoded_once() {
        let route = route_named("get-product").expect("the route is there");
        assert_eq!(
            route.match_path("/api/products/a%20b%2Fc"),
            Some(vec![("id", "a b/c".to_owned())])
        );
        assert_eq!(
            route.match_path("/api/products/%2541"),
            Some(vec![("id", "%41".to_owned())])
        );
        for other in [
            "/api/products",
            "/api/products/",
            "/api/products/a/b",
            "/api/products/%ff",
            "/api/products/%4",
        ] {
            assert_eq!(route.match_path(other), None, "{other}");
        }
    }
}
