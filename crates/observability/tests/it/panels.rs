//! Dashboards work on a laptop and in a cluster, and can be read.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::expressions::selectors;
use crate::files::{self, list, string};

fn panels(board: &Value) -> Vec<Value> {
    list(&board["panels"])
}

#[test]
fn every_panel_takes_its_data_source_from_the_variable() {
    for (file, board) in files::dashboards() {
        let variables: Vec<Value> = list(&board["templating"]["list"]);
        assert!(
            variables.iter().any(|one| one["name"] == "datasource"),
            "{file}"
        );
        for panel in panels(&board) {
            for target in list(&panel["targets"]) {
                assert_eq!(
                    target["datasource"]["uid"], "${datasource}",
                    "{file}: {}",
                    panel["title"]
                );
            }
        }
    }
}

#[test]
fn every_series_is_of_the_chosen_namespace() {
    let wanted = ("namespace", "=~", "$namespace");
    for (file, board) in files::dashboards() {
        for panel in panels(&board) {
            for target in list(&panel["targets"]) {
                let Some(expression) = target["expr"].as_str() else {
                    continue;
                };
                let all = selectors(expression);
                assert!(
                    !all.is_empty(),
                    "{file}: {expression} shows nothing of ours"
                );
                for selector in all {
                    let is_filtered = selector.matchers.iter().any(|(label, op, value)| {
                        (label.as_str(), op.as_str(), value.as_str()) == wanted
                    });
                    assert!(is_filtered, "{file}: {}: {}", panel["title"], selector.name);
                }
            }
        }
    }
}

#[test]
fn every_panel_says_what_it_shows_and_in_which_unit() {
    for (file, board) in files::dashboards() {
        assert!(!string(&board["description"]).is_empty(), "{file}");
        let mut titles = BTreeSet::new();
        for panel in panels(&board).iter().filter(|panel| panel["type"] != "row") {
            let title = string(&panel["title"]);
            assert!(titles.insert(title.to_owned()), "{file}: {title} twice");
            assert!(
                !string(&panel["description"]).is_empty(),
                "{file}: {title} has no description"
            );
            string(&panel["fieldConfig"]["defaults"]["unit"]);
        }
    }
}

#[test]
fn panels_have_their_own_ids_and_places() {
    let mut uids = BTreeSet::new();
    for (file, board) in files::dashboards() {
        assert!(uids.insert(string(&board["uid"]).to_owned()), "{file}");
        let mut ids = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for panel in panels(&board) {
            assert!(ids.insert(panel["id"].as_u64()), "{file}: an id twice");
            let place = |name: &str| panel["gridPos"][name].as_u64().expect("a place");
            assert!(place("x") + place("w") <= 24, "{file}: {}", panel["title"]);
            for x in place("x")..place("x") + place("w") {
                for y in place("y")..place("y") + place("h") {
                    assert!(
                        taken.insert((x, y)),
                        "{file}: {} lies on another panel",
                        panel["title"]
                    );
                }
            }
        }
    }
}
