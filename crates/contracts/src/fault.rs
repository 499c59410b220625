use serde_json::error::Category;

/// Why JSON is not what it should be, in words that quote nothing of it.
///
/// What the parser says quotes the value that it stumbled over. That may be somebody's e-mail address or a payment token
/// in the wrong place, and these words go into logs and the headers of dead letters.
#[must_use]
pub fn fault(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        Category::Io => "unreadable",
        Category::Syntax => "no JSON",
        Category::Eof => "cut off",
        Category::Data => {
            // Names a field of ours, and nothing that was sent.
            let text = error.to_string();
            if text.starts_with("missing field ") {
                return text;
            }
            "not as its schema says"
        }
    };
    // A value has lost its place once it is parsed.
    if error.line() == 0 {
        what.to_owned()
    } else {
        format!("{what} at line {} column {}", error.line(), error.column())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read counts")]
    struct Shape {
        count: u8,
        kind: Kind,
    }

    #[derive(Debug, Deserialize)]
    enum Kind {
        Known,
    }

    fn of(text: &str) -> String {
        fault(&serde_json::from_str::<Shape>(text).expect_err("it is not of this shape"))
    }

    #[test]
    fn it_says_where_and_quotes_nothing() {
        assert_eq!(
            of(r#"{"count": 1}"#),
            "missing field `kind` at line 1 column 12"
        );
        assert_eq!(
            of(r#"{"count": "canary"}"#),
            "not as its schema says at line 1 column 18"
        );
        assert_eq!(
            of(r#"{"canary": 1}"#),
            "not as its schema says at line 1 column 9"
        );
        assert_eq!(
            of(r#"{"count": 1, "kind": "canary"}"#),
            "not as its schema says at line 1 column 29"
        );
        assert_eq!(of("{canary"), "no JSON at line 1 column 2");
        assert_eq!(of(r#"{"count": 1"#), "cut off at line 1 column 11");
        let value: Value = json!({"count": "canary"});
        let error = serde_json::from_value::<Shape>(value).expect_err("it is not of this shape");
        assert_eq!(fault(&error), "not as its schema says");
    }
}
