//! The files that are tested.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate is in crates/")
        .to_path_buf()
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The route table.
pub(crate) fn routes() -> Value {
    serde_json::from_str(&read("functions/routes.json")).expect("the route table is JSON")
}

/// Context and name of every function, the fallback's too.
pub(crate) fn functions() -> Vec<(String, String)> {
    let table = routes();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    table["routes"]
        .as_array()
        .expect("routes")
        .iter()
        .chain([&table["fallback"]])
        .map(|row| (text(&row["context"]), text(&row["name"])))
        .collect()
}

/// Names of the folders in a folder of the repository, sorted.
pub(crate) fn folders(path: &str) -> Vec<String> {
    names(path, Path::is_dir)
}

/// Names of the files in a folder of the repository, sorted; none when there is no such folder.
pub(crate) fn listed(path: &str) -> Vec<String> {
    if root().join(path).is_dir() {
        names(path, Path::is_file)
    } else {
        Vec::new()
    }
}

fn names(path: &str, wanted: fn(&Path) -> bool) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .map(|entry| entry.expect("a folder can be listed"))
        .filter(|entry| wanted(&entry.path()))
        .map(|entry| entry.file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

/// A copy of what Terraform reads, laid out as in the repository, so that nothing is written into the checkout.
pub(crate) fn copy_terraform(to: &Path) {
    copy(&root().join("terraform"), &to.join("terraform"));
    copy(&root().join("helm"), &to.join("helm"));
    copy(&root().join("cost/prices"), &to.join("cost/prices"));
    for file in [
        "functions/routes.json",
        "crates/amqp/topology.json",
        "cost/inputs/parameters.json",
    ] {
        let target = to.join(file);
        let folder = target.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).expect("a folder in the scratch folder");
        fs::copy(root().join(file), &target).expect("a file of the repository can be copied");
    }
}

/// Copies a folder, without what Terraform leaves in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder in the scratch folder");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("a folder can be listed");
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(".terraform")
            && !name.to_string_lossy().ends_with("version")
        {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target)
                .unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        }
    }
}
