//! What both shells answer while a store is away, and once it is back.

use velure_testkit::http::Call;

use super::case::Case;
use super::good::good;
use super::world::World;

const UNAVAILABLE: (u16, &str) = (503, "unavailable");

/// What needs MongoDB.
pub(crate) fn without_mongodb() -> Vec<Case> {
    away(&[
        "list-products",
        "list-categories",
        "count-products",
        "get-product",
        "create-product",
        "quote-cart",
        "hold-reservation",
        "commit-reservation",
        "release-reservation",
        "place-order",
    ])
}

/// What needs PostgreSQL.
pub(crate) fn without_postgres() -> Vec<Case> {
    away(&[
        "register-user",
        "open-session",
        "refresh-session",
        "close-session",
        "get-me",
        "introspect-token",
        "list-users",
        "get-user",
        "place-order",
        "list-orders",
        "get-order",
    ])
}

/// What goes on without Redis: it is a hint and nothing else.
pub(crate) fn without_redis() -> Vec<Case> {
    READING
        .map(|route| Case::done("while Redis is away", route, 200, good(route)))
        .into()
}

/// What is asked once everything is back.
pub(crate) const READING: [&str; 6] = [
    "list-products",
    "get-product",
    "get-me",
    "list-users",
    "list-orders",
    "get-order",
];

fn away(routes: &[&str]) -> Vec<Case> {
    let case = |route: &&str| {
        let make: fn(&World) -> Call = good(route);
        Case::refused("while its store is away", route, UNAVAILABLE, make)
    };
    routes.iter().map(case).collect()
}
