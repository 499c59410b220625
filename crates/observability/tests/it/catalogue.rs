//! The metrics that exist, as docs/METRICS.md lists them.

use std::collections::{BTreeMap, BTreeSet};

use crate::files;

/// One metric of the processes.
#[derive(Debug, Default, Clone)]
pub(crate) struct Metric {
    pub(crate) histogram: bool,
    /// Its labels; the values where the list closes them in its own row.
    pub(crate) labels: BTreeMap<String, BTreeSet<String>>,
}

/// Everything that is scraped.
pub(crate) fn scraped() -> BTreeMap<String, Metric> {
    let mut all: BTreeMap<String, Metric> = BTreeMap::new();
    for row in rows(5) {
        for name in quoted(&row[0]) {
            let metric = all.entry(name).or_default();
            metric.histogram |= row[1].contains("histogram");
            for (label, values) in labels(&row[2]) {
                metric.labels.entry(label).or_default().extend(values);
            }
        }
    }
    assert!(all.len() > 40, "docs/METRICS.md has another shape");
    all
}

/// What functions write for CloudWatch.
pub(crate) fn embedded() -> BTreeSet<String> {
    let all: BTreeSet<String> = rows(3).iter().flat_map(|row| quoted(&row[0])).collect();
    assert!(!all.is_empty(), "docs/METRICS.md has another shape");
    all
}

/// The rows of the tables that have so many columns and name something in the first.
fn rows(columns: usize) -> Vec<Vec<String>> {
    files::read("docs/METRICS.md")
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'))
        .map(|line| {
            line.split('|')
                .map(|cell| cell.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|cells| cells.len() == columns && cells[0].starts_with('`'))
        .collect()
}

/// `label` = `value` `value`; `label` …
fn labels(cell: &str) -> Vec<(String, BTreeSet<String>)> {
    cell.split(';')
        .filter_map(|part| {
            let mut words = quoted(part).into_iter();
            let label = words.next()?;
            let values = if part.contains(" = `") {
                words.collect()
            } else {
                BTreeSet::new()
            };
            Some((label, values))
        })
        .collect()
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn labels_and_their_closed_values_are_read_from_the_list() {
    let all = scraped();
    let published = &all["velure_relay_published_events_total"];
    let outboxes: Vec<_> = published.labels["outbox"].iter().collect();
    assert_eq!(outboxes, ["fulfilment", "orders"]);
    assert!(all["velure_relay_confirm_seconds"].histogram);
    assert!(embedded().contains("errors_5xx"));
}
