use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

use crate::{Env, parse_duration};

/// One variable at fault. Its value is never part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The variable.
    pub variable: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// Every variable at fault, so that one start names them all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigFaults(pub Vec<Fault>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is not usable:")?;
        self.0
            .iter()
            .try_for_each(|fault| write!(f, " {} {};", fault.variable, fault.reason))
    }
}

/// The shortest secret that is accepted outside development: 16 characters. Generated ones have 32 and more;
/// this only keeps out what somebody typed.
const MIN_SECRET_LENGTH: usize = 16;

/// Parts that show a secret to be a well-known or placeholder one.
const WELL_KNOWN: [&str; 8] = [
    "password",
    "changeme",
    "secret",
    "development",
    "example",
    "guest",
    "postgres",
    "12345",
];

/// Reads variables and collects what is wrong with them.
#[derive(Debug)]
pub struct Reader<'a> {
    env: &'a Env,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Reads from `env`.
    #[must_use]
    pub fn new(env: &'a Env) -> Self {
        Self {
            env,
            faults: Vec::new(),
        }
    }

    /// Notes a fault that only the caller can see, such as two values that do not go together.
    pub fn fault(&mut self, variable: &str, reason: impl Into<String>) {
        self.faults.push(Fault {
            variable: variable.to_owned(),
            reason: reason.into(),
        });
    }

    /// A variable that may be missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        self.env.get(name).map(str::to_owned)
    }

    /// A variable that has to be there. After a fault the value is empty, and [`Self::finish`] refuses.
    pub fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.fault(name, "is not set");
            String::new()
        })
    }

    /// A variable of another type, or `default` when it is not set.
    pub fn parsed<T: FromStr>(&mut self, name: &str, default: T) -> T
    where
        T::Err: fmt::Display,
    {
        match self.env.get(name).map(str::parse) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                let error: T::Err = error;
                self.fault(name, format!("cannot be read: {error}"));
                default
            }
        }
    }

    /// A duration such as `30s`, or `default` when it is not set.
    pub fn duration(&mut self, name: &str, default: Duration) -> Duration {
        match self.env.get(name).map(parse_duration) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                self.fault(name, format!("cannot be read: {error}"));
                default
            }
        }
    }

    /// A switch: `true` or `false`, and `false` when it is not set.
    pub fn flag(&mut self, name: &str) -> bool {
        self.parsed(name, false)
    }

    /// A comma-separated list; empty when it is not set.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let text = self.env.get(name).unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A secret that has to be there: a key or a token. Outside development a short or well-known one is a fault.
    pub fn secret(&mut self, name: &str) -> SecretString {
        let value = self.required(name);
        self.judge_secret(name, &value);
        value.into()
    }

    /// A connection URL with a password in it. Outside development the password has to be there and good.
    pub fn secret_url(&mut self, name: &str) -> SecretString {
        let url = self.required(name);
        self.judge_secret(name, password_of(&url).unwrap_or_default());
        url.into()
    }

    fn judge_secret(&mut self, name: &str, value: &str) {
        if self.env.get(name).is_none()
            || self.env.get("VELURE_ALLOW_DEVELOPMENT_SECRETS") == Some("true")
        {
            return;
        }
        let folded = value.to_lowercase();
        let pem = value.starts_with("-----BEGIN ");
        if value.len() < MIN_SECRET_LENGTH {
            self.fault(
                name,
                format!("holds a secret of fewer than {MIN_SECRET_LENGTH} characters"),
            );
        } else if !pem && WELL_KNOWN.iter().any(|word| folded.contains(word)) {
            self.fault(name, "holds a well-known secret");
        }
    }

    /// `value`, when nothing was at fault.
    ///
    /// # Errors
    /// With every fault that was noted.
    pub fn finish<T>(self, value: T) -> Result<T, ConfigFaults> {
        if self.faults.is_empty() {
            Ok(value)
        } else {
            Err(ConfigFaults(self.faults))
        }
    }
}

/// The password in `scheme://user:password@host`.
fn password_of(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?']).next()?;
    let user_info = authority.rsplit_once('@')?.0;
    Some(user_info.split_once(':')?.1)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn one_start_names_every_fault_and_no_value() {
        let env = Env::of([("A", "eleven"), ("B", "canary"), ("KEY", "canary")]);
        let mut reader = Reader::new(&env);
        reader.parsed("A", 1u16);
        reader.duration("B", Duration::ZERO);
        reader.required("C");
        reader.secret("KEY");
        let faults = reader.finish(()).expect_err("four faults");
        assert_eq!(
            faults
                .0
                .iter()
                .map(|f| f.variable.as_str())
                .collect::<Vec<_>>(),
            ["A", "B", "C", "KEY"]
        );
        assert!(!faults.to_string().contains("canary"));
    }

    #[test]
    fn short_and_well_known_secrets_start_only_in_development() {
        let cases = [
            ("redis://:short@host", false),
            ("postgres://app@host/db", false),
            ("amqp://app:a-password-that-is-long@host", false),
            ("amqp://app:k3J9x0QmV2rT8wLz@host/%2f", true),
        ];
        for (url, good) in cases {
            let mut reader =
                Reader::new(&Env::of([("URL", url)])).finish_with(|r| r.secret_url("URL"));
            assert_eq!(reader.take().is_some(), good, "{url}");
            let development = Env::of([("URL", url), ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true")]);
            let mut reader = Reader::new(&development);
            let secret = reader.secret_url("URL");
            assert_eq!(
                reader.finish(secret).expect("development").expose_secret(),
                url
            );
        }
    }

    impl Reader<'_> {
        fn finish_with<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
            let value = read(&mut self);
            self.finish(value).ok()
        }
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let env = Env::of([("A", "")]);
        assert_eq!(Reader::new(&env).optional("A"), None);
    }

    #[test]
    fn a_list_is_split_at_commas() {
        let env = Env::of([("A", "http://a, http://b,")]);
        assert_eq!(Reader::new(&env).list("A"), ["http://a", "http://b"]);
        assert!(Reader::new(&env).list("B").is_empty());
    }
}
