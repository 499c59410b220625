//! What the edge refuses, on every route whose row says so.

use serde_json::{Value, json};
use velure_http::{Auth, Route, routes};
use velure_testkit::http::Call;

use super::case::{Case, NO_ROUTE};
use super::good::good;
use super::world::World;

const UNAUTHENTICATED: (u16, &str) = (401, "unauthenticated");
const CSRF: (u16, &str) = (403, "csrf_refused");
const MALFORMED: (u16, &str) = (400, "malformed_body");

/// JSON but for a value that is no text.
const INVALID_UTF8: &[u8] = b"{\"name\": \"\xff\xfe\"}";

/// Every method that a client may try.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The routes that read a JSON body.
pub(crate) const WITH_BODY: [&str; 10] = [
    "register-user",
    "open-session",
    "change-password",
    "introspect-token",
    "create-product",
    "replace-product",
    "adjust-inventory",
    "quote-cart",
    "hold-reservation",
    "place-order",
];

/// Derived from the route table, so that a new row is refused as much as the others.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for route in routes() {
        match route.auth {
            Auth::None => {}
            Auth::Shopper => users(route, &mut cases),
            Auth::Admin => {
                users(route, &mut cases);
                let shopper = |w: &World| w.shared.shopper.access.clone();
                cases.push(altered(
                    "a shopper",
                    route,
                    (403, "forbidden"),
                    move |call, w| {
                        call.without("cookie")
                            .cookie("__Host-velure_at", &shopper(w))
                    },
                ));
            }
            Auth::Service => services(route, &mut cases),
        }
        if route.method != "GET" {
            if route.auth != Auth::Service {
                csrf(route, &mut cases);
            }
            let limit = route.body_limit_bytes;
            cases.push(altered(
                "a body beyond the limit",
                route,
                (413, "body_too_large"),
                move |call, _| call.body("application/json", vec![b' '; limit + 1]),
            ));
        }
    }
    for name in WITH_BODY {
        bodies(
            routes()
                .iter()
                .find(|route| route.name == name)
                .expect("a route of the table"),
            &mut cases,
        );
    }
    methods(&mut cases);
    paths(&mut cases);
    cases
}

/// The route's good request with something done to it.
fn altered(
    name: impl Into<String>,
    route: &Route,
    refused: (u16, &str),
    alter: impl Fn(Call, &World) -> Call + 'static,
) -> Case {
    let make = good(&route.name);
    Case::refused(name, &route.name, refused, move |w| alter(make(w), w))
}

fn users(route: &Route, cases: &mut Vec<Case>) {
    cases.push(altered("nobody", route, UNAUTHENTICATED, |call, _| {
        call.without("cookie")
    }));
    cases.push(altered(
        "a session that was never opened",
        route,
        UNAUTHENTICATED,
        |call, w| {
            call.without("cookie")
                .cookie("__Host-velure_at", &w.shared.no_session)
        },
    ));
    cases.push(altered(
        "a service token in place of a cookie",
        route,
        UNAUTHENTICATED,
        |call, w| call.without("cookie").bearer(&w.service("orders")),
    ));
    cases.push(altered(
        "a cookie without its prefix",
        route,
        UNAUTHENTICATED,
        |call, w| {
            call.without("cookie")
                .cookie("velure_at", &w.shared.shopper.access)
        },
    ));
    for index in 0..super::BAD_TOKENS {
        cases.push(altered(
            format!("bad token {index}"),
            route,
            UNAUTHENTICATED,
            move |call, w| {
                call.without("cookie")
                    .cookie("__Host-velure_at", &w.shared.bad_tokens[index].1)
            },
        ));
    }
}

fn services(route: &Route, cases: &mut Vec<Case>) {
    let ours: &'static str = if route.context == "auth" {
        "auth"
    } else {
        "catalog"
    };
    let other = if ours == "auth" { "catalog" } else { "auth" };
    let refused = |name: &str, alter: fn(Call, &World, &str, &str) -> Call| {
        altered(name, route, UNAUTHENTICATED, move |call, w| {
            alter(call, w, ours, other)
        })
    };
    cases.extend([
        refused("no token", |call, _, _, _| call.without("authorization")),
        refused("a token for another context", |call, w, _, other| {
            call.bearer(&w.service(other))
        }),
        refused("a token signed by somebody else", |call, w, ours, _| {
            call.bearer(&w.forged_service(ours))
        }),
        refused("a token that has expired", |call, w, ours, _| {
            call.bearer(&w.expired_service(ours))
        }),
        refused("a shopper's token", |call, w, _, _| {
            call.bearer(&w.shared.shopper.access)
        }),
        refused("an admin's cookie", |call, w, _, _| {
            call.without("authorization")
                .cookie("__Host-velure_at", &w.shared.admin.access)
        }),
        refused("a token under another scheme", |call, w, ours, _| {
            call.header("authorization", &format!("Basic {}", w.service(ours)))
        }),
        refused("a token without its signature", |call, w, ours, _| {
            let token = w.service(ours);
            let (claims, _) = token.rsplit_once('.').expect("a token has three parts");
            call.bearer(&format!("{claims}."))
        }),
    ]);
}

fn csrf(route: &Route, cases: &mut Vec<Case>) {
    let foreign: [(&str, &[(&str, &str)]); 5] = [
        ("from nowhere", &[]),
        (
            "from a foreign page",
            &[("sec-fetch-site", "cross-site"), ("x-velure-csrf", "1")],
        ),
        ("from a sister site", &[("sec-fetch-site", "same-site")]),
        (
            "from a foreign origin",
            &[
                ("origin", "https://shop.test.evil.test"),
                ("x-velure-csrf", "1"),
            ],
        ),
        ("with a flag that is none", &[("x-velure-csrf", "yes")]),
    ];
    for (name, headers) in foreign {
        cases.push(altered(name, route, CSRF, move |call, _| {
            with_only(call, headers)
        }));
    }
}

fn with_only(call: Call, headers: &[(&str, &str)]) -> Call {
    headers
        .iter()
        .fold(call.without("sec-fetch-site"), |call, (name, value)| {
            call.header(name, value)
        })
}

fn bodies(route: &Route, cases: &mut Vec<Case>) {
    let media = (415, "unsupported_media_type");
    cases.push(altered(
        "without a content type",
        route,
        media,
        |call, _| call.without("content-type"),
    ));
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/problem+json",
    ] {
        cases.push(altered(
            format!("as {kind}"),
            route,
            media,
            move |call, _| call.header("content-type", kind),
        ));
    }
    let text = |name: &str, body: Vec<u8>| {
        altered(name, route, MALFORMED, move |call, _| {
            call.body("application/json", body.clone())
        })
    };
    cases.extend([
        text("an empty body", Vec::new()),
        text("no JSON", b"name=Robin".to_vec()),
        text("half a body", b"{\"items\": [".to_vec()),
        text("invalid UTF-8", INVALID_UTF8.to_vec()).only_server(),
        // The emulator hands this content type on in base64, and with it bytes that are no text.
        altered("invalid UTF-8 in base64", route, MALFORMED, |call, _| {
            call.body("Application/JSON", INVALID_UTF8)
        }),
        text("a lone surrogate", br#"{"name": "\ud800"}"#.to_vec()),
        text(
            "deep JSON",
            [b"[".repeat(4_000), b"]".repeat(4_000)].concat(),
        ),
        text("null", b"null".to_vec()),
        text("a list", b"[]".to_vec()),
        text("a number", b"7".to_vec()),
        text("an empty object", b"{}".to_vec()),
        altered("something after the body", route, MALFORMED, |call, _| {
            let body = call.json_body().expect("a good body is JSON").to_string();
            call.body("application/json", format!("{body} {{}}"))
        }),
        altered("an unknown field", route, MALFORMED, |call, _| {
            let mut body = call.json_body().expect("a good body is JSON");
            body["surprise"] = json!(1);
            call.json(&body)
        }),
        altered(
            "deep JSON in an unknown field",
            route,
            MALFORMED,
            |call, _| {
                let mut body = call.json_body().expect("a good body is JSON").to_string();
                body.pop();
                call.body(
                    "application/json",
                    format!(
                        "{body},\"deep\":{}{}}}",
                        "[".repeat(3_000),
                        "]".repeat(3_000)
                    ),
                )
            },
        ),
        altered("a field twice", route, MALFORMED, |call, _| {
            let body = call.json_body().expect("a good body is JSON");
            let (name, value) = body
                .as_object()
                .and_then(|o| o.iter().next())
                .expect("a body has fields");
            let twice = format!(
                "{{{}:{value},{}",
                Value::from(name.as_str()),
                &body.to_string()[1..]
            );
            call.body("application/json", twice)
        }),
        altered("null in place of a value", route, MALFORMED, |call, _| {
            let mut body = call.json_body().expect("a good body is JSON");
            let name = body
                .as_object()
                .and_then(|o| o.keys().next())
                .expect("a body has fields")
                .clone();
            body[name] = Value::Null;
            call.json(&body)
        }),
    ]);
}

fn methods(cases: &mut Vec<Case>) {
    let mut paths: Vec<&str> = routes().iter().map(|route| route.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        for method in METHODS {
            if routes()
                .iter()
                .any(|route| route.path == path && route.method == method)
            {
                continue;
            }
            let target = path
                .replace("{id}", "0198a7e2-2f6c-7c11-8a52-0f6a2c91aa01")
                .replace("{order_id}", "7");
            let call = move |_: &World| Call::new(method, target.clone());
            // An answer to HEAD has no body to read a code from.
            cases.push(match method {
                "HEAD" => Case::done(format!("HEAD {path}"), NO_ROUTE, 405, call),
                _ => Case::refused(
                    format!("{method} {path}"),
                    NO_ROUTE,
                    (405, "method_not_allowed"),
                    call,
                ),
            });
        }
    }
}

fn paths(cases: &mut Vec<Case>) {
    let unknown = |path: &'static str| {
        Case::refused(path, NO_ROUTE, (404, "not_found"), move |_| {
            Call::new("GET", path)
        })
    };
    cases.extend(
        [
            "/api",
            "/api/nothing",
            "/api/nothing?page=1",
            "/api/products/a/b",
            "/api/products/a%2Fb/c",
            "/api/health/",
            "/api//health",
            "/API/health",
            "/api/me/orders/0198a7e2-2f6c-7c11-8a52-0f6a2c91aa01/events",
            "/internal",
            "/internal/reservations",
            "/.well-known/openid-configuration",
            "/favicon.ico",
            "/%ff",
        ]
        .map(unknown),
    );
    cases.push(unknown("/").only_server());
    cases.push(Case::refused(
        "a change of nothing",
        NO_ROUTE,
        (404, "not_found"),
        |_| Call::new("POST", "/api/nothing").json(&json!({})),
    ));
}
