use std::any::Any;
use std::panic::PanicHookInfo;

use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::json::JsonLines;

/// A text that is no filter.
#[derive(Debug, thiserror::Error)]
#[error("a log filter is written like info,velure_relay=debug")]
pub struct FilterError(#[source] ParseError);

/// The logs could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read. Everything from `info` on is logged all the same.
    #[error("VELURE_LOG cannot be read")]
    Filter(#[source] FilterError),
    /// This process logs already.
    #[error("the logs are set up already")]
    Twice,
}

/// Sends events as JSON lines to stdout, and panics too.
///
/// # Errors
/// When `filter` cannot be read (then `info` holds, so that the fault itself can be logged), or on a second call.
pub fn init_logs(filter: Option<&str>) -> Result<(), LogError> {
    let (targets, fault) = match filter.map(parse_filter) {
        None => (default_filter(), None),
        Some(Ok(targets)) => (targets, None),
        Some(Err(error)) => (default_filter(), Some(error)),
    };
    tracing_subscriber::registry()
        .with(targets)
        .with(JsonLines::new(std::io::stdout))
        .try_init()
        .map_err(|_| LogError::Twice)?;
    std::panic::set_hook(Box::new(log_panic));
    fault.map_or(Ok(()), |error| Err(LogError::Filter(error)))
}

fn default_filter() -> Targets {
    Targets::new().with_default(LevelFilter::INFO)
}

fn parse_filter(text: &str) -> Result<Targets, FilterError> {
    text.parse().map_err(FilterError)
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let thread = std::thread::current();
    tracing::error!(
        panic.message = message_of(panic.payload()),
        panic.location = location,
        panic.thread = thread.name().unwrap_or_default(),
        "panicked"
    );
}

/// A message that was put together quotes what the code worked on, as `expect` does with the error's value; where it
/// happened says as much, and nothing of a shopper.
fn message_of(payload: &(dyn Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .unwrap_or("withheld")
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_filter_is_a_level_and_levels_for_targets() {
        let filter = parse_filter("warn,velure_relay=debug").expect("a filter");
        assert!(filter.would_enable("velure_relay::window", &Level::DEBUG));
        assert!(filter.would_enable("sqlx", &Level::WARN));
        assert!(!filter.would_enable("sqlx", &Level::INFO));
        assert!(parse_filter("velure_relay=loud").is_err());
    }

    #[test]
    fn a_panic_is_told_in_the_codes_own_words_or_in_none() {
        assert_eq!(message_of(&"static"), "static");
        assert_eq!(message_of(&String::from("made of a canary")), "withheld");
        assert_eq!(message_of(&7), "withheld");
    }
}
