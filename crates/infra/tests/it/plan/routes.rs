//! From a request to what answers it.

use serde_json::Value;

use super::{Planned, of_kind, planned};
use crate::checkout::{functions, routes};

fn one<'a>(all: &'a [Planned], plan: &str, address: &str) -> Option<&'a Value> {
    all.iter()
        .find(|planned| planned.plan == plan && planned.address == address)
        .map(|planned| &planned.after)
}

#[test]
fn every_route_has_a_function_its_permission_and_logs_that_end() {
    let all = planned();
    for (_, name) in functions() {
        let at = |resource: &str| {
            let address = format!("module.endpoint[\"{name}\"].{resource}");
            one(&all, "usual", &address).unwrap_or_else(|| panic!("{address} is missing"))
        };
        let function = at("aws_lambda_function.this[0]");
        assert_eq!(function["function_name"], format!("velure-test-{name}"));
        assert_eq!(function["runtime"], "provided.al2023");
        assert!(at("aws_apigatewayv2_route.this")["route_key"].is_string());
        let permission = at("aws_lambda_permission.api[0]");
        assert_eq!(permission["principal"], "apigateway.amazonaws.com");
        let days = at("aws_cloudwatch_log_group.this[0]")["retention_in_days"].as_u64();
        assert!(
            days.is_some_and(|days| days > 0),
            "{name} keeps logs for ever"
        );
        at("aws_cloudwatch_metric_alarm.errors[0]");
        at("aws_iam_role.this[0]");
    }
}

#[test]
fn every_row_of_the_table_is_a_route_with_its_limits() {
    let all = planned();
    let table = routes();
    for row in table["routes"].as_array().expect("routes") {
        let (name, method, path) = (&row["name"], &row["method"], &row["path"]);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let key = format!("{} {}", text(method), text(path));
        for plan in ["usual", "switched"] {
            let address = format!("module.endpoint[{name}].aws_apigatewayv2_route.this");
            let route = one(&all, plan, &address).unwrap_or_else(|| panic!("{plan}: {address}"));
            assert_eq!(route["route_key"], key.as_str(), "{plan}");
        }
        let address = format!("module.endpoint[{name}].aws_lambda_function.this[0]");
        let function = one(&all, "usual", &address).expect("a function");
        assert_eq!(function["memory_size"], row["memory_mb"], "{name}");
        assert_eq!(function["timeout"], row["timeout_s"], "{name}");
        assert_eq!(
            function["reserved_concurrent_executions"], row["reserved_concurrency"],
            "{name}"
        );
    }
}

#[test]
fn a_context_on_eks_has_a_target_group_and_no_function() {
    let all = planned();
    for (context, name) in functions() {
        let address = format!("module.endpoint[\"{name}\"].aws_lambda_function.this[0]");
        let on_lambda = one(&all, "switched", &address).is_some();
        assert_eq!(on_lambda, context == "edge", "{name}");
    }
    for context in ["auth", "catalog", "orders"] {
        let address = format!("module.context[\"{context}\"].aws_lb_target_group.this");
        assert!(one(&all, "switched", &address).is_some(), "{address}");
        assert!(one(&all, "usual", &address).is_none(), "{address}");
    }
}

#[test]
fn streams_are_recognised_before_the_api() {
    let distributions = of_kind("aws_cloudfront_distribution");
    assert_eq!(distributions.len(), 2);
    for distribution in distributions {
        let behaviours = distribution.after["ordered_cache_behavior"]
            .as_array()
            .expect("behaviours");
        let place = |pattern: &str| {
            behaviours
                .iter()
                .position(|behaviour| behaviour["path_pattern"] == pattern)
                .unwrap_or_else(|| panic!("no behaviour for {pattern}"))
        };
        for streams in ["/api/me/orders/events", "/api/me/orders/*/events"] {
            assert!(place(streams) < place("/api/*"), "{streams}");
            assert_eq!(behaviours[place(streams)]["compress"], false, "{streams}");
            assert_ne!(
                behaviours[place(streams)]["target_origin_id"],
                behaviours[place("/api/*")]["target_origin_id"]
            );
        }
        place("/.well-known/jwks.json");
        let internal = behaviours.iter().any(|behaviour| {
            let pattern = behaviour["path_pattern"].as_str().unwrap_or_default();
            pattern.starts_with("/internal")
        });
        assert!(!internal, "internal endpoints are not for the CDN");
    }
}

#[test]
fn every_log_group_forgets() {
    let groups = of_kind("aws_cloudwatch_log_group");
    assert!(groups.len() > 30);
    for group in groups {
        let days = group.after["retention_in_days"]
            .as_u64()
            .unwrap_or_default();
        assert!(days > 0, "{}: {}", group.plan, group.address);
    }
}
