//! Where things are in this checkout.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::environment;

/// The root of the repository and the places that follow from it.
#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    root: PathBuf,
    /// The folder of cargo's target folder that binaries are taken from.
    profile: &'static str,
}

impl Checkout {
    /// Finds the checkout: from the manifest when cargo runs us, else upwards from the current folder.
    pub(crate) fn locate() -> Result<Self> {
        let start = match environment::value("CARGO_MANIFEST_DIR") {
            Some(manifest) => PathBuf::from(manifest),
            None => std::env::current_dir().context("the current folder cannot be read")?,
        };
        let root = start
            .ancestors()
            .find(|folder| folder.join("crates/xtask/Cargo.toml").is_file())
            .context("this is not inside a checkout of Velure")?;
        Ok(Self {
            root: root.to_path_buf(),
            profile: "debug",
        })
    }

    #[cfg(test)]
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            profile: "debug",
        }
    }

    /// The same checkout with the binaries of a release build, for measurements.
    pub(crate) fn released(&self) -> Self {
        self.with("release")
    }

    /// The same checkout with the binaries of an optimised build that has its fail points, for large campaigns.
    pub(crate) fn optimised(&self) -> Self {
        self.with("chaos")
    }

    fn with(&self, profile: &'static str) -> Self {
        Self {
            root: self.root.clone(),
            profile,
        }
    }

    /// The repository's root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path relative to the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Everything that automation writes, except cargo's and npm's own output.
    pub(crate) fn state(&self) -> PathBuf {
        self.path(".velure")
    }

    /// The run folder of `make dev` and `make watch`; its data is kept.
    pub(crate) fn dev(&self) -> PathBuf {
        self.path(".velure/dev")
    }

    /// The run folder of `make observe`; its data is kept.
    pub(crate) fn observe(&self) -> PathBuf {
        self.path(".velure/observe")
    }

    /// The folder of all throw-away runs.
    pub(crate) fn throw_away(&self) -> PathBuf {
        self.path(".velure/test")
    }

    /// A program of the private Python environment.
    pub(crate) fn venv_program(&self, program: &str) -> PathBuf {
        self.path(".velure/venv/bin").join(program)
    }

    /// A binary of this workspace.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.target(self.profile).join(name)
    }

    /// Where cargo puts what it builds in `profile`.
    pub(crate) fn target(&self, profile: &str) -> PathBuf {
        environment::value("CARGO_TARGET_DIR")
            .map_or_else(|| self.path("target"), |folder| self.root.join(folder))
            .join(profile)
    }

    /// A folder outside the checkout for data of `run`, for servers whose user cannot reach into it.
    pub(crate) fn outside(&self, run: &Path) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        self.root.hash(&mut hasher);
        let name = run.strip_prefix(self.state()).unwrap_or(run);
        let name = name.to_string_lossy().replace('/', "-");
        PathBuf::from(format!("/var/tmp/velure-{:016x}", hasher.finish())).join(name)
    }

    /// The search path for what we start: the private Python environment first.
    pub(crate) fn search_path(&self) -> String {
        let inherited = environment::value("PATH").unwrap_or_default();
        format!("{}:{inherited}", self.path(".velure/venv/bin").display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_checkouts_never_share_a_folder_outside() {
        let one = Checkout::at(Path::new("/root/one"));
        let two = Checkout::at(Path::new("/root/two"));
        assert_ne!(one.outside(&one.dev()), two.outside(&two.dev()));
    }

    #[test]
    fn two_runs_of_a_checkout_never_share_a_folder_outside() {
        let checkout = Checkout::at(Path::new("/root/one"));
        assert_ne!(
            checkout.outside(&checkout.dev()),
            checkout.outside(&checkout.throw_away().join("7"))
        );
    }
}
