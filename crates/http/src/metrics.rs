//! What an endpoint counts: for Prometheus in a process that is scraped, and in the line of each request (CloudWatch's
//! embedded metric format) in a function, whose lines are all that leaves it.

use std::cell::Cell;
use std::time::Duration;

use chrono::Utc;
use http::StatusCode;
use metrics::{counter, histogram};
use serde_json::{Value, json};
use velure_telemetry::count_from_zero;

use crate::{Auth, Route};

/// The namespace of a function's metrics.
const NAMESPACE: &str = "Velure";

const LOOKUPS_TOTAL: &str = "velure_session_cache_lookups_total";
const REQUESTS: &str = "velure_endpoint_requests_total";

/// Session lookups of one request.
#[derive(Debug, Clone, Copy, Default)]
struct Lookups {
    hits: u64,
    misses: u64,
}

tokio::task_local! {
    static LOOKUPS: Cell<Lookups>;
}

/// Sessions are going to be looked up in this process.
pub fn session_lookups_from_zero() {
    count_from_zero(LOOKUPS_TOTAL, "result", ["hit", "miss"]);
}

/// A session was looked up in Redis before auth was asked, and found there or not.
pub fn session_lookup(found: bool) {
    let result = if found { "hit" } else { "miss" };
    counter!(LOOKUPS_TOTAL, "result" => result).increment(1);
    // Streams look sessions up outside of any request.
    let _ = LOOKUPS.try_with(|lookups| {
        let Lookups { hits, misses } = lookups.get();
        lookups.set(Lookups {
            hits: hits + u64::from(found),
            misses: misses + u64::from(!found),
        });
    });
}

/// Runs `work`, and says what it answered and which sessions it looked up.
pub(crate) async fn counting<T>(work: impl Future<Output = T>) -> (T, Counted) {
    LOOKUPS
        .scope(Cell::default(), async {
            let answer = work.await;
            let lookups = LOOKUPS.with(Cell::get);
            (answer, Counted(lookups))
        })
        .await
}

/// What was counted while a request was answered.
pub(crate) struct Counted(Lookups);

/// Requests of this route are going to be answered in this process.
pub(crate) fn requests_from_zero(route: &'static Route) {
    for class in ["2xx", "3xx", "4xx", "5xx"] {
        drop(counter!(REQUESTS, "endpoint" => route.name.as_str(), "status" => class));
    }
}

/// Counts a request that was answered.
pub(crate) fn answered(route: &'static Route, status: StatusCode, took: Duration) {
    let endpoint = route.name.as_str();
    counter!(REQUESTS, "endpoint" => endpoint, "status" => class(status)).increment(1);
    histogram!("velure_endpoint_request_seconds", "endpoint" => endpoint).record(took);
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

/// The members that make CloudWatch count a request from its line.
pub(crate) fn embedded(
    route: &Route,
    status: StatusCode,
    took: Duration,
    counted: &Counted,
) -> Value {
    let mut metrics = vec![
        json!({"Name": "requests", "Unit": "Count"}),
        json!({"Name": "errors_4xx", "Unit": "Count"}),
        json!({"Name": "errors_5xx", "Unit": "Count"}),
        json!({"Name": "duration_ms", "Unit": "Milliseconds"}),
    ];
    let mut line = json!({
        "endpoint": route.name,
        "requests": 1,
        "errors_4xx": u8::from(status.is_client_error()),
        "errors_5xx": u8::from(status.is_server_error()),
        "duration_ms": took.as_secs_f64() * 1_000.0,
    });
    if matches!(route.auth, Auth::Shopper | Auth::Admin) {
        metrics.push(json!({"Name": "session_cache_hits", "Unit": "Count"}));
        metrics.push(json!({"Name": "session_cache_misses", "Unit": "Count"}));
        line["session_cache_hits"] = counted.0.hits.into();
        line["session_cache_misses"] = counted.0.misses.into();
    }
    line["_aws"] = json!({
        "Timestamp": Utc::now().timestamp_millis(),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["endpoint"]], "Metrics": metrics}],
    });
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route_named;

    #[tokio::test]
    async fn a_functions_line_names_each_metric_that_it_carries_and_no_other() {
        let ((), counted) = counting(async {
            session_lookup(true);
            session_lookup(false);
            session_lookup(true);
        })
        .await;
        for (name, sessions) in [("list-orders", true), ("list-products", false)] {
            let route = route_named(name).expect("a route");
            let line = embedded(
                route,
                StatusCode::NOT_FOUND,
                Duration::from_micros(1_500),
                &counted,
            );
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!(
                (&directive["Namespace"], &directive["Dimensions"]),
                (&json!("Velure"), &json!([["endpoint"]]))
            );
            let named: Vec<&str> = directive["Metrics"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|metric| metric["Name"].as_str().expect("a name"))
                .collect();
            for metric in &named {
                assert!(line[*metric].is_number(), "{metric}");
            }
            // Beside them: the dimension and the directive.
            assert_eq!(line.as_object().expect("an object").len(), named.len() + 2);
            assert_eq!(line["endpoint"], name);
            assert_eq!(
                (&line["errors_4xx"], &line["duration_ms"]),
                (&json!(1), &json!(1.5))
            );
            if sessions {
                assert_eq!(
                    (&line["session_cache_hits"], &line["session_cache_misses"]),
                    (&json!(2), &json!(1))
                );
            }
        }
    }
}
