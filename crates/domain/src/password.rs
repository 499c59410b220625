use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

/// A password good enough to be set: 8 to 128 characters and not one that everybody tries first.
///
/// Taken as it is: nothing is trimmed, folded or cut, and no kind of character is asked for (ASVS 5.0, 6.2).
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

/// A password that is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 8 characters.
    #[error("a password has at least {} characters", NewPassword::MIN_LENGTH)]
    TooShort,
    /// More than 128 characters.
    #[error("a password has at most {} characters", NewPassword::MAX_LENGTH)]
    TooLong,
    /// One of the passwords that are tried first.
    #[error("this password is too common")]
    Common,
}

impl NewPassword {
    /// The fewest characters.
    pub const MIN_LENGTH: usize = 8;
    /// The most characters: a longer one only costs hashing time.
    pub const MAX_LENGTH: usize = 128;

    /// Checks `text`.
    ///
    /// # Errors
    /// When it is too short, too long or too common.
    pub fn new(text: String) -> Result<Self, PasswordError> {
        match text.chars().count() {
            ..Self::MIN_LENGTH => Err(PasswordError::TooShort),
            Self::MIN_LENGTH..=Self::MAX_LENGTH
                if COMMON.contains(text.to_lowercase().as_str()) =>
            {
                Err(PasswordError::Common)
            }
            Self::MIN_LENGTH..=Self::MAX_LENGTH => Ok(Self(text)),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// The password itself, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// Passwords of 8 and more characters that head every published list of leaked ones, and the shop's own words.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("common_passwords.txt")
        .lines()
        .filter(|l| !l.is_empty())
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_8_to_128_characters() {
        assert_eq!(
            NewPassword::new("1234567".into()),
            Err(PasswordError::TooShort)
        );
        assert_eq!(
            NewPassword::new("ß".repeat(7)),
            Err(PasswordError::TooShort)
        );
        assert!(NewPassword::new("ß".repeat(128)).is_ok());
        assert_eq!(
            NewPassword::new("x".repeat(129)),
            Err(PasswordError::TooLong)
        );
    }

    #[test]
    fn the_passwords_that_everybody_tries_first_are_refused_in_any_case() {
        for bad in [
            "password",
            "PassWord1",
            "12345678",
            "qwertyuiop",
            "velure123",
        ] {
            assert_eq!(
                NewPassword::new(bad.into()),
                Err(PasswordError::Common),
                "{bad}"
            );
        }
    }

    #[test]
    fn every_listed_password_is_long_enough_to_matter() {
        for listed in COMMON.iter() {
            assert!(
                listed.chars().count() >= NewPassword::MIN_LENGTH,
                "{listed}"
            );
            assert_eq!(*listed, listed.to_lowercase());
        }
    }
}
