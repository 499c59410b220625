use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What a line does to what is said on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Everything passes.
    Open,
    /// Everything passes in pieces of at most 4 KiB, each of them this much after the one before.
    Slow(Duration),
    /// Nothing passes, and nothing is lost: what is said meanwhile passes afterwards.
    Stalled,
    /// What clients say passes, and what servers say is lost. A connection that lost something is of no use afterwards
    /// and is reset when the condition changes.
    Unheard,
    /// Each connection is reset after its server said so many bytes more: in the middle of a frame.
    Torn(u64),
    /// Every connection is reset, and so is each new one: the server was killed.
    Cut,
}

/// A text names no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of open, slow:<milliseconds>, stalled, unheard, torn:<bytes>, cut")]
pub struct ConditionError(String);

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let none = || ConditionError(text.to_owned());
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number.parse().map_err(|_| none())?)),
            None => (text, None),
        };
        match (name, number) {
            ("open", None) => Ok(Self::Open),
            ("slow", Some(wait)) => Ok(Self::Slow(Duration::from_millis(wait))),
            ("stalled", None) => Ok(Self::Stalled),
            ("unheard", None) => Ok(Self::Unheard),
            ("torn", Some(after)) => Ok(Self::Torn(after)),
            ("cut", None) => Ok(Self::Cut),
            _ => Err(none()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Slow(wait) => write!(f, "slow:{}", wait.as_millis()),
            Self::Stalled => f.write_str("stalled"),
            Self::Unheard => f.write_str("unheard"),
            Self::Torn(after) => write!(f, "torn:{after}"),
            Self::Cut => f.write_str("cut"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_condition_is_called_is_read_as_the_same_condition() {
        for condition in [
            Condition::Open,
            Condition::Slow(Duration::from_millis(40)),
            Condition::Stalled,
            Condition::Unheard,
            Condition::Torn(700),
            Condition::Cut,
        ] {
            assert_eq!(condition.to_string().parse(), Ok(condition));
        }
    }

    #[test]
    fn other_names_and_numbers_are_refused() {
        for text in [
            "", "fast", "slow", "slow:", "slow:-1", "cut:3", "torn:x", "open ",
        ] {
            assert!(text.parse::<Condition>().is_err(), "{text:?}");
        }
    }
}
