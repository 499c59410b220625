use std::fmt;
use std::str::FromStr;

/// An e-mail address, lower-cased: two spellings of one mailbox are one account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// A text that no mailbox can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address")]
pub struct EmailError;

impl EmailAddress {
    /// The longest address: SMTP's path limit (RFC 5321, 4.5.3.1.3) without its angle brackets.
    pub const MAX_LENGTH: usize = 254;

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = EmailError;

    /// Accepts what can be delivered to: one `@`, a local part of at most 64 bytes, a domain with a dot, no spaces
    /// or control characters. Only a message that arrives proves more.
    fn from_str(text: &str) -> Result<Self, EmailError> {
        let folded = text.trim().to_lowercase();
        let (local, domain) = folded.rsplit_once('@').ok_or(EmailError)?;
        let plain = |part: &str| {
            !part
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c))
        };
        let labels = domain.split('.').collect::<Vec<_>>();
        let domain_ok = labels.len() > 1
            && labels.iter().all(|l| {
                !l.is_empty()
                    && l.len() <= 63
                    && !l.starts_with('-')
                    && !l.ends_with('-')
                    && l.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        let local_ok = (1..=64).contains(&local.len())
            && plain(local)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        if folded.len() <= Self::MAX_LENGTH && local_ok && domain_ok {
            Ok(Self(folded))
        } else {
            Err(EmailError)
        }
    }
}

impl fmt::Debug for EmailAddress {
    /// Never shows the address: it is personal data, and `Debug` ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_surrounding_spaces_do_not_make_another_account() {
        let email = " Ada@Example.COM "
            .parse::<EmailAddress>()
            .expect("a legal address");
        assert_eq!(email.as_str(), "ada@example.com");
    }

    #[test]
    fn what_cannot_be_a_mailbox_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}com", "b.".repeat(130));
        for bad in [
            "", "@", "a@", "@b.c", "a@b", "a b@c.d", "a@b..c", "a@-b.c", "a@b@c.d", ".a@b.c",
            "a..b@c.d", "a\n@b.c", &long, &longer,
        ] {
            assert_eq!(bad.parse::<EmailAddress>(), Err(EmailError), "{bad}");
        }
    }

    #[test]
    fn an_address_does_not_show_in_debug_output() {
        let email = "ada@example.com"
            .parse::<EmailAddress>()
            .expect("a legal address");
        assert!(!format!("{email:?}").contains("ada"));
    }
}
