//! One good request for each route, and what it is answered. What can go wrong is derived from them.

use serde_json::json;
use uuid::Uuid;
use velure_testkit::http::Call;

use super::case::Case;
use super::normal::Compare::{self, Bytes, Generated};
use super::world::{World, credentials, product_body};
use crate::shop::{PASSWORD, order_body};

/// A route, the status of its good answer, how two of them compare, and the request.
pub(crate) type Good = (&'static str, u16, Compare, fn(&World) -> Call);

/// In an order in which none spoils another.
pub(crate) const GOOD: [Good; 26] = [
    ("register-user", 201, Generated, |_| {
        let email = format!("{}@shop.test", Uuid::new_v4());
        Call::new("POST", "/api/users")
            .json(&json!({"name": "Émile Ôz", "email": email, "password": PASSWORD}))
    }),
    ("open-session", 201, Generated, |w| {
        Call::new("POST", "/api/sessions").json(&credentials(&w.shared.stranger))
    }),
    ("refresh-session", 200, Generated, |w| {
        Call::new("POST", "/api/sessions/refresh")
            .cookie("__Host-velure_rt", &w.mine.refreshing.refresh)
    }),
    ("get-me", 200, Bytes, |w| {
        w.shared.shopper.call("GET", "/api/me")
    }),
    ("change-password", 204, Bytes, |w| {
        let body =
            json!({"current_password": PASSWORD, "new_password": "another horse altogether"});
        w.mine.changing.call("PUT", "/api/me/password").json(&body)
    }),
    ("close-session", 204, Bytes, |w| {
        w.mine.leaving.call("DELETE", "/api/sessions/current")
    }),
    ("introspect-token", 200, Bytes, |w| {
        let body = json!({"token": w.shared.shopper.access});
        Call::new("POST", "/api/tokens/introspect")
            .bearer(&w.service("auth"))
            .json(&body)
    }),
    ("list-users", 200, Bytes, |w| {
        w.shared.admin.call("GET", "/api/users?page=1&page_size=5")
    }),
    ("get-user", 200, Bytes, |w| {
        w.shared
            .admin
            .call("GET", format!("/api/users/{}", w.shared.shopper.id))
    }),
    ("get-jwks", 200, Bytes, |_| {
        Call::new("GET", "/.well-known/jwks.json")
    }),
    ("list-products", 200, Bytes, |_| {
        Call::new("GET", "/api/products")
    }),
    ("create-product", 201, Generated, |w| {
        w.shared
            .admin
            .call("POST", "/api/products")
            .json(&product_body())
    }),
    ("list-categories", 200, Bytes, |_| {
        Call::new("GET", "/api/products/categories")
    }),
    ("count-products", 200, Bytes, |_| {
        Call::new("GET", "/api/products/count")
    }),
    ("get-product", 200, Bytes, |w| {
        Call::new("GET", World::product_path(&w.shared.product))
    }),
    ("replace-product", 200, Generated, |w| {
        let mut body = product_body();
        body.as_object_mut()
            .expect("a product is an object")
            .remove("available");
        w.shared
            .admin
            .call("PUT", World::product_path(&w.mine.product))
            .header("if-match", &w.mine.product_tag)
            .json(&body)
    }),
    ("adjust-inventory", 200, Generated, |w| {
        let path = format!("{}/inventory", World::product_path(&w.mine.product));
        let body = json!({"delta": 3, "operation_id": Uuid::new_v4()});
        w.shared.admin.call("PATCH", path).json(&body)
    }),
    ("delete-product", 204, Bytes, |w| {
        w.shared
            .admin
            .call("DELETE", World::product_path(&w.mine.doomed))
    }),
    ("quote-cart", 200, Bytes, |w| {
        let body = json!({"items": [{"product_id": w.shared.product["id"], "quantity": 2}]});
        Call::new("POST", "/internal/quotes")
            .bearer(&w.service("catalog"))
            .json(&body)
    }),
    ("hold-reservation", 200, Bytes, |w| {
        let body = json!({"items": [{"product_id": w.mine.product["id"], "quantity": 1}]});
        let path = format!("/internal/reservations/{}", Uuid::now_v7());
        Call::new("PUT", path)
            .bearer(&w.service("catalog"))
            .json(&body)
    }),
    ("commit-reservation", 200, Bytes, |w| {
        let path = format!("/internal/reservations/{}/commit", w.mine.held[0]);
        Call::new("POST", path).bearer(&w.service("catalog"))
    }),
    ("release-reservation", 200, Bytes, |w| {
        let path = format!("/internal/reservations/{}/release", w.mine.held[1]);
        Call::new("POST", path).bearer(&w.service("catalog"))
    }),
    ("place-order", 201, Generated, |w| {
        w.place(&order_body(&w.shared.product, 3))
    }),
    ("list-orders", 200, Bytes, |w| {
        w.shared.shopper.call("GET", "/api/me/orders")
    }),
    ("get-order", 200, Bytes, |w| {
        w.shared.shopper.call("GET", order_path(w))
    }),
    ("get-health", 200, Bytes, |_| {
        Call::new("GET", "/api/health")
    }),
];

/// The path of the shopper's order.
pub(crate) fn order_path(world: &World) -> String {
    format!(
        "/api/me/orders/{}",
        world.shared.order["id"]
            .as_str()
            .expect("an order has an id")
    )
}

/// The good request of a route.
pub(crate) fn good(route: &str) -> fn(&World) -> Call {
    GOOD.iter()
        .find(|(name, ..)| *name == route)
        .unwrap_or_else(|| panic!("{route} has a good request"))
        .3
}

/// Each of them once, done.
pub(crate) fn cases() -> Vec<Case> {
    let done = |(route, status, compare, call): &Good| Case {
        compare: *compare,
        ..Case::done("a good request", route, *status, *call)
    };
    GOOD.iter().map(done).collect()
}
