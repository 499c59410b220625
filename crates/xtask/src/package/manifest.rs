//! What lies in a folder of packages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Architecture;

const FILE: &str = "manifest.json";

/// The packages of one architecture. The same packages give the same file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(super) architecture: Architecture,
    /// By the function's name.
    pub(super) functions: BTreeMap<String, Package>,
}

/// The zip of one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Package {
    /// Of the zip, in hexadecimal digits.
    pub(super) sha256: String,
    pub(super) zip_bytes: usize,
    pub(super) binary_bytes: usize,
    /// The newest C library that the binary asks for.
    pub(super) glibc: Option<String>,
}

impl Manifest {
    pub(super) fn new(architecture: Architecture) -> Self {
        Self {
            architecture,
            functions: BTreeMap::new(),
        }
    }

    /// The manifest of a folder, when it has one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>> {
        let file = folder.join(FILE);
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let manifest = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged: remove it", file.display()))?;
        Ok(Some(manifest))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let file = folder.join(FILE);
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
