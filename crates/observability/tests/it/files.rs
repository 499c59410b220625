//! The files that are tested.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder that holds rules, their tests and the dashboards, and the only copy of each.
pub(crate) fn chart() -> PathBuf {
    root().join("helm/observability")
}

/// The checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate is in crates/")
        .to_path_buf()
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    text(&root().join(path))
}

/// The files of a folder of the chart, sorted.
pub(crate) fn listed(folder: &str) -> Vec<PathBuf> {
    let folder = chart().join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths
}

/// Every dashboard by its file's name.
pub(crate) fn dashboards() -> Vec<(String, Value)> {
    listed("dashboards")
        .into_iter()
        .map(|path| {
            let value = serde_json::from_str(&text(&path))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (name(&path), value)
        })
        .collect()
}

/// Every rule of every group.
pub(crate) fn rules() -> Vec<Value> {
    yaml("rules")
        .iter()
        .flat_map(|file| list(&file["groups"]))
        .flat_map(|group| list(&group["rules"]))
        .collect()
}

/// Every test of the rules.
pub(crate) fn rule_tests() -> Vec<Value> {
    yaml("tests")
        .iter()
        .flat_map(|file| list(&file["tests"]))
        .collect()
}

fn yaml(folder: &str) -> Vec<Value> {
    listed(folder)
        .iter()
        .map(|path| {
            serde_norway::from_str(&text(path))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

/// The elements of a list; a missing one has none.
pub(crate) fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// A text that must be there.
#[track_caller]
pub(crate) fn string(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a file has a name")
        .to_string_lossy()
        .into_owned()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
