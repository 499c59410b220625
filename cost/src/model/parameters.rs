//! What the model assumes besides prices and measurements: named numbers with a range and a source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::prices::Grade;

const FILE: &str = include_str!("../../inputs/parameters.json");

/// One assumption.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// How the model asks for it.
    pub name: String,
    /// What one is.
    pub unit: String,
    /// The least that is plausible.
    pub low: f64,
    /// The best guess.
    pub value: f64,
    /// The most that is plausible.
    pub high: f64,
    /// How well it is known.
    pub grade: Grade,
    /// From where, or how it was assumed.
    pub source: String,
}

/// The assumptions that come with this program.
pub fn shipped() -> Result<Vec<Parameter>, serde_json::Error> {
    serde_json::from_str(FILE)
}

/// The numbers of one computation.
#[derive(Debug, Clone)]
pub struct Values(BTreeMap<String, f64>);

impl Values {
    /// The best guesses.
    #[must_use]
    pub fn best(parameters: &[Parameter]) -> Self {
        Self(
            parameters
                .iter()
                .map(|one| (one.name.clone(), one.value))
                .collect(),
        )
    }

    /// The number of a name. Every name that the model uses is in the file, which a test checks; another one is nought.
    #[must_use]
    pub fn get(&self, name: &str) -> f64 {
        let value = self.0.get(name).copied();
        debug_assert!(value.is_some(), "{name} is not in inputs/parameters.json");
        value.unwrap_or(0.0)
    }

    /// The same with another number.
    pub fn set(&mut self, name: &str, value: f64) {
        self.0.insert(name.to_owned(), value);
    }
}
