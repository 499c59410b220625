//! What a running stack tells other commands and the end-to-end tests, as `stack.json` in its run folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::private_file;
use crate::process::RunFolder;

/// A running stack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Description {
    /// The origin that the browser sees.
    pub(crate) url: String,
    /// The run folder.
    pub(crate) dir: PathBuf,
    /// Where the processes write.
    pub(crate) logs: PathBuf,
    /// `/live`, `/ready` and `/metrics` of each process.
    pub(crate) admin: BTreeMap<String, String>,
    /// The functions without the origin in front of them.
    pub(crate) functions_url: String,
    /// The stream gateway without the origin in front of it.
    pub(crate) gateway_url: String,
    /// Database URLs of the superuser, by database.
    pub(crate) databases: BTreeMap<String, String>,
    /// The document store.
    pub(crate) mongodb_uri: String,
    /// Redis.
    pub(crate) redis_url: String,
    /// Where the processes send their spans.
    pub(crate) spans_to: String,
    /// Where the proxy before the servers takes orders, when there is one.
    pub(crate) fault_proxy: Option<String>,
    /// The broker's management interface, as its administrator.
    pub(crate) rabbitmq_management_url: String,
    /// What the operators' commands are told, among it everybody's passwords.
    pub(crate) administrator: BTreeMap<String, String>,
    /// What `velure seed` printed: the demo accounts.
    pub(crate) accounts: Vec<String>,
    /// A command line that takes an action (`stop`, `kill`, `start`, `restart`) and the name of a process.
    pub(crate) control: Vec<String>,
}

impl Description {
    /// Where the description of `run` is.
    pub(crate) fn file(run: &RunFolder) -> PathBuf {
        run.path().join("stack.json")
    }

    /// Writes the description into its run folder.
    pub(crate) fn write(&self, run: &RunFolder) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context("a description is plain data")?;
        private_file::write(&Self::file(run), &text)
    }

    /// The description of a run that has got that far.
    pub(crate) fn read(run: &RunFolder) -> Option<Self> {
        serde_json::from_slice(&fs::read(Self::file(run)).ok()?).ok()
    }
}
