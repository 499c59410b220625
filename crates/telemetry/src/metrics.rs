use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::export::{OUTCOMES, SPANS};
use crate::json::{LEVELS, LINES};

/// Upper bounds of every histogram in seconds: 1 ms to 60 s, close together where the targets of this system lie.
/// Histograms are named `…_seconds` and nothing else.
const BUCKETS: [f64; 17] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

/// The metrics could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// Another recorder is installed in this process.
    #[error("another metrics recorder is installed")]
    Foreign,
}

/// Renders what the process has counted.
#[derive(Clone)]
pub struct MetricsHandle(PrometheusHandle);

impl MetricsHandle {
    /// The text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds what was recorded since the last call into the histograms. Somebody has to call it every few seconds:
    /// until then every single sample is kept.
    pub fn run_upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Has a counter shown at 0 for each value of its label, before anything is counted.
///
/// Prometheus sees no increase in a series that appears with what it counts: the first of its kind, and everything that
/// came before the first scrape, would alert nobody. What is shown from the start has risen when it is 1.
pub fn count_from_zero(
    counter: &'static str,
    label: &'static str,
    values: impl IntoIterator<Item = &'static str>,
) {
    for value in values {
        // It is registered by being named.
        drop(metrics::counter!(counter, label => value));
    }
}

/// Installs the recorder of this process; a second call gives the same handle.
///
/// # Errors
/// When another library installed its own.
pub fn install_metrics() -> Result<MetricsHandle, MetricsError> {
    static INSTALLED: OnceLock<Option<MetricsHandle>> = OnceLock::new();
    let handle = INSTALLED.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?;
        let recorder = builder.install_recorder().ok().map(MetricsHandle);
        count_from_zero(LINES, "level", LEVELS);
        count_from_zero(SPANS, "outcome", OUTCOMES);
        recorder
    });
    handle.clone().ok_or(MetricsError::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_rendered_and_installing_twice_is_one() {
        let first = install_metrics().expect("no other recorder");
        metrics::counter!("velure_test_things_total", "kind" => "good").increment(2);
        metrics::histogram!("velure_test_wait_seconds").record(0.02);
        let second = install_metrics().expect("the same recorder");
        second.run_upkeep();
        let text = first.render();
        assert!(
            text.contains(r#"velure_test_things_total{kind="good"} 2"#),
            "{text}"
        );
        assert!(
            text.contains(r#"velure_test_wait_seconds_bucket{le="0.025"} 1"#),
            "{text}"
        );
    }
}
