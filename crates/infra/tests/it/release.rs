//! The step that runs Helm, with recorders in the place of `helm`, `aws` and `kubectl`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::checkout::root;
use crate::tool::{Said, program, run, succeed, variable};

/// Writes its arguments down. `helm history` answers with the file `history`, as Helm does for a release that is there;
/// `upgrade` keeps the values, and ends as the file `outcome` says.
const HELM: &str = r#"#!/bin/sh
set -eu
here=$(dirname "$0")
case "$1" in
  version) cat "$here/version"; exit ;;
  history) echo "helm $*" >> "$here/commands"; cat "$here/history"; exit ;;
esac
echo "helm $*" >> "$here/commands"
if [ "$1" = upgrade ]; then
  name=$3 before=
  for argument; do
    if [ "$before" = --values ]; then cp "$argument" "$here/$name.json"; fi
    before=$argument
  done
  test ! -e "$here/fails"
fi
"#;

const OTHER: &str = r#"#!/bin/sh
echo "$(basename "$0") $*" >> "$(dirname "$0")/commands"
"#;

/// The programs on a search path of their own.
#[derive(Debug)]
pub(crate) struct Recorder {
    folder: PathBuf,
}

impl Recorder {
    /// Helm of this version, and no release in the cluster.
    pub(crate) fn of(folder: &Path, version: &str) -> Self {
        fs::create_dir_all(folder).expect("a folder for recorders");
        for (name, script) in [("helm", HELM), ("aws", OTHER), ("kubectl", OTHER)] {
            let path = folder.join(name);
            fs::write(&path, script).expect("a recorder");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a recorder");
        }
        let recorder = Self {
            folder: folder.to_owned(),
        };
        recorder.write("version", version);
        recorder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("the recorder's folder can be written");
    }

    /// What stands in PATH.
    pub(crate) fn path(&self) -> String {
        format!("{}:{}", self.folder.display(), variable("PATH"))
    }

    /// Every command, in order, with the private folder's name taken out.
    pub(crate) fn commands(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("commands")).unwrap_or_default();
        text.lines().map(without_private_folder).collect()
    }

    /// The values of the last upgrade of a release.
    pub(crate) fn values(&self, release: &str) -> PathBuf {
        self.folder.join(format!("{release}.json"))
    }
}

fn without_private_folder(line: &str) -> String {
    line.split(' ')
        .map(|word| match word.rsplit_once('/') {
            Some((folder, file)) if folder.contains("tmp.") => format!("<private>/{file}"),
            _ => word.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn release(recorder: &Recorder, words: &str, changes: &[(&str, &str)]) -> Said {
    let mut command = Command::new(root().join("terraform/helm/release.sh"));
    command
        .args(words.split(' '))
        .env_clear()
        .env("PATH", recorder.path())
        .env("VELURE_HELM_RELEASE", "relay")
        .env("VELURE_HELM_NAMESPACE", "velure")
        .env("VELURE_HELM_CHART", "../helm/relay")
        .env("VELURE_HELM_VALUES", r#"{"image":{"tag":"0123456789ab"}}"#)
        .env("VELURE_HELM_TIMEOUT", "600s")
        .env("VELURE_CLUSTER_NAME", "velure-test")
        .env("VELURE_CLUSTER_REGION", "us-east-1")
        .envs(changes.iter().copied());
    run(&mut command)
}

const CLUSTER: &str = "aws eks update-kubeconfig --name velure-test --region us-east-1 --kubeconfig <private>/kubeconfig";
const ASKED: &str = "helm history relay --namespace velure --max 1 --output json";
const ALL: &str = "helm history relay --namespace velure --output json";
const UPGRADE: &str = "helm upgrade --install relay ../helm/relay --namespace velure --values <private>/values.json \
                       --rollback-on-failure --wait --timeout 600s --history-max 10";

#[test]
fn a_release_is_installed_with_exactly_this_command_and_its_values() {
    let folder = TempDir::new().expect("a temporary folder");
    let recorder = Recorder::of(folder.path(), "v4.1.4");
    let said = release(&recorder, "upgrade", &[]);
    assert!(said.success, "{}", said.all());
    assert_eq!(recorder.commands(), [CLUSTER, ASKED, UPGRADE]);
    let values: Value =
        serde_json::from_str(&fs::read_to_string(recorder.values("relay")).expect("values"))
            .expect("values are JSON");
    assert_eq!(values, json!({"image": {"tag": "0123456789ab"}}));
}

#[test]
fn helm_three_is_told_in_its_own_words() {
    let folder = TempDir::new().expect("a temporary folder");
    let recorder = Recorder::of(folder.path(), "v3.17.1");
    assert!(release(&recorder, "upgrade", &[]).success);
    assert_eq!(
        recorder.commands().last().expect("a command"),
        &UPGRADE.replace("--rollback-on-failure", "--atomic")
    );
}

#[test]
fn a_public_chart_comes_at_its_version_into_a_namespace_of_its_own() {
    let folder = TempDir::new().expect("a temporary folder");
    let recorder = Recorder::of(folder.path(), "v4.1.4");
    let changes = [
        ("VELURE_HELM_RELEASE", "keda"),
        ("VELURE_HELM_NAMESPACE", "keda"),
        ("VELURE_HELM_CHART", "keda"),
        ("VELURE_HELM_REPOSITORY", "https://charts.example.com"),
        ("VELURE_HELM_VERSION", "2.17.2"),
    ];
    assert!(release(&recorder, "upgrade", &changes).success);
    assert_eq!(
        recorder.commands().last().expect("a command"),
        "helm upgrade --install keda keda --namespace keda --values <private>/values.json --rollback-on-failure --wait \
         --timeout 600s --history-max 10 --create-namespace --repo https://charts.example.com --version 2.17.2"
    );
}

#[test]
fn a_release_that_a_dead_run_left_pending_goes_back_before_it_goes_on() {
    let folder = TempDir::new().expect("a temporary folder");
    let recorder = Recorder::of(folder.path(), "v4.1.4");
    recorder.write(
        "history",
        r#"[{"revision":6,"status":"superseded"},{"revision":7,"status":"deployed"},{"revision":8,"status":"pending-upgrade"}]"#,
    );
    let said = release(&recorder, "upgrade", &[]);
    assert!(said.success, "{}", said.all());
    let rollback = "helm rollback relay 7 --namespace velure --wait --timeout 600s";
    assert_eq!(
        recorder.commands(),
        [CLUSTER, ASKED, ALL, rollback, UPGRADE]
    );
}

#[test]
fn one_that_never_worked_is_removed_first() {
    let folder = TempDir::new().expect("a temporary folder");
    let recorder = Recorder::of(folder.path(), "v4.1.4");
    recorder.write("history", r#"[{"revision":1,"status":"pending-install"}]"#);
    let said = release(&recorder, "upgrade", &[]);
    assert!(said.success, "{}", said.all());
    let uninstall = "helm uninstall relay --namespace velure --wait --timeout 600s";
    assert_eq!(
        recorder.commands(),
        [CLUSTER, ASKED, ALL, uninstall, UPGRADE]
    );
}

#[test]
fn what_the_switches_no_longer_ask_for_is_uninstalled_where_it_is_there() {
    let folder = TempDir::new().expect("a temporary folder");
    let recorder = Recorder::of(folder.path(), "v4.1.4");
    let said = release(&recorder, "retire functions-auth rabbitmq", &[]);
    assert!(said.success, "{}", said.all());
    let uninstalls = ["functions-auth", "rabbitmq"].map(|name| {
        format!("helm uninstall {name} --namespace velure --ignore-not-found --wait --timeout 600s")
    });
    assert_eq!(
        recorder.commands(),
        [CLUSTER, &uninstalls[0], &uninstalls[1]]
    );
}

#[test]
fn a_failed_upgrade_fails_the_apply_and_shows_what_pods_say() {
    let folder = TempDir::new().expect("a temporary folder");
    let recorder = Recorder::of(folder.path(), "v4.1.4");
    recorder.write("fails", "");
    let said = release(&recorder, "upgrade", &[]);
    assert!(!said.success);
    assert!(said.err.contains("not ready in time"), "{}", said.all());
    let asked = recorder.commands();
    assert!(
        asked
            .iter()
            .any(|line| line.starts_with("kubectl --namespace velure get pods")),
        "{asked:?}"
    );
}

#[test]
fn helm_knows_every_flag_that_it_is_given() {
    for (subcommand, given) in [
        ("upgrade", UPGRADE),
        ("rollback", "--namespace --wait --timeout"),
        ("uninstall", "--namespace --wait --timeout"),
        ("uninstall", "--ignore-not-found"),
        ("history", ALL),
        ("upgrade", "--create-namespace --repo --version"),
    ] {
        let help = succeed(program("VELURE_TEST_HELM").args([subcommand, "--help"]));
        for flag in given.split(' ').filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag), "helm {subcommand} has no {flag}");
        }
    }
}
