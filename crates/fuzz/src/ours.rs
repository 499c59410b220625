//! What comes from browsers and other clients.

use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use serde::Deserialize;
use velure_contracts::http::{
    AdjustInventoryBody, ChangePasswordBody, HoldReservationBody, OpenSessionBody, PlaceOrderBody,
    ProductBody, QuoteBody, RegisterUserBody,
};
use velure_contracts::sse::BuyerCursor;
use velure_domain::{
    Currency, EmailAddress, FailureCode, Money, NewPassword, OrderId, OrderStatus, PaymentMethod,
    ProductId, UserId,
};
use velure_http::{CsrfPolicy, KeyPair, KeySet, Paging, jwk_set, routes};
use velure_mongo::ProductDraft;
use velure_redis::Topic;
use velure_sse_gateway::resume::Resume;
use velure_telemetry::TraceContext;

pub(crate) const BODIES: &[&str] = &[
    r#"{"items":[{"product_id":"00000000000000000000000b","quantity":2}],"payment_method":"pm_card_visa","expected_total":{"amount_minor":2490,"currency":"USD"}}"#,
    r#"{"name":"Ada","email":"ada@example.com","password":"correct horse battery"}"#,
    r#"{"sku":"BOWL-1","name":"Bowl","description":"A bowl.","price":{"amount_minor":1245,"currency":"USD"},"category":{"slug":"bowls","name":"Bowls"},"images":[],"available":3}"#,
    r#"{"delta":3,"reason":"counted"}"#,
];
pub(crate) const HEADERS: &[&str] = &[
    "sec-fetch-site: same-origin\ncookie: __Host-velure_at=a; __Host-velure_rt=b",
    "origin: https://shop.example\nx-velure-csrf: 1",
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\ntracestate: a=b,c=d",
];
pub(crate) const PATHS: &[&str] = &[
    "/api/products?page=2&page_size=20",
    "/api/me/orders/0190a000-0000-7000-8000-000000000001/events",
    "/api/products/%30%31",
];
pub(crate) const POSITIONS: &[&str] = &["b17", "3", "?after=b17", "?after=2&after=3"];
pub(crate) const TEXTS: &[&str] = &[
    "ada@example.com",
    "00000000000000000000000b",
    "0190a000-0000-7000-8000-000000000001",
    "pm_card_visa",
    "USD",
    "COMPLETED",
    "insufficient_stock",
];
pub(crate) const TOKENS: &[&str] = &[
    "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImEifQ.eyJzdWIiOiJhIiwiZXhwIjo0MTAyNDQ0ODAwfQ.AAAA",
    "eyJhbGciOiJub25lIn0.e30.",
];

/// The bodies of requests. An order's amounts and a product's draft are what the shop can take, or are refused.
pub fn bodies(bytes: &[u8]) {
    if let Ok(order) = serde_json::from_slice::<PlaceOrderBody>(bytes)
        && let Ok(total) = Money::try_from(order.expected_total)
    {
        assert!(total.minor() >= 0);
    }
    if let Ok(product) = serde_json::from_slice::<ProductBody>(bytes)
        && let Ok(draft) = ProductDraft::parse(product)
    {
        assert!(!draft.sku().is_empty() && !draft.category_slug().is_empty());
    }
    if let Ok(user) = serde_json::from_slice::<RegisterUserBody>(bytes) {
        texts(user.email.as_bytes());
    }
    let _ = serde_json::from_slice::<OpenSessionBody>(bytes);
    let _ = serde_json::from_slice::<ChangePasswordBody>(bytes);
    let _ = serde_json::from_slice::<QuoteBody>(bytes);
    let _ = serde_json::from_slice::<HoldReservationBody>(bytes);
    let _ = serde_json::from_slice::<AdjustInventoryBody>(bytes);
}

/// Lines of `name: value`, as far as HTTP lets them be headers.
fn header_map(bytes: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(32) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let value = line[colon + 1..].trim_ascii();
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(&line[..colon]),
            HeaderValue::from_bytes(value),
        ) {
            headers.append(name, value);
        }
    }
    headers
}

/// Where a request comes from, and the trace that it belongs to.
pub fn headers(bytes: &[u8]) {
    let headers = header_map(bytes);
    let csrf = CsrfPolicy::new(vec!["https://shop.example".to_owned()]);
    let site = headers.get_all("sec-fetch-site").iter().next();
    if csrf.allows(&headers)
        && let Some(site) = site
    {
        assert!(
            site == "same-origin" || headers.contains_key("origin"),
            "{headers:?}"
        );
    }
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if let Some(context) =
        text("traceparent").and_then(|parent| TraceContext::parse(parent, text("tracestate")))
    {
        let again = TraceContext::parse(&context.traceparent(), None).expect("ours can be read");
        assert_eq!(again.trace_id(), context.trace_id());
    }
}

#[derive(Deserialize)]
struct PageQuery {
    page: Option<String>,
    page_size: Option<String>,
}

/// Paths against every route, and the pages that a query asks for.
pub fn paths(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    for route in routes() {
        if let Some(params) = route.match_path(path) {
            assert_eq!(
                path.matches('/').count(),
                route.path.matches('/').count(),
                "{path} is no {}",
                route.path
            );
            assert!(params.len() <= path.len());
        }
    }
    if let Ok(asked) = serde_html_form::from_str::<PageQuery>(query)
        && let Ok(paging) = Paging::parse(asked.page.as_deref(), asked.page_size.as_deref(), 20)
    {
        assert!((1..=Paging::MAX_PAGE).contains(&paging.page));
        assert!((1..=100).contains(&paging.page_size));
        assert!(paging.skip() < 1_000_000);
    }
}

/// Where a browser wants a stream to go on: by its header, or by its URL.
pub fn positions(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        headers.insert("last-event-id", value);
    }
    let none = HeaderMap::new();
    let url = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Uri::from_str(&format!("/events{text}")).ok());
    let plain = Uri::from_static("/events");
    for topic in [
        Topic::Order(OrderId::generate()),
        Topic::Buyer(UserId::generate()),
    ] {
        for (headers, uri) in [(&headers, Some(&plain)), (&none, url.as_ref())] {
            let Some(uri) = uri else { continue };
            if let Ok(Resume::After(position)) = Resume::read(topic, headers, uri) {
                assert!(position >= 0, "{position}");
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        same_again::<BuyerCursor>(text, |_| true);
    }
}

/// What was read is written as something that is read as the same.
fn same_again<T>(text: &str, shows: impl Fn(&T) -> bool)
where
    T: FromStr + Display + PartialEq + Debug,
    T::Err: Debug,
{
    if let Ok(read) = text.parse::<T>()
        && shows(&read)
    {
        let written = read.to_string();
        assert_eq!(written.parse::<T>().expect("ours can be read"), read);
    }
}

/// Ids, addresses, words.
pub fn texts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    same_again::<ProductId>(text, |_| true);
    same_again::<OrderId>(text, |_| true);
    if let Ok(address) = text.parse::<EmailAddress>() {
        let again: EmailAddress = address.as_str().parse().expect("ours can be read");
        assert_eq!(again.as_str(), address.as_str());
    }
    if let Ok(method) = text.parse::<PaymentMethod>() {
        assert_eq!(method.as_str(), text);
    }
    if let Ok(currency) = text.parse::<Currency>() {
        assert_eq!(currency.code(), text);
    }
    if let Ok(status) = text.parse::<OrderStatus>() {
        assert_eq!(status.as_str(), text);
    }
    if let Ok(code) = text.parse::<FailureCode>() {
        assert_eq!(code.as_str(), text);
    }
    if let Ok(password) = NewPassword::new(text.to_owned()) {
        assert!((8..=128).contains(&password.expose().chars().count()));
    }
}

/// Nobody is let in by a token that we did not sign.
pub fn tokens(bytes: &[u8]) {
    static KEYS: OnceLock<KeySet> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let pair = KeyPair::generate().expect("the system has random numbers");
        KeySet::parse(&jwk_set([&pair])).expect("ours can be read")
    });
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    assert!(keys.verify_access(text).is_err());
    assert!(keys.read_expired_access(text).is_err());
    assert!(keys.verify_service(text, "catalog").is_err());
}
