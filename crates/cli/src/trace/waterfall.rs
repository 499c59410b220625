//! A trace as text.

use std::fmt::Write as _;

use super::store::Trace;
use super::tree::branches;

/// Columns of the times at the right of each line.
const TIMES: usize = 22;
/// The bars have a third of what is left, the names the rest.
const SHARE: usize = 3;

/// One line a span: name, process, when it began, how long it took, and a bar.
pub(super) fn text(trace: &Trace, columns: usize) -> String {
    let columns = columns.clamp(60, 240);
    let bar_width = (columns - TIMES) / SHARE;
    let name_width = columns - TIMES - bar_width - 1;
    let mut out = format!("trace {}", trace.id);
    for order in trace.orders() {
        out.push_str("  order ");
        out.push_str(order);
    }
    let (start, length) = (trace.start(), trace.length());
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "\n{} spans, {} in all\n\n",
        trace.spans.len(),
        duration(length)
    );
    for branch in branches(trace) {
        let span = branch.span;
        let mark = if span.error.is_empty() { "" } else { "✗ " };
        let name = format!(
            "{}{mark}{}  {}",
            "  ".repeat(branch.depth),
            span.name,
            span.service
        );
        let from = span.start - start;
        let _ = writeln!(
            out,
            "{} {:>10} {:>10} {}",
            fitted(&name, name_width),
            format!("+{}", duration(from)),
            duration(span.length()),
            bar(from, span.length(), length, bar_width)
        );
        if !span.error.is_empty() {
            let _ = writeln!(out, "{}  {}", "  ".repeat(branch.depth), span.error);
        }
    }
    out
}

/// The stretch within the whole, at least one column wide.
fn bar(from: u64, length: u64, whole: u64, width: usize) -> String {
    let column = |at: u64| -> usize {
        let at = u128::from(at) * width as u128 / u128::from(whole.max(1));
        usize::try_from(at).unwrap_or(width)
    };
    let first = column(from).min(width.saturating_sub(1));
    let last = column(from + length).clamp(first + 1, width.max(1));
    format!("{}{}", " ".repeat(first), "█".repeat(last - first))
}

/// Exactly `width` characters.
fn fitted(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return format!("{text}{}", " ".repeat(width - length));
    }
    let mut cut: String = text.chars().take(width - 1).collect();
    cut.push('…');
    cut
}

/// A length of time for people, of nanoseconds.
pub(super) fn duration(nanoseconds: u64) -> String {
    let microseconds = nanoseconds / 1_000;
    if microseconds < 1_000 {
        return format!("{microseconds} µs");
    }
    if microseconds < 1_000_000 {
        return format!("{}.{} ms", microseconds / 1_000, microseconds % 1_000 / 100);
    }
    let milliseconds = microseconds / 1_000;
    format!(
        "{}.{:02} s",
        milliseconds / 1_000,
        milliseconds % 1_000 / 10
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tree::tests::{span, with_order};

    #[test]
    fn every_span_is_a_line_with_its_bar_where_its_time_was() {
        let mut failed = span("t", "2", "1", 500, 1000);
        failed.error = "the catalog did not answer".to_owned();
        let trace = Trace {
            id: "t".to_owned(),
            spans: vec![with_order(span("t", "1", "", 0, 1000), "o-1"), failed],
        };
        let text = text(&trace, 82);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "trace t  order o-1");
        assert_eq!(lines[1], "2 spans, 1.00 s in all");
        assert!(lines[3].starts_with("span 1  relay"), "{text}");
        assert!(
            lines[3].ends_with(&format!(" {}", "█".repeat(20))),
            "{text}"
        );
        assert!(lines[4].starts_with("  ✗ span 2  relay"), "{text}");
        assert!(lines[4].contains("+500.0 ms"), "{text}");
        assert!(
            lines[4].ends_with(&format!("{}{}", " ".repeat(10), "█".repeat(10))),
            "{text}"
        );
        assert_eq!(lines[5].trim(), "the catalog did not answer");
    }

    #[test]
    fn a_moment_is_still_one_column_and_nothing_leaves_the_line() {
        assert_eq!(bar(0, 0, 100, 10), "█");
        assert_eq!(bar(100, 0, 100, 10).chars().count(), 10);
        assert_eq!(bar(0, 0, 0, 10), "█");
        assert_eq!(fitted("a long name", 6), "a lon…");
    }

    #[test]
    fn lengths_are_told_in_the_unit_that_fits() {
        let all = [90_000, 1_250_000, 999_000_000, 61_230_000_000].map(duration);
        assert_eq!(all, ["90 µs", "1.2 ms", "999.0 ms", "61.23 s"]);
    }
}
