use std::str::FromStr;

/// The name shown to a user: 1 to 100 characters, without spaces around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DisplayName(String);

/// A text that is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DisplayNameError {
    #[error("a name is required")]
    Missing,
    #[error("a name has at most 100 characters")]
    TooLong,
    #[error("a name has no control characters")]
    ControlCharacter,
}

impl DisplayNameError {
    /// The word that clients switch on.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "required",
            Self::TooLong => "too_long",
            Self::ControlCharacter => "invalid",
        }
    }
}

impl DisplayName {
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for DisplayName {
    type Err = DisplayNameError;

    fn from_str(text: &str) -> Result<Self, DisplayNameError> {
        let text = text.trim();
        // PostgreSQL has no text with a zero byte in it, and the other control characters are nobody's name either.
        if text.chars().any(char::is_control) {
            return Err(DisplayNameError::ControlCharacter);
        }
        match text.chars().count() {
            0 => Err(DisplayNameError::Missing),
            1..=100 => Ok(Self(text.to_owned())),
            _ => Err(DisplayNameError::TooLong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_100_characters_and_none_that_control() {
        assert_eq!(" Ada ".parse(), Ok(DisplayName("Ada".into())));
        assert!("ß".repeat(100).parse::<DisplayName>().is_ok());
        assert_eq!(
            "x".repeat(101).parse::<DisplayName>(),
            Err(DisplayNameError::TooLong)
        );
        assert_eq!("  ".parse::<DisplayName>(), Err(DisplayNameError::Missing));
        assert_eq!(
            "a\0b".parse::<DisplayName>(),
            Err(DisplayNameError::ControlCharacter)
        );
    }
}
