//! Prometheus, with the rules that also run in the cluster.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::checkout::Checkout;
use crate::environment;
use crate::probe;
use crate::process::{Launch, Processes};

/// Seconds between two scrapes, two evaluations, and two looks at the list of targets.
const PERIOD: &str = "5s";

/// What the cluster's namespace is called in every rule and dashboard.
const NAMESPACE: &str = "velure";

/// A private Prometheus server.
#[derive(Debug)]
pub(crate) struct Prometheus {
    port: u16,
    targets: PathBuf,
}

impl Prometheus {
    /// Starts the server, without anything to scrape. What it stored the last time is there again.
    pub(crate) fn start(processes: &mut Processes, checkout: &Checkout, port: u16) -> Result<Self> {
        let program = environment::find_program("prometheus")
            .context("Prometheus is not installed: run `cargo xtask setup observe`")?;
        let folder = processes.run().path().join("prometheus");
        fs::create_dir_all(&folder).context("Prometheus' folder cannot be made")?;
        let server = Self {
            port,
            targets: folder.join("targets.json"),
        };
        server.scrape(&BTreeMap::new())?;
        let file = folder.join("prometheus.yml");
        fs::write(&file, server.configuration(checkout).to_string())
            .context("Prometheus' configuration cannot be written")?;
        let flag = |name: &str, value: String| format!("--{name}={value}");
        processes.start(
            Launch::new("prometheus", program)
                .args([
                    flag("config.file", file.display().to_string()),
                    flag(
                        "storage.tsdb.path",
                        folder.join("data").display().to_string(),
                    ),
                    // The longest window of a rule is three days, that of an objective thirty.
                    flag("storage.tsdb.retention.time", "31d".to_owned()),
                    flag("web.listen-address", format!("127.0.0.1:{port}")),
                ])
                .folder(&folder)
                .ready_at(port, "/-/ready")
                .stop_with(Signal::TERM, Duration::from_secs(20)),
        )?;
        Ok(server)
    }

    /// The address of one of its pages, once it is ready. Debian's build has the pages of Prometheus 2.13 only, and
    /// under a path of their own.
    pub(crate) fn page(&self, name: &str) -> String {
        let debian = format!("/classic/{name}");
        let path = if probe::is_ok(self.port, &debian) {
            debian
        } else {
            format!("/{name}")
        };
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Scrapes these processes from now on: admin addresses by the name that is their `job`.
    pub(crate) fn scrape(&self, admin: &BTreeMap<String, String>) -> Result<()> {
        let groups: Vec<Value> = admin
            .iter()
            .map(|(job, url)| {
                json!({
                    "targets": [url.trim_start_matches("http://")],
                    "labels": { "job": job, "namespace": NAMESPACE },
                })
            })
            .collect();
        let part = self.targets.with_extension("part");
        fs::write(&part, Value::from(groups).to_string())
            .and_then(|()| fs::rename(&part, &self.targets))
            .context("Prometheus' targets cannot be written")
    }

    /// JSON is YAML.
    fn configuration(&self, checkout: &Checkout) -> Value {
        json!({
            "global": { "scrape_interval": PERIOD, "evaluation_interval": PERIOD },
            "rule_files": [checkout.path("helm/observability/rules/*.yaml")],
            "scrape_configs": [{
                "job_name": "velure",
                "file_sd_configs": [{ "files": [self.targets], "refresh_interval": PERIOD }],
            }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_scraped_under_the_names_that_rules_and_dashboards_use() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let server = Prometheus {
            port: 1,
            targets: folder.path().join("targets.json"),
        };
        let admin = BTreeMap::from([("relay".to_owned(), "http://127.0.0.1:28183".to_owned())]);
        server.scrape(&admin).expect("the targets can be written");
        let text = fs::read(&server.targets).expect("the targets can be read");
        let targets: Value = serde_json::from_slice(&text).expect("the targets are JSON");
        let labels = json!({ "job": "relay", "namespace": "velure" });
        assert_eq!(
            targets,
            json!([{ "targets": ["127.0.0.1:28183"], "labels": labels }])
        );
    }
}
