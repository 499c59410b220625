//! Makes two answers comparable that differ only in what was generated for each.

use std::collections::HashMap;

use serde_json::Value;
use velure_testkit::http::Answer;

/// Headers that belong to the connection and not to the answer.
const OF_THE_CONNECTION: [&str; 5] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "transfer-encoding",
];

/// An answer without what differs from one shell to the other by nature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Normal {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// How much of an answer is generated for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    /// Nothing but the request's id: everything else is equal to the byte.
    Bytes,
    /// Ids, times, tokens: they take the same places in both answers, and an id that comes twice comes twice in both.
    Generated,
}

impl Normal {
    /// # Errors
    /// With what every answer has and this one lacks.
    pub(crate) fn of(answer: &Answer, compare: Compare) -> Result<Self, String> {
        let id = answer.header("x-request-id").ok_or("no x-request-id")?;
        let names_its_request = answer.text().contains(id);
        if answer.status >= 400 && !answer.body.is_empty() {
            is_problem(answer, id)?;
        } else if names_its_request {
            return Err("a body that names its request".to_owned());
        }
        let mut seen = Seen::default();
        let mut clean = |text: &str| match compare {
            Compare::Bytes => text.to_owned(),
            Compare::Generated => seen.replace(text),
        };
        let body = clean(&answer.text().replace(id, "<request>"));
        let mut headers = Vec::new();
        for (name, value) in &answer.headers {
            if name == "x-request-id" || OF_THE_CONNECTION.contains(&name.as_str()) {
                continue;
            }
            let value = String::from_utf8_lossy(value.as_bytes());
            let value = match name.as_str() {
                "set-cookie" if compare == Compare::Generated => without_value(&value),
                // A wait that is counted down goes on between the two requests.
                "retry-after" if compare == Compare::Generated => whole_seconds(&value)?,
                _ => clean(&value),
            };
            headers.push((name.as_str().to_owned(), value));
        }
        headers.sort();
        Ok(Self {
            status: answer.status,
            headers,
            body,
        })
    }
}

/// Every error has the same shape, and 429 and 503 say when to come back.
fn is_problem(answer: &Answer, id: &str) -> Result<(), String> {
    if answer.header("content-type") != Some("application/problem+json") {
        return Err(format!("an error that is no problem: {}", answer.text()));
    }
    let body = answer.json();
    let status = u64::from(answer.status);
    let text = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    if body["status"] != status
        || body["request_id"] != id
        || !["type", "title", "code", "detail"].into_iter().all(text)
    {
        return Err(format!("an incomplete problem: {body}"));
    }
    if matches!(answer.status, 429 | 503) && answer.header("retry-after").is_none() {
        return Err(format!("{} without retry-after", answer.status));
    }
    for internal in [
        "sqlx",
        "postgres",
        "mongo",
        "redis",
        "127.0.0.1",
        "panicked",
        ".rs:",
        "velure_",
    ] {
        if answer.text().to_lowercase().contains(internal) {
            return Err(format!("internals in {body}"));
        }
    }
    Ok(())
}

fn without_value(cookie: &str) -> String {
    let (name, rest) = cookie.split_once('=').unwrap_or((cookie, ""));
    let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
    let value = if value.is_empty() { "" } else { "<value>" };
    format!("{name}={value};{attributes}")
}

fn whole_seconds(value: &str) -> Result<String, String> {
    match value.parse::<u32>() {
        Ok(1..) => Ok("<seconds>".to_owned()),
        Ok(0) | Err(_) => Err(format!("retry-after: {value}")),
    }
}

/// What was generated, numbered as it comes.
#[derive(Debug, Default)]
struct Seen(HashMap<String, usize>);

impl Seen {
    fn replace(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let after_word = out.ends_with(|c: char| c.is_ascii_alphanumeric());
            match generated(rest).filter(|_| !after_word) {
                Some((kind, length)) => {
                    // Two times may or may not fall into one millisecond.
                    if kind == "time" {
                        out.push_str("<time>");
                    } else {
                        let next = self.0.len() + 1;
                        let number = *self.0.entry(rest[..length].to_lowercase()).or_insert(next);
                        out.push_str(&format!("<{kind} {number}>"));
                    }
                    rest = &rest[length..];
                }
                None => {
                    let character = rest.chars().next().expect("invariant: there is a rest");
                    out.push(character);
                    rest = &rest[character.len_utf8()..];
                }
            }
        }
        out
    }
}

/// What kind of generated value `text` starts with, and how long it is.
fn generated(text: &str) -> Option<(&'static str, usize)> {
    let matches = |pattern: &str| {
        text.len() >= pattern.len()
            && text
                .bytes()
                .zip(pattern.bytes())
                .all(|(byte, wanted)| match wanted {
                    b'x' => byte.is_ascii_hexdigit(),
                    b'9' => byte.is_ascii_digit(),
                    literal => byte == literal,
                })
    };
    let ends = |length: usize| {
        !text
            .as_bytes()
            .get(length)
            .is_some_and(u8::is_ascii_alphanumeric)
    };
    if matches("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") && ends(36) {
        return Some(("uuid", 36));
    }
    if matches("xxxxxxxxxxxxxxxxxxxxxxxx") && ends(24) {
        return Some(("id", 24));
    }
    if matches("9999-99-99T99:99:99") {
        let fraction = text[19..]
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
            .count();
        return text[19 + fraction..]
            .starts_with('Z')
            .then_some(("time", 20 + fraction));
    }
    None
}

#[test]
fn what_is_generated_keeps_its_place_and_what_is_not_is_compared() {
    let order = |id: &str, at: &str, total: u32| {
        Seen::default().replace(&format!(
            r#"{{"id":"{id}","at":"{at}","again":"/orders/{id}","total":{total}}}"#
        ))
    };
    let one = order(
        "0198a7e2-2f6c-7c11-8a52-0f6a2c91aa01",
        "2026-01-02T03:04:05.123456Z",
        7,
    );
    let other = order(
        "0198a7e2-2f6c-7c11-8a52-0f6a2c91aa02",
        "2026-01-02T03:04:06Z",
        7,
    );
    assert_eq!(
        one,
        r#"{"id":"<uuid 1>","at":"<time>","again":"/orders/<uuid 1>","total":7}"#
    );
    assert_eq!(one, other);
    assert_ne!(
        one,
        order(
            "0198a7e2-2f6c-7c11-8a52-0f6a2c91aa02",
            "2026-01-02T03:04:06Z",
            8
        )
    );
    assert_eq!(
        Seen::default().replace("65f0c0ffee65f0c0ffee65f01"),
        "65f0c0ffee65f0c0ffee65f01"
    );
    let body: Value = serde_json::from_str(&one).expect("still JSON");
    assert_eq!(body["total"], 7);
}
