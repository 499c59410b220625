//! Every chart with every set of values in its `ci/` folder, as Helm renders it for the cluster's version.

mod refused;
mod rules;
mod schemas;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::checkout::{folders, listed, read, root};
use crate::scratch::{made, once};
use crate::tool::{program, succeed};

/// Kubernetes as the cluster has it: terraform/modules/eks.
const KUBERNETES: &str = "1.35";

/// What a cluster with the Prometheus operator says it has besides.
const MONITORING: [&str; 2] = [
    "monitoring.coreos.com/v1/ServiceMonitor",
    "monitoring.coreos.com/v1/PrometheusRule",
];

/// A chart and one of its sets of values.
#[derive(Debug)]
struct Case {
    chart: String,
    values: String,
}

impl Case {
    /// All of them. A chart without values in `ci/` is a library, which renders nothing.
    fn all() -> Vec<Self> {
        charts()
            .into_iter()
            .flat_map(|chart| {
                listed(&format!("helm/{chart}/ci"))
                    .into_iter()
                    .filter_map(|file| file.strip_suffix("-values.yaml").map(str::to_owned))
                    .map(|values| Self {
                        chart: chart.clone(),
                        values,
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    fn file(&self) -> PathBuf {
        root().join(format!(
            "helm/{}/ci/{}-values.yaml",
            self.chart, self.values
        ))
    }

    /// The release as Terraform calls it.
    fn release(&self) -> String {
        if self.chart == "functions-server" {
            format!("functions-{}", self.values)
        } else {
            self.chart.clone()
        }
    }

    fn render(&self, monitored: bool) -> Command {
        let mut command = template(&self.chart, &self.release());
        command.arg("--values").arg(self.file());
        if monitored {
            for version in MONITORING {
                command.args(["--api-versions", version]);
            }
        }
        command
    }

    fn rendered(&self, monitored: bool) -> String {
        let suffix = if monitored { "-monitored" } else { "" };
        format!("{}-{}{suffix}.yaml", self.chart, self.values)
    }
}

/// The charts that are installed.
fn charts() -> Vec<String> {
    folders("helm")
        .into_iter()
        .filter(|name| {
            let chart = root().join("helm").join(name).join("Chart.yaml");
            chart.is_file() && !read(&format!("helm/{name}/Chart.yaml")).contains("type: library")
        })
        .collect()
}

/// Helm with files of its own, that no cluster is named to.
fn helm() -> Command {
    let own = made("helm");
    let mut command = program("VELURE_TEST_HELM");
    command.env("KUBECONFIG", own.join("none"));
    for name in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(name, &own);
    }
    command
}

fn template(chart: &str, release: &str) -> Command {
    // Its release is stored outside the namespace that it makes.
    let namespace = if chart == "cluster" {
        "kube-system"
    } else {
        "velure"
    };
    let mut command = helm();
    command
        .args(["template", release])
        .arg(root().join("helm").join(chart))
        .args(["--namespace", namespace])
        .args(["--kube-version", &format!("{KUBERNETES}.0")]);
    command
}

/// The folder with every chart rendered.
fn rendered() -> PathBuf {
    once("charts", |folder| {
        for case in Case::all() {
            for monitored in [false, true] {
                let text = succeed(&mut case.render(monitored));
                std::fs::write(folder.join(case.rendered(monitored)), text)
                    .expect("the scratch folder can be written");
            }
        }
    })
}

/// The objects of a rendered file.
fn objects(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("a rendered chart");
    serde_norway::Deserializer::from_str(&text)
        .map(|document| Value::deserialize(document).expect("a rendered chart is YAML"))
        .filter(|object| !object.is_null())
        .collect()
}

/// Case, whether the cluster has the Prometheus operator, and the objects.
fn every_rendering() -> Vec<(Case, bool, Vec<Value>)> {
    let folder = rendered();
    Case::all()
        .into_iter()
        .flat_map(|case| {
            let plain = objects(&folder.join(case.rendered(false)));
            let monitored = objects(&folder.join(case.rendered(true)));
            let again = Case {
                chart: case.chart.clone(),
                values: case.values.clone(),
            };
            [(case, false, plain), (again, true, monitored)]
        })
        .collect()
}

fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap_or_default()
}

#[test]
fn every_chart_has_values_to_be_tested_with() {
    let tested: Vec<String> = Case::all().into_iter().map(|case| case.chart).collect();
    for chart in charts() {
        assert!(
            tested.contains(&chart),
            "helm/{chart}/ci has no *-values.yaml"
        );
    }
    assert!(!tested.is_empty());
}

#[test]
fn helm_finds_nothing_to_complain_about() {
    for case in Case::all() {
        let folder = root().join("helm").join(&case.chart);
        succeed(
            helm()
                .args(["lint", "--strict", "--quiet"])
                .arg(folder)
                .arg("--values")
                .arg(case.file()),
        );
    }
}

#[test]
fn monitoring_is_asked_for_only_where_the_cluster_knows_it() {
    let mut asked = 0;
    for (case, monitored, objects) in every_rendering() {
        let ours = objects
            .iter()
            .filter(|object| matches!(kind(object), "ServiceMonitor" | "PrometheusRule"))
            .count();
        assert!(monitored || ours == 0, "{case:?} without the operator");
        asked += ours;
    }
    assert!(asked > 0, "no chart is monitored");
}

#[test]
fn no_chart_carries_a_secret() {
    for (case, _, objects) in every_rendering() {
        for object in objects {
            assert_ne!(
                kind(&object),
                "Secret",
                "{case:?}: secrets come by ExternalSecret"
            );
        }
    }
}

#[test]
fn a_definition_that_charts_share_is_the_same_in_all_of_them() {
    let mut seen: Vec<(String, String, Value)> = Vec::new();
    for chart in charts() {
        let file = format!("helm/{chart}/values.schema.json");
        let schema: Value = serde_json::from_str(&read(&file)).expect("a schema is JSON");
        let definitions = schema["$defs"].as_object().cloned().unwrap_or_default();
        for (name, definition) in definitions {
            match seen.iter().find(|(_, other, _)| *other == name) {
                Some((first, _, same)) => {
                    assert_eq!(
                        *same, definition,
                        "`{name}` of {chart} is not that of {first}"
                    );
                }
                None => seen.push((chart.clone(), name, definition)),
            }
        }
    }
    assert!(seen.len() > 5, "the schemas share no definitions");
}
