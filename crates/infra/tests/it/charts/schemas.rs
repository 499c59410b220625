//! Every rendered object against the schema of its kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{KUBERNETES, rendered};
use crate::checkout::root;
use crate::scratch::made;
use crate::tool::{program, run};

/// Python with `kubernetes-validate`, and the script that asks it.
fn validate(files: &[PathBuf]) -> Command {
    let mut command = program("VELURE_TEST_KUBERNETES_PYTHON");
    command
        .arg(root().join("helm/tests/validate.py"))
        .arg(KUBERNETES)
        .args(files);
    command
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .expect("rendered charts")
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect()
}

#[test]
fn the_api_server_would_know_every_object_and_every_field() {
    let files = files(&rendered());
    assert!(!files.is_empty());
    let said = run(&mut validate(&files));
    assert!(said.success, "{}", said.all());
}

#[test]
fn the_cluster_has_the_version_that_charts_are_tested_for() {
    let variables = crate::checkout::read("terraform/modules/eks/variables.tf");
    assert!(
        variables.contains(&format!("\"{KUBERNETES}\"")),
        "the default version of terraform/modules/eks is not {KUBERNETES}"
    );
}

/// What the check itself is worth: it has to find these.
#[test]
fn a_mistyped_field_an_unknown_kind_and_a_wrong_type_are_found() {
    let folder = made("faulty");
    for (name, object, says) in [
        (
            "field.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {portz: []}\n",
            "portz",
        ),
        (
            "kind.yaml",
            "apiVersion: example.org/v1\nkind: Unheard\nmetadata: {name: a}\n",
            "Unheard",
        ),
        (
            "type.yaml",
            "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a, namespace: b, labels: {}}\n\
             spec: {scaleTargetRef: {name: a}, minReplicaCount: one, maxReplicaCount: 2, triggers: []}\n",
            "minReplicaCount",
        ),
    ] {
        let file = folder.join(name);
        fs::write(&file, object).expect("the scratch folder can be written");
        let said = run(&mut validate(&[file]));
        assert!(!said.success, "{name} was taken");
        assert!(said.out.contains(says), "{name}: {}", said.all());
    }
}
