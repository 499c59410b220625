//! Requests around the edge: to the address that the API has beside the shop's own.

use velure_http::{Auth, routes};
use velure_testkit::http::Call;

use super::case::Case;
use super::good::good;
use crate::shop::ORIGIN_SECRET;

const REFUSED: (u16, &str) = (403, "forbidden");

/// Each route's good request without what the edge adds, or with something else in its place.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for route in routes() {
        let make = good(&route.name);
        if route.auth == Auth::Service || route.name == "get-health" {
            continue;
        }
        let refused = |name: &str, alter: fn(Call) -> Call| {
            Case::refused(name, &route.name, REFUSED, move |w| alter(make(w))).direct()
        };
        cases.extend([
            refused("around the edge", |call| call),
            refused("with a guess in place of the edge's value", |call| {
                call.header("x-velure-origin", &ORIGIN_SECRET.to_lowercase())
            }),
            // Nobody finds out which sessions or pages would be good.
            refused("around the edge by nobody", |call| {
                call.without("cookie").without("sec-fetch-site")
            }),
        ]);
    }
    // Those that never come through the edge: our own processes, and whoever watches the API.
    for name in ["get-health", "quote-cart", "introspect-token"] {
        cases.push(Case::done("around the edge", name, 200, good(name)).direct());
    }
    cases
}
