//! Traces on a page: no script, nothing from elsewhere.

use std::fmt::Write as _;

use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::store::{Store, Trace};
use super::tree::branches;
use super::waterfall::duration;

/// How many traces the first page lists.
const RECENT: usize = 50;

/// What the form on the first page sends.
#[derive(Debug, Default, Deserialize)]
struct Search {
    #[serde(default)]
    id: String,
}

/// `GET /`: the newest traces, or the way to the one that was asked for.
pub(super) async fn recent(State(store): State<Store>, RawQuery(query): RawQuery) -> Response {
    let search: Search =
        serde_html_form::from_str(query.as_deref().unwrap_or_default()).unwrap_or_default();
    let wanted = search.id.trim();
    if !wanted.is_empty() {
        // An id is hexadecimal digits and dashes; anything else is found nowhere, and goes into no header.
        let plain: String = wanted
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        return Redirect::to(&format!("/of/{plain}")).into_response();
    }
    let traces = match store.traces() {
        Ok(traces) => traces,
        Err(error) => return unreadable(&error),
    };
    let mut body = String::from(
        "<h1>Traces</h1><form><label>Order or trace <input name=id size=40 required></label> <button>Show</button></form>",
    );
    if traces.is_empty() {
        body.push_str(
            "<p>No span has arrived yet. Place an order; processes export every few seconds.",
        );
    } else {
        body.push_str("<table><thead><tr><th>Began with<th>Order<th>Spans<th>Took<tbody>");
    }
    for trace in traces.iter().rev().take(RECENT) {
        let first = trace.spans.first().map_or("", |span| span.name.as_str());
        let orders: Vec<&str> = trace.orders().into_iter().collect();
        // Writing into a String cannot fail.
        let _ = write!(
            body,
            "<tr><td><a href=\"/of/{}\">{}</a><td>{}<td>{}<td>{}",
            escaped(&trace.id),
            escaped(first),
            escaped(&orders.join(" ")),
            trace.spans.len(),
            duration(trace.length())
        );
    }
    html(StatusCode::OK, "Traces", &body)
}

/// `GET /of/{id}`: every trace of an order, or one trace.
pub(super) async fn one(State(store): State<Store>, Path(id): Path<String>) -> Response {
    let traces = match store.traces_of(&id) {
        Ok(traces) => traces,
        Err(error) => return unreadable(&error),
    };
    let mut body = String::from("<p><a href=/>All traces</a>");
    if traces.is_empty() {
        let _ = write!(
            body,
            "<h1>Nothing</h1><p>No span names {}. Spans arrive some seconds late.",
            escaped(&id)
        );
        return html(StatusCode::NOT_FOUND, "Nothing", &body);
    }
    for trace in &traces {
        waterfall(&mut body, trace);
    }
    html(StatusCode::OK, "Trace", &body)
}

fn waterfall(body: &mut String, trace: &Trace) {
    let (start, length) = (trace.start(), trace.length().max(1));
    let _ = write!(
        body,
        "<h1>Trace {}</h1><p>{} spans, {} in all",
        escaped(&trace.id),
        trace.spans.len(),
        duration(trace.length())
    );
    for order in trace.orders() {
        let _ = write!(body, "<br>Order {}", escaped(order));
    }
    body.push_str("<table><thead><tr><th>Span<th>Process<th>Began after<th>Took<th><tbody>");
    for branch in branches(trace) {
        let span = branch.span;
        let thousandth = |of: u64| u128::from(of) * 1000 / u128::from(length);
        let from = span.start - start;
        let _ = write!(
            body,
            "<tr{}><td><div>{}<details><summary>{}</summary>",
            if span.error.is_empty() {
                ""
            } else {
                " class=bad"
            },
            "<i></i>".repeat(branch.depth),
            escaped(&span.name)
        );
        if branch.orphan {
            body.push_str("<p>Its parent is not here: a browser, or not exported.");
        }
        if !span.error.is_empty() {
            let _ = write!(body, "<p>{}", escaped(&span.error));
        }
        body.push_str("<dl>");
        for (key, value) in &span.attributes {
            let _ = write!(body, "<dt>{}<dd>{}", escaped(key), escaped(value));
        }
        let _ = write!(
            body,
            "</dl></details></div><td class=w>{}<td class=n>{}<td class=n>{}<td class=track><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=none aria-hidden=true><rect x={} width={} height=10 /></svg>",
            escaped(&span.service),
            duration(from),
            duration(span.length()),
            thousandth(from).min(996),
            thousandth(span.length()).max(4)
        );
    }
    body.push_str("</table>");
}

fn unreadable(error: &anyhow::Error) -> Response {
    eprintln!("velure trace: {error:#}");
    html(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Unreadable",
        "<h1>The spans cannot be read</h1><p>The reason is in the log.",
    )
}

fn html(status: StatusCode, title: &str, body: &str) -> Response {
    const STYLE: &str = ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0 auto;padding:1.5rem;max-width:90rem}\
        table{width:100%;border-collapse:collapse}th{text-align:left}td,th{padding:.25rem .5rem;border-top:1px solid #8885;vertical-align:top}\
        td div{display:flex}td i{flex:0 0 1.1rem}summary{overflow-wrap:anywhere}.w,.n{white-space:nowrap}.n{text-align:right}.track{width:40%}\
        svg{width:100%;height:.9rem;display:block;background:#8882}rect{fill:#2f7d5f}.bad rect{fill:#c8643c}.bad summary{color:#c8643c}\
        dl{display:grid;grid-template-columns:auto 1fr;gap:0 1rem;margin:.25rem 0;font-size:.85rem}dd{margin:0;overflow-wrap:anywhere}";
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}: Velure</title><style>{STYLE}</style>{body}"
    );
    (
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            ),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        page,
    )
        .into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
