//! What a person reads while a command works.

use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Result;

/// One line of output. A reader that has gone away is no reason to stop half-way.
pub(crate) fn line(text: impl Display) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// A step that begins.
pub(crate) fn step(text: impl Display) {
    line(format_args!("==> {text}"));
}

/// A remark below a step.
pub(crate) fn note(text: impl Display) {
    line(format_args!("    {text}"));
}

/// Runs one phase under a heading and says how long it took, whatever came out of it.
pub(crate) fn phase<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    step(name);
    let start = Instant::now();
    let outcome = work();
    let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
    note(format_args!(
        "{name}: {verdict} in {}",
        seconds(start.elapsed())
    ));
    outcome
}

/// A duration as people read it.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{whole}.{} s", duration.subsec_millis() / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_the_unit_that_fits() {
        assert_eq!(seconds(Duration::from_millis(1_290)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
