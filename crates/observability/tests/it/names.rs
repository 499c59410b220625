//! Rules and panels name what exists, and between them they look at everything.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Metric, embedded, scraped};
use crate::expressions::{Selector, selectors};
use crate::files::{self, list, string};

/// Labels that Prometheus adds.
const TARGET: [&str; 5] = ["namespace", "job", "instance", "pod", "le"];

/// What comes with the process metrics that we look at, and needs no look by itself.
const UNASKED: [&str; 4] = [
    "process_max_fds",
    "process_threads",
    "process_virtual_memory_bytes",
    "process_virtual_memory_max_bytes",
];

/// Recorded series and scraped metrics.
struct Known {
    metrics: BTreeMap<String, Metric>,
    recorded: BTreeSet<String>,
}

impl Known {
    fn new() -> Self {
        let recorded = files::rules()
            .iter()
            .filter_map(|rule| rule["record"].as_str().map(str::to_owned))
            .collect();
        Self {
            metrics: scraped(),
            recorded,
        }
    }

    fn metric(&self, series: &str) -> Option<&Metric> {
        self.metrics.get(series).or_else(|| {
            ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| self.metrics.get(series.strip_suffix(suffix)?))
                .filter(|metric| metric.histogram)
        })
    }

    /// What is wrong with a selector.
    fn faults(&self, selector: &Selector) -> Vec<String> {
        let name = &selector.name;
        if name == "up" || self.recorded.contains(name) {
            return Vec::new();
        }
        let Some(metric) = self.metric(name) else {
            return vec![format!("{name} does not exist")];
        };
        selector
            .matchers
            .iter()
            .filter(|(label, ..)| !TARGET.contains(&label.as_str()))
            .filter_map(|(label, operator, value)| {
                let Some(values) = metric.labels.get(label) else {
                    return Some(format!("{name} has no label {label}"));
                };
                let plain = |value: &&str| !value.contains(['.', '*', '[', '$']);
                let strange: Vec<_> = value
                    .split('|')
                    .filter(plain)
                    .filter(|value| !values.is_empty() && !values.contains(*value))
                    .collect();
                (!strange.is_empty())
                    .then(|| format!("{name}: {label}{operator}{strange:?} is not listed"))
            })
            .collect()
    }
}

/// Every expression of PromQL, with where it stands.
fn expressions() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for rule in files::rules() {
        let name = rule["alert"].as_str().or(rule["record"].as_str());
        all.push((
            name.expect("a rule has a name").to_owned(),
            string(&rule["expr"]).to_owned(),
        ));
    }
    for (file, board) in files::dashboards() {
        for panel in list(&board["panels"]) {
            for target in list(&panel["targets"]) {
                if let Some(expression) = target["expr"].as_str() {
                    all.push((format!("{file}: {}", panel["title"]), expression.to_owned()));
                }
            }
        }
    }
    all
}

#[test]
fn no_rule_and_no_panel_names_a_metric_label_or_value_that_does_not_exist() {
    let known = Known::new();
    let faults: Vec<String> = expressions()
        .iter()
        .flat_map(|(place, expression)| {
            selectors(expression)
                .iter()
                .flat_map(|selector| known.faults(selector))
                .map(|fault| format!("{place}: {fault}"))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_misspelt_metric_label_or_value_would_be_found() {
    let known = Known::new();
    let faults = |expression: &str| -> usize {
        selectors(expression)
            .iter()
            .map(|selector| known.faults(selector).len())
            .sum()
    };
    assert_eq!(
        faults(r#"velure_relay_order_seconds_bucket{status="FAILED", le="5"}"#),
        0
    );
    assert_eq!(faults("velure_relay_orders_seconds_count"), 1);
    assert_eq!(faults("velure_relay_parked_events_bucket"), 1);
    assert_eq!(
        faults(r#"velure_relay_order_seconds_count{state="FAILED"}"#),
        1
    );
    assert_eq!(
        faults(r#"velure_relay_order_seconds_count{status=~"FAILED|LOST"}"#),
        1
    );
}

#[test]
fn every_metric_is_looked_at_by_a_rule_or_a_panel() {
    let known = Known::new();
    let seen: BTreeSet<String> = expressions()
        .iter()
        .flat_map(|(_, expression)| selectors(expression))
        .map(|selector| selector.name)
        .collect();
    let is_seen = |name: &String| {
        seen.contains(name)
            || ["_bucket", "_sum", "_count"]
                .iter()
                .any(|suffix| seen.contains(&format!("{name}{suffix}")))
    };
    let unseen: Vec<_> = known
        .metrics
        .keys()
        .filter(|name| !UNASKED.contains(&name.as_str()) && !is_seen(name))
        .collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

#[test]
fn every_recorded_series_is_looked_at() {
    let known = Known::new();
    let seen: BTreeSet<String> = expressions()
        .iter()
        .flat_map(|(_, expression)| selectors(expression))
        .map(|selector| selector.name)
        .collect();
    let unseen: Vec<_> = known.recorded.difference(&seen).collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

#[test]
fn panels_of_functions_show_exactly_the_embedded_metrics() {
    let shown: BTreeSet<String> = files::dashboards()
        .iter()
        .flat_map(|(_, board)| list(&board["panels"]))
        .flat_map(|panel| list(&panel["targets"]))
        .filter_map(|target| target["metricName"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(shown, embedded());
}
