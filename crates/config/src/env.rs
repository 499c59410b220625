use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{ConfigFaults, secrets};

/// Environment variables as a value: the process's own, or a test's.
#[derive(Clone, Default)]
pub struct Env {
    variables: Arc<BTreeMap<String, String>>,
}

impl Env {
    /// The variables of this process. The only place that reads them.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of the process environment"
    )]
    pub fn process() -> Self {
        Self::of(std::env::vars())
    }

    /// These variables and no others.
    pub fn of<K: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self {
            variables: Arc::new(
                variables
                    .into_iter()
                    .map(|(k, v)| (k.into(), v.into()))
                    .collect(),
            ),
        }
    }

    /// These variables over the ones at hand.
    #[must_use]
    pub fn with<K: Into<String>, V: Into<String>>(
        &self,
        more: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut variables = (*self.variables).clone();
        variables.extend(more.into_iter().map(|(k, v)| (k.into(), v.into())));
        Self {
            variables: Arc::new(variables),
        }
    }

    /// A variable; one that is empty counts as not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Every variable that is set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Fetches what the `…_SECRET_ARN` variables name, all at once, and puts it where it belongs.
    ///
    /// Without such a variable nothing is asked and nothing is built.
    ///
    /// # Errors
    /// When a secret is set twice or cannot be fetched within five seconds.
    pub async fn resolve(self) -> Result<Self, ConfigFaults> {
        secrets::resolve(self).await
    }
}

impl std::fmt::Debug for Env {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.variables.keys()).finish()
    }
}
