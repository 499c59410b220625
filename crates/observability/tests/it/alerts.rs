//! Every alert has two tests and a runbook.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{self, list, string};

fn alerts() -> Vec<Value> {
    let mut all = files::rules();
    all.retain(|rule| rule["alert"].is_string());
    assert!(all.len() > 20, "alerts are missing");
    all
}

/// The alerts that a test asks for, with whether it wants them to fire.
fn asked(test: &Value) -> Vec<(String, bool)> {
    list(&test["promql_expr_test"])
        .iter()
        .filter_map(|check| {
            let expression = string(&check["expr"]);
            let (name, rest) = expression
                .strip_prefix("ALERTS{alertname=\"")?
                .split_once('"')?;
            assert_eq!(
                rest, ", alertstate=\"firing\"}",
                "{expression} asks for something else than firing alerts"
            );
            Some((name.to_owned(), !list(&check["exp_samples"]).is_empty()))
        })
        .collect()
}

#[test]
fn every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_stays_quiet() {
    let tested: BTreeSet<(String, bool)> = files::rule_tests().iter().flat_map(asked).collect();
    let mut expected = BTreeSet::new();
    for alert in alerts() {
        for fires in [true, false] {
            expected.insert((string(&alert["alert"]).to_owned(), fires));
        }
    }
    assert_eq!(tested, expected);
}

#[test]
fn a_test_is_named_after_its_alert_and_what_it_does() {
    for test in files::rule_tests() {
        for (alert, fires) in asked(&test) {
            let verb = if fires { "fires" } else { "stays quiet" };
            let name = string(&test["name"]);
            assert!(name.starts_with(&format!("{alert} {verb} ")), "{name}");
        }
        // A quiet test without data would be quiet whatever the rule says.
        assert!(!list(&test["input_series"]).is_empty(), "{}", test["name"]);
    }
}

#[test]
fn every_alert_says_how_urgent_it_is_what_happens_and_where_its_runbook_is() {
    for alert in alerts() {
        let name = string(&alert["alert"]);
        let severity = string(&alert["labels"]["severity"]);
        assert!(["critical", "warning"].contains(&severity), "{name}");
        for annotation in ["summary", "description"] {
            assert!(!string(&alert["annotations"][annotation]).is_empty());
        }
        assert_eq!(
            string(&alert["annotations"]["runbook_url"]),
            format!("docs/OPERATIONS.md#{}", name.to_lowercase()),
        );
    }
}

#[test]
fn every_alert_has_a_runbook_with_all_its_parts_and_every_runbook_an_alert() {
    const PARTS: [&str; 5] = [
        "**You see.**",
        "**It means.**",
        "**Look at.**",
        "**Do.**",
        "**It is over when**",
    ];
    let text = files::read("docs/OPERATIONS.md");
    let mut sections = BTreeSet::new();
    for section in text.split("\n### ").skip(1) {
        let (title, body) = section.split_once('\n').expect("a section has a body");
        for part in PARTS {
            assert!(body.contains(part), "{title} lacks {part}");
        }
        sections.insert(title.to_owned());
    }
    let names: BTreeSet<String> = alerts()
        .iter()
        .map(|alert| string(&alert["alert"]).to_owned())
        .collect();
    assert_eq!(sections, names);
}

#[test]
fn no_alert_has_the_name_of_another() {
    let all = alerts();
    let names: BTreeSet<&str> = all.iter().map(|alert| string(&alert["alert"])).collect();
    assert_eq!(names.len(), all.len());
}
