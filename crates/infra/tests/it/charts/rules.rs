//! Prometheus' own opinion of the alerts that charts bring.

use std::fs;

use serde_json::json;

use super::{every_rendering, kind};
use crate::scratch::made;
use crate::tool::{program, succeed};

#[test]
fn prometheus_reads_every_alert() {
    let folder = made("rules");
    let mut files = Vec::new();
    for (case, monitored, objects) in every_rendering() {
        let rules = objects
            .iter()
            .filter(|object| kind(object) == "PrometheusRule");
        for (number, rule) in rules.enumerate() {
            assert!(monitored, "{case:?}");
            let file = folder.join(format!("{}-{}-{number}.yaml", case.chart, case.values));
            // Prometheus' file of rules is the custom resource's `spec`, and JSON is YAML.
            let text = json!({ "groups": rule["spec"]["groups"] }).to_string();
            fs::write(&file, text).expect("the scratch folder can be written");
            files.push(file);
        }
    }
    assert!(!files.is_empty(), "no chart has a PrometheusRule");
    succeed(
        program("VELURE_TEST_PROMTOOL")
            .args(["check", "rules"])
            .args(files),
    );
}
