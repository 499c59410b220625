//! `NAME=value` lines, as `velure keys generate` prints them and `cargo lambda watch` reads them.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

/// Reads lines; blank ones and comments are passed over, one pair of quotes around a value is taken off, and `\n` in
/// double quotes is a line break.
pub(crate) fn parse(text: &str) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.strip_prefix("export ").unwrap_or(line).split_once('=')
        else {
            bail!("line {} is not NAME=value", number + 1);
        };
        all.insert(name.trim().to_owned(), unquote(value.trim()));
    }
    Ok(all)
}

fn unquote(value: &str) -> String {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(value) = inside('"') {
        return unescape(value);
    }
    inside('\'').unwrap_or(value).to_owned()
}

fn unescape(value: &str) -> String {
    let mut out = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            other => out.push(other),
        }
    }
    out
}

/// Writes lines that `parse` and cargo-lambda read back.
pub(crate) fn write(all: &BTreeMap<String, String>) -> String {
    all.iter()
        .map(|(name, value)| {
            let plain = value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-./:@%?&=,+".contains(c));
            if plain {
                format!("{name}={value}\n")
            } else {
                let value = value
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n");
                format!("{name}=\"{value}\"\n")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut all = BTreeMap::new();
        all.insert("URL".to_owned(), "redis://:a@127.0.0.1:1".to_owned());
        all.insert(
            "KEY".to_owned(),
            "-----BEGIN PRIVATE KEY-----\nab\n-----END PRIVATE KEY-----\n".to_owned(),
        );
        all.insert("JWKS".to_owned(), r#"{"keys":["a\\n"]}"#.to_owned());
        assert_eq!(parse(&write(&all)).expect("it was just written"), all);
    }

    #[test]
    fn comments_and_blank_lines_are_no_variables() {
        let all = parse("# a\n\nexport A='b c'\n").expect("the lines are good");
        assert_eq!(all.get("A").map(String::as_str), Some("b c"));
        assert_eq!(all.len(), 1);
    }

    #[test]
    fn a_line_without_a_value_is_refused_by_its_number() {
        let error = parse("A=1\nnonsense\n").expect_err("the second line is bad");
        assert!(error.to_string().contains("line 2"));
    }
}
