//! Values that a chart has to refuse, and what it has to say.

use serde_json::Value;

use super::{Case, template};
use crate::checkout::read;
use crate::tool::run;

#[test]
fn values_that_would_not_work_are_refused_with_the_reason() {
    let cases: Vec<Value> =
        serde_json::from_str(&read("helm/tests/refused.json")).expect("the list is JSON");
    assert!(!cases.is_empty());
    for case in cases {
        let text = |key: &str| {
            case[key]
                .as_str()
                .unwrap_or_else(|| panic!("{case} has no `{key}`"))
                .to_owned()
        };
        let file = Case {
            chart: text("chart"),
            values: text("values"),
        };
        let said = run(template(&file.chart, &text("release"))
            .arg("--values")
            .arg(file.file())
            .args(["--set", &text("set")]));
        let why = text("because");
        assert!(!said.success, "{why}: {} was taken", text("set"));
        assert!(said.err.contains(&text("says")), "{why}: {}", said.err);
    }
}
