//! What the catalog context answers besides its good requests.

use serde_json::{Value, json};
use uuid::Uuid;
use velure_testkit::http::Call;

use super::case::Case;
use super::orders::BAD_PAGES;
use super::world::{World, product_body};

const INVALID: (u16, &str) = (422, "validation_failed");
const MALFORMED: (u16, &str) = (400, "malformed_body");
const NOT_FOUND: (u16, &str) = (404, "not_found");
const PARAMETER: (u16, &str) = (400, "invalid_parameter");
/// An id that no product has.
const NOBODY: &str = "65f0c0ffee65f0c0ffee65f0";

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    lists(&mut cases);
    products(&mut cases);
    writing(&mut cases);
    stock(&mut cases);
    quotes(&mut cases);
    reservations(&mut cases);
    cases
}

fn lists(cases: &mut Vec<Case>) {
    for query in [
        "sort=name",
        "sort=price&page_size=100",
        "sort=-price&page=2&page_size=5",
        "sort=-rating",
        "page=10000",
        "q=dog",
        "q=D%C3%B6g%20LEASH",
        "q=leash+dog",
        "q=zzzzzz",
        "q=%24where",
        "q=",
        "category=small-pets",
    ] {
        cases.push(Case::done(query, "list-products", 200, move |_| {
            Call::new("GET", format!("/api/products?{query}"))
        }));
    }
    for query in BAD_PAGES.into_iter().chain([
        "sort=rating",
        "sort=",
        "sort=price&sort=name",
        "filter=x",
        "category=%24ne",
    ]) {
        cases.push(Case::refused(
            query,
            "list-products",
            PARAMETER,
            move |_| Call::new("GET", format!("/api/products?{query}")),
        ));
    }
    cases.extend([
        Case::done("a list that is known", "list-products", 304, |_| {
            Call::new("GET", "/api/products").header("if-none-match", "*")
        }),
        Case::done("within a category", "count-products", 200, |_| {
            Call::new("GET", "/api/products/count?category=small-pets")
        }),
        Case::refused("an unknown parameter", "count-products", PARAMETER, |_| {
            Call::new("GET", "/api/products/count?q=dog")
        }),
    ]);
}

fn products(cases: &mut Vec<Case>) {
    for id in [NOBODY, "7", "%ff", "a%2Fb", "..%2Fcount", "CATEGORIES"] {
        cases.push(Case::refused(
            format!("product {id}"),
            "get-product",
            NOT_FOUND,
            move |_| Call::new("GET", format!("/api/products/{id}")),
        ));
    }
    cases.extend([
        Case::done("a product that is known", "get-product", 304, |w| {
            Call::new("GET", World::product_path(&w.shared.product)).header("if-none-match", "*")
        }),
        Case::done("a product that has changed", "get-product", 200, |w| {
            Call::new("GET", World::product_path(&w.shared.product))
                .header("if-none-match", "\"r0\"")
        }),
    ]);
}

fn create(change: &(&'static str, Value), w: &World) -> Call {
    let mut body = product_body();
    *body.pointer_mut(change.0).expect("the value is there") = change.1.clone();
    w.shared.admin.call("POST", "/api/products").json(&body)
}

fn writing(cases: &mut Vec<Case>) {
    let rows: [(&str, Value, (u16, &str)); 12] = [
        ("/sku", json!("lower case"), INVALID),
        ("/name", json!(""), INVALID),
        ("/name", json!("n".repeat(121)), INVALID),
        ("/price/amount_minor", json!(0), INVALID),
        ("/price/amount_minor", json!(-1), INVALID),
        ("/price/amount_minor", json!(12.9), MALFORMED),
        ("/price/amount_minor", json!("1290"), MALFORMED),
        ("/price/currency", json!("EUR"), INVALID),
        ("/available", json!(-1), INVALID),
        ("/rating", json!(51), INVALID),
        ("/images/0/url", json!("https://evil.test/a.svg"), INVALID),
        ("/attributes", json!({"$where": "1"}), INVALID),
    ];
    for (pointer, value, refused) in rows {
        let name = format!("{pointer} is {value}");
        let change = (pointer, value);
        cases.push(Case::refused(name, "create-product", refused, move |w| {
            create(&change, w)
        }));
    }
    cases.extend([
        Case::refused(
            "a sku that is taken",
            "create-product",
            (409, "sku_taken"),
            |w| create(&("/sku", w.shared.product["sku"].clone()), w),
        ),
        replace(
            "without a version",
            (412, "precondition_failed"),
            |call, _| call.without("if-match"),
        ),
        replace(
            "another version",
            (412, "precondition_failed"),
            |call, _| call.header("if-match", "\"r0\""),
        ),
        replace("a product that is not there", NOT_FOUND, |call, _| {
            call.to(format!("/api/products/{NOBODY}"))
        }),
        replace("an id that is none", NOT_FOUND, |call, _| {
            call.to("/api/products/7")
        }),
        Case::refused(
            "a product that is not there",
            "delete-product",
            NOT_FOUND,
            |w| {
                w.shared
                    .admin
                    .call("DELETE", format!("/api/products/{NOBODY}"))
            },
        ),
        Case::refused("an id that is none", "delete-product", NOT_FOUND, |w| {
            w.shared.admin.call("DELETE", "/api/products/7")
        }),
    ]);
}

fn replace(name: &str, refused: (u16, &str), alter: fn(Call, &World) -> Call) -> Case {
    Case::refused(name, "replace-product", refused, move |w| {
        let mut body = product_body();
        body.as_object_mut()
            .expect("a product is an object")
            .remove("available");
        let call = w
            .shared
            .admin
            .call("PUT", World::product_path(&w.mine.product));
        alter(call.header("if-match", &w.mine.product_tag).json(&body), w)
    })
}

fn stock(cases: &mut Vec<Case>) {
    let adjust = |w: &World, product: &Value, delta: Value, operation: Uuid| {
        let path = format!("{}/inventory", World::product_path(product));
        w.shared
            .admin
            .call("PATCH", path)
            .json(&json!({"delta": delta, "operation_id": operation}))
    };
    for (delta, refused) in [
        (json!(0), INVALID),
        (json!(1_000_001), INVALID),
        (json!(i64::MIN), INVALID),
        (json!(1.5), MALFORMED),
        (json!("3"), MALFORMED),
        (json!(-1_000), (409, "insufficient_stock")),
    ] {
        let name = format!("delta is {delta}");
        cases.push(Case::refused(name, "adjust-inventory", refused, move |w| {
            adjust(w, &w.mine.product, delta.clone(), Uuid::new_v4())
        }));
    }
    cases.extend([
        Case::done(
            "the same operation again",
            "adjust-inventory",
            200,
            move |w| adjust(w, &w.mine.product, json!(2), w.mine.operation),
        )
        .generated(),
        Case::refused(
            "another operation under its id",
            "adjust-inventory",
            (409, "operation_conflict"),
            move |w| adjust(w, &w.mine.product, json!(5), w.mine.operation),
        ),
        Case::refused(
            "a product that is not there",
            "adjust-inventory",
            NOT_FOUND,
            move |w| adjust(w, &json!({"id": NOBODY}), json!(1), Uuid::new_v4()),
        ),
    ]);
}

fn lines(product: &Value, quantity: &Value) -> Value {
    json!({"items": [{"product_id": product, "quantity": quantity}]})
}

fn quotes(cases: &mut Vec<Case>) {
    let quote = |w: &World, body: &Value| {
        Call::new("POST", "/internal/quotes")
            .bearer(&w.service("catalog"))
            .json(body)
    };
    for (quantity, refused) in [
        (json!(0), INVALID),
        (json!(-1), INVALID),
        (json!(100), INVALID),
        (json!(1.5), MALFORMED),
        (json!("2"), MALFORMED),
    ] {
        cases.push(Case::refused(
            format!("quantity is {quantity}"),
            "quote-cart",
            refused,
            move |w| quote(w, &lines(&w.shared.product["id"], &quantity)),
        ));
    }
    cases.extend([
        Case::refused("no lines", "quote-cart", INVALID, move |w| {
            quote(w, &json!({"items": []}))
        }),
        Case::refused("51 lines", "quote-cart", INVALID, move |w| {
            let line = json!({"product_id": w.shared.product["id"], "quantity": 1});
            quote(w, &json!({"items": vec![line; 51]}))
        }),
        Case::refused(
            "a product that is not sold",
            "quote-cart",
            (422, "product_unavailable"),
            move |w| quote(w, &lines(&json!(NOBODY), &json!(1))),
        ),
        Case::refused("prices of the client", "quote-cart", MALFORMED, move |w| {
            let mut body = lines(&w.shared.product["id"], &json!(1));
            body["items"][0]["unit_price"] = json!({"amount_minor": 1, "currency": "USD"});
            quote(w, &body)
        }),
        Case::done("the same product twice", "quote-cart", 200, move |w| {
            let line = json!({"product_id": w.shared.product["id"], "quantity": 1});
            quote(w, &json!({"items": [line, line]}))
        }),
    ]);
}

fn reservations(cases: &mut Vec<Case>) {
    let hold = |w: &World, order: &str, product: &Value, quantity: u32| {
        let path = format!("/internal/reservations/{order}");
        Call::new("PUT", path)
            .bearer(&w.service("catalog"))
            .json(&lines(product, &json!(quantity)))
    };
    let end = |w: &World, order: &str, end: &str| {
        Call::new("POST", format!("/internal/reservations/{order}/{end}"))
            .bearer(&w.service("catalog"))
    };
    cases.extend([
        Case::refused(
            "more than there is",
            "hold-reservation",
            (409, "insufficient_stock"),
            move |w| hold(w, &Uuid::now_v7().to_string(), &w.shared.scarce["id"], 2),
        ),
        Case::done("a hold again", "hold-reservation", 200, move |w| {
            hold(w, &w.mine.committed.to_string(), &w.mine.product["id"], 1)
        }),
        Case::refused(
            "a hold of what was released",
            "hold-reservation",
            (409, "reservation_ended"),
            move |w| hold(w, &w.mine.released.to_string(), &w.mine.product["id"], 1),
        ),
        Case::refused(
            "a hold of other lines",
            "hold-reservation",
            (409, "operation_conflict"),
            move |w| hold(w, &w.mine.committed.to_string(), &w.mine.product["id"], 2),
        ),
        Case::refused(
            "an order id that is none",
            "hold-reservation",
            NOT_FOUND,
            move |w| hold(w, "7", &w.shared.product["id"], 1),
        ),
        Case::refused(
            "no reservation to commit",
            "commit-reservation",
            NOT_FOUND,
            move |w| end(w, &Uuid::now_v7().to_string(), "commit"),
        ),
        Case::refused(
            "an order id that is none",
            "commit-reservation",
            NOT_FOUND,
            move |w| end(w, "7", "commit"),
        ),
        Case::done("a commit again", "commit-reservation", 200, move |w| {
            end(w, &w.mine.committed.to_string(), "commit")
        }),
        Case::refused(
            "a commit of what was released",
            "commit-reservation",
            (409, "reservation_ended"),
            move |w| end(w, &w.mine.released.to_string(), "commit"),
        ),
        Case::refused(
            "an order id that is none",
            "release-reservation",
            NOT_FOUND,
            move |w| end(w, "7", "release"),
        ),
        Case::done("a release again", "release-reservation", 200, move |w| {
            end(w, &w.mine.released.to_string(), "release")
        }),
        Case::refused(
            "a release of what was committed",
            "release-reservation",
            (409, "reservation_ended"),
            move |w| end(w, &w.mine.committed.to_string(), "release"),
        ),
    ]);
}
