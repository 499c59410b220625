//! Elements of a drawing.

use std::fmt::Write as _;

/// Height of a line of text.
pub(super) const LINE: f64 = 18.0;
/// The widest a letter is on average, in pixels, at the size that drawings use.
const LETTER: f64 = 7.0;

/// Text as it may stand in an attribute or an element.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// How much room a text needs at most.
pub(super) fn room_for(text: &str) -> f64 {
    f64::from(u32::try_from(text.chars().count()).unwrap_or(0)) * LETTER
}

/// A text that fits: its end is left out where there is no room.
pub(super) fn fitted(text: &str, room: f64) -> String {
    if room_for(text) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if room_for(&short) + 2.0 * LETTER > room {
            break;
        }
        short.push(letter);
    }
    format!("{}…", short.trim_end())
}

/// Where a text begins, ends or has its middle.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing that grows.
#[derive(Debug, Default)]
pub(super) struct Canvas(pub(super) String);

impl Canvas {
    /// Appends; writing to a `String` cannot fail.
    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        if self.0.write_fmt(element).is_err() {
            self.0.push_str("<!-- -->");
        }
    }

    pub(super) fn text(&mut self, class: &str, x: f64, y: f64, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escape(text)
        ));
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.add(format_args!(
            "<path class=\"{class}\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    pub(super) fn bar(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\"/>"
        ));
    }

    pub(super) fn dot(&mut self, class: &str, x: f64, y: f64) {
        self.add(format_args!(
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>"
        ));
    }

    /// A line through points; `dashes` tell lines apart for whom colours do not.
    pub(super) fn curve(&mut self, class: &str, dashes: &str, points: &[(f64, f64)]) {
        let mut path = String::new();
        for (n, (x, y)) in points.iter().enumerate() {
            path.push_str(&format!("{}{x:.1} {y:.1}", if n == 0 { "M" } else { "L" }));
        }
        let dashes = if dashes.is_empty() {
            String::new()
        } else {
            format!(" stroke-dasharray=\"{dashes}\"")
        };
        self.add(format_args!(
            "<path class=\"s {class}\"{dashes} d=\"{path}\"/>"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_ends_an_element() {
        assert_eq!(escape("a < \"b\" & c>"), "a &lt; &quot;b&quot; &amp; c&gt;");
    }

    #[test]
    fn a_long_name_is_cut_and_says_so() {
        assert_eq!(fitted("short", 100.0), "short");
        let cut = fitted("price of mq.m7g.medium.hour", 70.0);
        assert!(cut.ends_with('…') && room_for(&cut) <= 70.0, "{cut}");
    }
}
