//! What the orders context answers besides its good requests.

use serde_json::{Value, json};
use uuid::Uuid;

use super::case::Case;
use super::good::order_path;
use super::world::World;
use crate::shop::order_body;

const PLACE: &str = "place-order";
const MALFORMED: (u16, &str) = (400, "malformed_body");
const INVALID: (u16, &str) = (422, "validation_failed");
const HEADER: (u16, &str) = (400, "invalid_header");

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    keys(&mut cases);
    values(&mut cases);
    forbidden_fields(&mut cases);
    outcomes(&mut cases);
    reading(&mut cases);
    cases
}

fn keys(cases: &mut Vec<Case>) {
    let keyed = |name: &str, key: &'static [u8]| {
        Case::refused(name, PLACE, HEADER, move |w| {
            w.place(&order_body(&w.shared.product, 1))
                .raw_header("idempotency-key", key)
        })
    };
    cases.extend([
        Case::refused("no key", PLACE, HEADER, |w| {
            w.place(&order_body(&w.shared.product, 1))
                .without("idempotency-key")
        }),
        Case::refused("two keys", PLACE, HEADER, |w| {
            w.place(&order_body(&w.shared.product, 1))
                .also("idempotency-key", "another")
        })
        .only_server(),
        keyed("an empty key", b""),
        keyed("a key with a space", b"two words"),
        keyed("a key beyond ASCII", "schl\u{fc}ssel".as_bytes()),
        keyed("a key of 129 characters", &[b'k'; 129]),
        Case::done("a key of 128 characters", PLACE, 201, |w| {
            let key = format!("{}{}", Uuid::new_v4(), "k".repeat(92));
            w.place(&order_body(&w.shared.product, 1))
                .header("idempotency-key", &key)
        })
        .generated(),
        Case::done("the same request again", PLACE, 201, |w| {
            w.place(&w.shared.order_body)
                .header("idempotency-key", &w.shared.order_key)
        }),
        Case::done("the same request in other words", PLACE, 201, |w| {
            let mut body = w.shared.order_body.clone();
            let line = &w.shared.order_body["items"][0];
            let half = json!({"quantity": 1, "product_id": line["product_id"]});
            body["items"] = json!([half, half]);
            w.place(&body)
                .header("idempotency-key", &w.shared.order_key)
        }),
        Case::refused(
            "another request with the same key",
            PLACE,
            (409, "idempotency_conflict"),
            |w| {
                w.place(&order_body(&w.shared.product, 5))
                    .header("idempotency-key", &w.shared.order_key)
            },
        ),
        Case::done("a key that is somebody else's too", PLACE, 201, |w| {
            w.shared
                .stranger
                .call("POST", "/api/orders")
                .header("idempotency-key", &w.shared.order_key)
                .json(&w.shared.order_body)
        }),
    ]);
}

fn values(cases: &mut Vec<Case>) {
    let quantity = "/items/0/quantity";
    let amount = "/expected_total/amount_minor";
    let rows: [(&str, Value, (u16, &str)); 35] = [
        (quantity, json!(0), INVALID),
        (quantity, json!(-1), INVALID),
        (quantity, json!(100), INVALID),
        (quantity, json!(4_294_967_297_u64), INVALID),
        (quantity, json!(i64::MIN), INVALID),
        (quantity, json!(i64::MAX), INVALID),
        (quantity, json!(u64::MAX), MALFORMED),
        (quantity, json!(1e20), MALFORMED),
        (quantity, json!(1.5), MALFORMED),
        (quantity, json!(2.0), MALFORMED),
        (quantity, json!("2"), MALFORMED),
        (quantity, json!(true), MALFORMED),
        (quantity, Value::Null, MALFORMED),
        (amount, json!(24.9), MALFORMED),
        (amount, json!("2490"), MALFORMED),
        (amount, json!(-1), INVALID),
        (amount, json!(i64::MIN), INVALID),
        (amount, json!(i64::MAX), INVALID),
        (amount, json!(1e30), MALFORMED),
        ("/expected_total/currency", json!("EUR"), INVALID),
        ("/expected_total/currency", json!("usd"), INVALID),
        ("/expected_total/currency", json!(840), MALFORMED),
        ("/expected_total", json!(2490), MALFORMED),
        ("/expected_total", Value::Null, MALFORMED),
        ("/items", json!([]), INVALID),
        ("/items", json!({}), MALFORMED),
        ("/items/0", json!("65f0c0ffee65f0c0ffee65f0"), MALFORMED),
        ("/items/0/product_id", json!("leash"), INVALID),
        ("/items/0/product_id", json!(""), INVALID),
        ("/items/0/product_id", json!({"$ne": 1}), MALFORMED),
        (
            "/items/0/product_id",
            json!("65F0C0FFEE65F0C0FFEE65F0"),
            INVALID,
        ),
        ("/payment_method", json!("4242424242424242"), INVALID),
        ("/payment_method", json!(""), INVALID),
        ("/payment_method", json!("pm_card visa"), INVALID),
        ("/payment_method", Value::Null, MALFORMED),
    ];
    for (pointer, value, refused) in rows {
        let name = format!("{pointer} is {value}");
        cases.push(Case::refused(name, PLACE, refused, move |w| {
            w.place_with(pointer, &value)
        }));
    }
    let lines = |count: usize| {
        move |w: &World| {
            let line = json!({"product_id": w.shared.product["id"], "quantity": 1});
            w.place_with("/items", &Value::from(vec![line; count]))
        }
    };
    cases.extend([
        Case::refused("51 lines", PLACE, INVALID, lines(51)),
        Case::refused("300 lines", PLACE, INVALID, lines(300)),
        Case::refused(
            "a product in two lines, too many together",
            PLACE,
            INVALID,
            |w| {
                let line = json!({"product_id": w.shared.product["id"], "quantity": 50});
                w.place_with("/items", &json!([line, line]))
            },
        ),
    ]);
}

/// What a client has no say in.
fn forbidden_fields(cases: &mut Vec<Case>) {
    let price = json!({"amount_minor": 1, "currency": "USD"});
    let rows = [
        ("", "total", price.clone()),
        ("", "status", json!("COMPLETED")),
        ("", "user_id", json!(Uuid::nil())),
        ("", "buyer_id", json!(Uuid::nil())),
        ("", "role", json!("admin")),
        ("", "id", json!(Uuid::nil())),
        ("/items/0", "unit_price", price.clone()),
        ("/items/0", "price", price.clone()),
        ("/items/0", "line_total", price),
        ("/items/0", "name", json!("Leash")),
        ("/expected_total", "discount", json!(1)),
    ];
    for (pointer, field, value) in rows {
        cases.push(Case::refused(
            format!("{pointer}/{field}"),
            PLACE,
            MALFORMED,
            move |w| {
                let mut body = order_body(&w.shared.product, 2);
                body.pointer_mut(pointer).expect("the place is there")[field] = value.clone();
                w.place(&body)
            },
        ));
    }
}

fn outcomes(cases: &mut Vec<Case>) {
    cases.extend([
        Case::refused("a total of yesterday", PLACE, (409, "total_changed"), |w| {
            w.place_with("/expected_total/amount_minor", &json!(1))
        }),
        Case::refused("a total of nothing", PLACE, (409, "total_changed"), |w| {
            w.place_with("/expected_total/amount_minor", &json!(0))
        }),
        Case::refused(
            "a product that is not sold",
            PLACE,
            (422, "product_unavailable"),
            |w| w.place_with("/items/0/product_id", &json!("65f0c0ffee65f0c0ffee65f0")),
        ),
        Case::refused(
            "orders without a pause",
            PLACE,
            (429, "too_many_requests"),
            |w| {
                w.shared
                    .hasty
                    .call("POST", "/api/orders")
                    .header("idempotency-key", "one-more")
                    .json(&order_body(&w.shared.product, 1))
            },
        )
        .generated(),
        Case::done("from a script", PLACE, 201, |w| {
            w.place(&order_body(&w.shared.product, 1))
                .without("sec-fetch-site")
                .header("x-velure-csrf", "1")
        })
        .generated(),
        Case::done("from an allowed origin", PLACE, 201, |w| {
            w.place(&order_body(&w.shared.product, 1))
                .without("sec-fetch-site")
                .header("origin", "https://shop.test")
        })
        .generated(),
        Case::done("in a charset", PLACE, 201, |w| {
            w.place(&order_body(&w.shared.product, 1))
                .header("content-type", "application/json; charset=utf-8")
        })
        .generated(),
    ]);
}

fn reading(cases: &mut Vec<Case>) {
    let missing = |name: &str, path: fn(&World) -> String| {
        Case::refused(name, "get-order", (404, "not_found"), move |w| {
            w.shared.shopper.call("GET", path(w))
        })
    };
    cases.extend([
        missing("somebody else's order", |w| {
            format!(
                "/api/me/orders/{}",
                w.shared.foreign_order["id"]
                    .as_str()
                    .expect("an order has an id")
            )
        }),
        missing("an order that is not there", |_| {
            format!("/api/me/orders/{}", Uuid::nil())
        }),
        missing("an id that is none", |_| "/api/me/orders/7".to_owned()),
        missing("an id in another spelling", |w| {
            order_path(w).replace('-', "")
        }),
        missing("an id that is not UTF-8", |_| {
            "/api/me/orders/%ff".to_owned()
        }),
        missing("an id with a statement in it", |_| {
            "/api/me/orders/1'%20or%20'1'='1".to_owned()
        }),
        Case::done("an order that is known", "get-order", 304, |w| {
            w.shared
                .shopper
                .call("GET", order_path(w))
                .header("if-none-match", "\"r1\"")
        }),
        Case::done(
            "an order that is known among others",
            "get-order",
            304,
            |w| {
                w.shared
                    .shopper
                    .call("GET", order_path(w))
                    .header("if-none-match", "\"r0\", W/\"r1\"")
            },
        ),
        Case::done("an order that has changed", "get-order", 200, |w| {
            w.shared
                .shopper
                .call("GET", order_path(w))
                .header("if-none-match", "\"r0\"")
        }),
        Case::done("a cookie among others", "get-order", 200, |w| {
            w.shared
                .shopper
                .call("GET", order_path(w))
                .cookie("theme", "dark")
                .cookie("x", "a=b")
        }),
        Case::done("the second page", "list-orders", 200, |w| {
            w.shared
                .shopper
                .call("GET", "/api/me/orders?page=2&page_size=1")
        }),
        Case::done("a page beyond the last", "list-orders", 200, |w| {
            w.shared
                .shopper
                .call("GET", "/api/me/orders?page=10000&page_size=100")
        }),
    ]);
    for query in BAD_PAGES {
        cases.push(Case::refused(
            query,
            "list-orders",
            (400, "invalid_parameter"),
            move |w| {
                w.shared
                    .shopper
                    .call("GET", format!("/api/me/orders?{query}"))
            },
        ));
    }
}

/// Queries that no list takes.
pub(crate) const BAD_PAGES: [&str; 12] = [
    "page=0",
    "page=-1",
    "page=1.5",
    "page=one",
    "page=",
    "page=10001",
    "page=99999999999999999999",
    "page_size=0",
    "page_size=101",
    "page=1&page=2",
    "user_id=0198a7e2-2f6c-7c11-8a52-0f6a2c91aa01",
    "page=%ff",
];
