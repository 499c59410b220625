//! How texts are compared: without case, accents and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words are cut: an index entry has a bound, and nobody types more.
const MAX_WORD_CHARS: usize = 40;

/// The words of `text`, folded, in their order. Only letters and digits are left in them.
///
/// An apostrophe joins (`dog's` is `dogs`), anything else that is neither letter nor digit separates.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(MAX_WORD_CHARS).collect())
        .collect()
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let plain = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase);
    for c in plain {
        match c {
            '\'' | '\u{2019}' | '\u{02bc}' => {}
            // Letters that Unicode does not take apart, as people type them without the right keyboard.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_accents_and_punctuation() {
        let cases: [(&str, &[&str]); 9] = [
            ("Purée", &["puree"]),
            ("PURE\u{301}E", &["puree"]),
            ("Grain-free  (2.5 kg)", &["grain", "free", "2", "5", "kg"]),
            ("dog's dog’s", &["dogs", "dogs"]),
            ("İstanbul ıspanak", &["istanbul", "ispanak"]),
            (
                "Straße Smørrebrød Æther",
                &["strasse", "smorrebrod", "aether"],
            ),
            ("ﬁsh ½", &["fish", "1", "2"]),
            (".* ^$ {\"$ne\": 1}", &["ne", "1"]),
            ("  ", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_folded_word_folds_to_itself() {
        for text in ["Purée", "İ", "ǅ", "ŉ", "K", "Åland", "ﬃ", "ϓ"] {
            for word in words(text) {
                assert_eq!(words(&word).join(" "), word, "{text}");
            }
        }
    }

    #[test]
    fn a_word_has_a_bound() {
        assert_eq!(words(&"a".repeat(5000)), ["a".repeat(MAX_WORD_CHARS)]);
    }
}
