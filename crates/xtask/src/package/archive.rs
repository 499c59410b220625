//! The zip of one function: one file, and nothing in it that depends on when, where or by whom it was made.

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

/// What `provided.al2023` starts.
const PROGRAM: &str = "bootstrap";

/// How much time a zip is worth.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effort {
    /// It is sent to AWS, and read at every cold start.
    Small,
    /// It is for a test on this machine.
    Quick,
}

/// The zip around `binary`. The same binary gives the same bytes: the time is the format's first, the permissions are
/// written down here, and the compressor's version is in `Cargo.lock`.
pub(super) fn make(binary: &[u8], effort: Effort) -> Result<Vec<u8>> {
    let level = match effort {
        Effort::Small => 9,
        Effort::Quick => 1,
    };
    let options = SimpleFileOptions::DEFAULT
        .system(System::Unix)
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(PROGRAM, options)?;
    writer.write_all(binary)?;
    Ok(writer.finish()?.into_inner())
}

/// Writes `zip` where a reader finds all of it or what was there before.
pub(super) fn store(file: &Path, zip: &[u8]) -> Result<()> {
    let partial = file.with_extension("zip.partial");
    fs::write(&partial, zip).with_context(|| format!("{} cannot be written", partial.display()))?;
    fs::rename(&partial, file).with_context(|| format!("{} cannot be written", file.display()))
}

/// The binary in a zip.
pub(super) fn open(file: &Path) -> Result<Vec<u8>> {
    let zip = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let damaged = || format!("{} is no function's zip", file.display());
    let mut archive = ZipArchive::new(zip).with_context(damaged)?;
    let mut entry = archive.by_name(PROGRAM).with_context(damaged)?;
    let mut binary = Vec::new();
    entry.read_to_end(&mut binary).with_context(damaged)?;
    Ok(binary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_binary_gives_the_same_bytes_and_comes_out_as_it_went_in() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let binary: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let one = make(&binary, Effort::Small).expect("a zip");
        // A clock that goes on, and another place, change nothing.
        let file = folder.path().join("place-order.zip");
        store(&file, &make(&binary, Effort::Small).expect("a zip")).expect("it can be written");
        assert!(fs::read(&file).expect("it can be read") == one);
        assert!(open(&file).expect("a function's zip") == binary);
        assert!(one.len() < binary.len());
        assert!(make(&binary[1..], Effort::Small).expect("a zip") != one);
    }

    #[test]
    fn the_one_file_is_a_program_from_the_first_of_january_1980() {
        let zip = make(b"program", Effort::Small).expect("a zip");
        let mut archive = ZipArchive::new(Cursor::new(zip)).expect("a zip");
        assert_eq!(archive.len(), 1);
        let entry = archive.by_index(0).expect("an entry");
        assert_eq!(entry.name().expect("a name"), "bootstrap");
        assert_eq!(entry.unix_mode().map(|mode| mode & 0o7777), Some(0o755));
        assert_eq!(entry.last_modified(), Some(DateTime::DEFAULT));
        assert!(entry.extra_data().is_none_or(|data| data.is_empty()));
    }

    #[test]
    fn what_is_no_zip_is_said_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("get-me.zip");
        fs::write(&file, "no zip").expect("a file can be written");
        let said = format!("{:#}", open(&file).expect_err("no zip"));
        assert!(said.contains("get-me.zip is no function's zip"), "{said}");
    }
}
