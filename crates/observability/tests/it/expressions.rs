//! Which series an expression of PromQL looks at.

/// A selected series: its name, and its matchers as label, operator and value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    pub(crate) name: String,
    pub(crate) matchers: Vec<(String, String, String)>,
}

/// Every selector of a metric of the shop: `velure_…`, `velure:…`, `process_…`, and `up`.
pub(crate) fn selectors(expression: &str) -> Vec<Selector> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        rest = &rest[start..];
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        if let Some(inner) = after.strip_prefix('{') {
            let (matchers, left) = matchers(inner);
            rest = left;
            found.push(Selector {
                name: word.to_owned(),
                matchers,
            });
        } else if is_ours(word) {
            found.push(Selector {
                name: word.to_owned(),
                matchers: Vec::new(),
            });
        }
    }
    found.retain(|selector| is_ours(&selector.name));
    found
}

fn is_ours(name: &str) -> bool {
    name == "up" || name.starts_with("velure") || name.starts_with("process_")
}

/// The matchers up to the closing brace, and what follows it.
fn matchers(mut rest: &str) -> (Vec<(String, String, String)>, &str) {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', ',', '\n']);
        if let Some(after) = rest.strip_prefix('}') {
            return (all, after);
        }
        let (label, after) = rest.split_at(rest.find(['=', '!']).expect("a matcher"));
        let (operator, after) = after.split_at(after.find(['"', '`']).expect("a quoted value"));
        let quote = after.chars().next().expect("a quote");
        let (value, after) = after[1..].split_once(quote).expect("a closing quote");
        all.push((label.to_owned(), operator.to_owned(), value.to_owned()));
        rest = after;
    }
}

#[test]
fn selectors_are_found_wherever_an_expression_has_them() {
    let expression = r#"sum by (status) (rate(velure_a_total{code=~"x|y", job!="z"}[5m])) / velure:b:rate5m > 0"#;
    let all = selectors(expression);
    let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["velure_a_total", "velure:b:rate5m"]);
    let first = ("code".to_owned(), "=~".to_owned(), "x|y".to_owned());
    assert_eq!(all[0].matchers[0], first);
    assert_eq!(all[0].matchers.len(), 2);
}
