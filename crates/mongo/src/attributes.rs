//! What is special about a kind of product: free keys, few kinds of values.

use mongodb::bson::{Bson, Document};
use serde_json::{Map, Value};
use velure_contracts::FieldError;

const MAX_ENTRIES: usize = 40;
const MAX_KEY_CHARS: usize = 60;
const MAX_TEXT_CHARS: usize = 500;
const MAX_LIST_ENTRIES: usize = 30;
/// Beyond 2^53 a JSON number loses digits in a browser.
const MAX_INTEGER: u64 = 1 << 53;

/// Attributes that can be stored: every key and value was checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attributes(Document);

impl Attributes {
    /// Checks `map`, and notes in `faults` what is wrong with it.
    pub(crate) fn parse(map: &Map<String, Value>, faults: &mut Vec<FieldError>) -> Self {
        let mut document = Document::new();
        if map.len() > MAX_ENTRIES {
            faults.push(fault(
                "attributes",
                "too_long",
                format!("at most {MAX_ENTRIES} attributes are kept"),
            ));
            return Self(document);
        }
        for (key, value) in map {
            // A key goes out again in an error message, so a bad one is not repeated there.
            let field = if is_key(key) {
                format!("attributes.{key}")
            } else {
                "attributes".to_owned()
            };
            if !is_key(key) {
                let rule =
                    format!("a name is 1 to {MAX_KEY_CHARS} letters, digits, spaces, _ and -");
                faults.push(fault(&field, "invalid_name", rule));
                continue;
            }
            match to_bson(value) {
                Ok(value) => {
                    document.insert(key, value);
                }
                Err((code, message)) => faults.push(fault(&field, code, message)),
            }
        }
        Self(document)
    }

    /// The stored form.
    pub(crate) fn document(&self) -> &Document {
        &self.0
    }

    /// Every text in them, for the search.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.values().flat_map(|value| {
            let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
            value
                .as_str()
                .into_iter()
                .chain(list.iter().filter_map(Bson::as_str))
        })
    }
}

/// Stored attributes as they go out; nothing when they hold a kind of value that is never stored.
pub(crate) fn to_json(document: &Document) -> Option<Map<String, Value>> {
    document
        .iter()
        .map(|(key, value)| Some((key.clone(), value_to_json(value)?)))
        .collect()
}

fn value_to_json(value: &Bson) -> Option<Value> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other kind of value is refused on the way in"
    )]
    match value {
        Bson::String(text) => Some(Value::from(text.as_str())),
        Bson::Boolean(flag) => Some(Value::from(*flag)),
        Bson::Int32(number) => Some(Value::from(*number)),
        Bson::Int64(number) => Some(Value::from(*number)),
        Bson::Array(list) => list
            .iter()
            .map(|entry| entry.as_str().map(Value::from))
            .collect(),
        _ => None,
    }
}

/// Without `$` and `.`, which mean something to the database, and without control characters.
fn is_key(key: &str) -> bool {
    (1..=MAX_KEY_CHARS).contains(&key.chars().count())
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

fn to_bson(value: &Value) -> Result<Bson, (&'static str, String)> {
    match value {
        Value::String(text) => Ok(Bson::String(checked_text(text)?)),
        Value::Bool(flag) => Ok(Bson::Boolean(*flag)),
        Value::Number(number) => match number.as_i64() {
            Some(number) if number.unsigned_abs() <= MAX_INTEGER => Ok(Bson::Int64(number)),
            Some(_) => Err((
                "out_of_range",
                "a number is at most 2^53 either way".to_owned(),
            )),
            None => Err((
                "not_an_integer",
                "a number has to be an integer; name the unit in the key".to_owned(),
            )),
        },
        Value::Array(list) if list.len() > MAX_LIST_ENTRIES => Err((
            "too_long",
            format!("a list has at most {MAX_LIST_ENTRIES} entries"),
        )),
        Value::Array(list) => list
            .iter()
            .map(|entry| match entry {
                Value::String(text) => Ok(Bson::String(checked_text(text)?)),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => Err(("invalid", "a list holds texts only".to_owned())),
            })
            .collect::<Result<_, _>>()
            .map(Bson::Array),
        Value::Null | Value::Object(_) => Err((
            "invalid",
            "a value is a text, an integer, true or false, or a list of texts".to_owned(),
        )),
    }
}

fn checked_text(text: &str) -> Result<String, (&'static str, String)> {
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err((
            "too_long",
            format!("a text has at most {MAX_TEXT_CHARS} characters"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(("invalid", "a text has no control characters".to_owned()));
    }
    Ok(text.to_owned())
}

fn fault(field: &str, code: &str, message: impl Into<String>) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: code.to_owned(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: Value) -> (Attributes, Vec<FieldError>) {
        let mut faults = Vec::new();
        let map = value
            .as_object()
            .expect("the test's attributes are an object")
            .clone();
        (Attributes::parse(&map, &mut faults), faults)
    }

    #[test]
    fn texts_integers_flags_and_lists_of_texts_come_back_as_they_went_in() {
        let value = json!({"weight_g": 2500, "vegan": false, "Für": ["Hund", "Katze"], "flavour": "Purée", "none": []});
        let (attributes, faults) = parse(value.clone());
        assert_eq!(faults, []);
        assert_eq!(
            to_json(attributes.document()).map(Value::Object),
            Some(value)
        );
        assert_eq!(
            attributes.texts().collect::<Vec<_>>(),
            ["Hund", "Katze", "Purée"]
        );
    }

    #[test]
    fn other_values_and_names_with_a_meaning_to_the_database_are_refused() {
        let cases = [
            (json!({"$where": "1"}), "invalid_name"),
            (json!({"a.b": "1"}), "invalid_name"),
            (json!({"": "1"}), "invalid_name"),
            (json!({"a\u{0}": "1"}), "invalid_name"),
            (json!({"a": 1.5}), "not_an_integer"),
            (json!({"a": 1e300}), "not_an_integer"),
            (json!({"a": u64::MAX}), "not_an_integer"),
            (json!({"a": i64::MAX}), "out_of_range"),
            (json!({"a": i64::MIN}), "out_of_range"),
            (json!({"a": null}), "invalid"),
            (json!({"a": {"$gt": ""}}), "invalid"),
            (json!({"a": ["x", 1]}), "invalid"),
            (json!({"a": ["x", ["y"]]}), "invalid"),
            (json!({"a": "x".repeat(501)}), "too_long"),
            (json!({"a": vec!["x"; 31]}), "too_long"),
            (json!({"a": "bell\u{7}"}), "invalid"),
        ];
        for (value, code) in cases {
            let (_, faults) = parse(value.clone());
            assert_eq!(
                faults.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(),
                [code],
                "{value}"
            );
        }
    }
}
