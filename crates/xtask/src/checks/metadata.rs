//! The workspace as cargo sees it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::build::cargo;
use crate::checkout::Checkout;
use crate::process::Processes;

/// The workspace's packages.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
}

/// One package.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest_path: PathBuf,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) targets: Vec<Target>,
}

/// One dependency of a package.
#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// `dev`, `build`, or nothing for an ordinary one.
    pub(super) kind: Option<String>,
}

/// One thing that cargo builds from a package.
#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
}

impl Package {
    /// The names of the package's binaries.
    pub(super) fn binaries(&self) -> impl Iterator<Item = &str> {
        self.targets
            .iter()
            .filter(|target| target.kind.iter().any(|kind| kind == "bin"))
            .map(|target| target.name.as_str())
    }
}

/// Asks cargo.
pub(super) fn read(processes: &mut Processes, checkout: &Checkout) -> Result<Metadata> {
    let launch = cargo(checkout, "cargo-metadata").args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let file = processes.run().path().join("metadata.json");
    let mut command = launch.command();
    command.stdout(std::fs::File::create(&file).context("a file can be made in the run folder")?);
    if !processes.spawn_and_wait(launch, command)? {
        bail!("cargo metadata failed; its messages are above");
    }
    let text = std::fs::read(&file).context("cargo metadata's answer cannot be read")?;
    serde_json::from_slice(&text).context("cargo metadata answered something else")
}
