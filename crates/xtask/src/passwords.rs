//! Generated passwords of a run, kept beside its data.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{private_file, random};

/// One password a name, made when it is first asked for and the same ever after.
#[derive(Debug)]
pub(crate) struct Passwords {
    file: PathBuf,
    known: BTreeMap<String, String>,
}

impl Passwords {
    /// The passwords in `file`, which need not exist yet.
    pub(crate) fn open(file: PathBuf) -> Result<Self> {
        let known = if file.exists() {
            let text = fs::read(&file).context("the passwords cannot be read")?;
            serde_json::from_slice(&text).context("the file of passwords is damaged")?
        } else {
            BTreeMap::new()
        };
        Ok(Self { file, known })
    }

    /// The password called `name`. It is on disk before anything can be locked with it.
    pub(crate) fn of(&mut self, name: &str) -> Result<String> {
        if let Some(password) = self.known.get(name) {
            return Ok(password.clone());
        }
        let password = random::password();
        self.known.insert(name.to_owned(), password.clone());
        let text = serde_json::to_string_pretty(&self.known).context("text can be written")?;
        private_file::write(&self.file, &text)?;
        Ok(password)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_password_stays_the_same_in_the_next_run_and_is_private() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("passwords.json");
        let mut first = Passwords::open(file.clone()).expect("nothing is there yet");
        let password = first.of("postgres").expect("it can be made");
        let mut second = Passwords::open(file.clone()).expect("the file is there");
        assert_eq!(second.of("postgres").expect("it is known"), password);
        assert_ne!(second.of("redis").expect("it can be made"), password);
        let mode = fs::metadata(&file).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
