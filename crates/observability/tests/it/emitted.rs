//! What of the list the processes emit.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{catalogue, files};

/// Where processes are made of.
const SOURCES: &[&str] = &[
    "relay/src",
    "order-processor/src",
    "sse-gateway/src",
    "functions",
    "crates",
];

#[test]
fn the_list_says_which_of_its_metrics_no_process_emits_yet() {
    let mut sources = String::new();
    for folder in SOURCES {
        collect(&files::root().join(folder), &mut sources);
    }
    let silent: BTreeSet<String> = catalogue::scraped()
        .into_keys()
        .filter(|name| name.starts_with("velure_") && !sources.contains(&format!("\"{name}\"")))
        .collect();
    let text = files::read("docs/METRICS.md");
    let listed: BTreeSet<String> = text
        .split_once("## Not emitted yet")
        .map_or("", |(_, list)| list)
        .lines()
        .filter_map(|line| line.strip_prefix("- `")?.strip_suffix('`'))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        silent, listed,
        "docs/METRICS.md, \"Not emitted yet\", says otherwise (left: the code, right: the list)"
    );
}

fn collect(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder can be listed") {
        let path = entry.expect("a folder can be listed").path();
        // The names in this crate are those of the list.
        if path.is_dir() && !path.ends_with("observability") && !path.ends_with("target") {
            collect(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push_str(&fs::read_to_string(&path).expect("a source can be read"));
        }
    }
}
