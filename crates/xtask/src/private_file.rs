//! Files that only we can read.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};

/// Writes a file, whole or not at all.
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    let half = file.with_extension("part");
    // A half-written file of a killed run may have been made by anybody with any mode.
    drop(fs::remove_file(&half));
    fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&half)
        .and_then(|mut handle| handle.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&half, file))
        .with_context(|| format!("{} cannot be written", file.display()))
}
