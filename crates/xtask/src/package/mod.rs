//! `make package`: a zip for each function of the route table, checked before anybody deploys it.

mod archive;
mod elf;
mod manifest;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::build;
use crate::checkout::Checkout;
use crate::interrupt;
use crate::process::{Launch, Processes};
use crate::report;
use crate::routes::Table;
use crate::setup::{self, Purpose};
use crate::throw_away::ThrowAway;

use archive::Effort;
use elf::Facts;
use manifest::{Manifest, Package};

pub(crate) use manifest::sha256;

/// The processor that a function runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub(crate) enum Architecture {
    /// Graviton: a fifth cheaper a millisecond, and the default.
    Arm64,
    /// Intel and AMD.
    #[serde(rename = "x86_64")]
    #[value(name = "x86_64")]
    X86_64,
}

impl Architecture {
    /// As Lambda, Terraform and the packages' folder call it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }

    fn flag(self) -> &'static str {
        match self {
            Self::Arm64 => "--arm64",
            Self::X86_64 => "--x86-64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is packed.
#[derive(Debug, clap::Args)]
pub(crate) struct PackageArgs {
    /// The processor that the functions run on
    #[arg(long, value_enum, default_value = "arm64")]
    arch: Architecture,
    /// Only these functions, separated by commas
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Pack the binaries that are already built in this folder, such as target/debug for a test; they may have symbols
    #[arg(long, value_name = "FOLDER")]
    built: Option<PathBuf>,
    /// Where the zips go [default: target/packages/ARCH]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Builds, checks and packs.
pub(crate) fn run(checkout: &Checkout, args: &PackageArgs) -> Result<()> {
    let names = chosen(checkout, &args.only)?;
    let out = match &args.out {
        Some(out) => checkout.root().join(out),
        None => folder(checkout, args.arch),
    };
    let manifest = match &args.built {
        Some(built) => pack(&names, args.arch, &|name| built.join(name), &out, false)?,
        None => {
            let binaries = compile(checkout, args.arch, &names, args.only.is_empty())?;
            let binary = |name: &str| binaries.join(name).join("bootstrap");
            pack(&names, args.arch, &binary, &out, true)?
        }
    };
    forget_others(checkout, manifest, &out)?;
    if args.out.is_none() {
        point_current(checkout, args.arch)?;
    }
    report::line(format_args!(
        "packages for {}: {}",
        args.arch,
        out.display()
    ));
    Ok(())
}

/// Builds, checks and packs every function.
pub(crate) fn all(checkout: &Checkout, arch: Architecture) -> Result<()> {
    let args = PackageArgs {
        arch,
        only: Vec::new(),
        built: None,
        out: None,
    };
    run(checkout, &args)
}

/// Packs what is built for tests, with its symbols, for this machine's processor.
pub(crate) fn for_tests(checkout: &Checkout, out: &Path) -> Result<()> {
    let args = PackageArgs {
        arch: if cfg!(target_arch = "aarch64") {
            Architecture::Arm64
        } else {
            Architecture::X86_64
        },
        only: Vec::new(),
        built: Some(checkout.target("debug")),
        out: Some(out.to_owned()),
    };
    run(checkout, &args)
}

/// Writes an empty file for each function's zip, for who wants files to be there and deploys none.
pub(crate) fn stand_ins(checkout: &Checkout, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for name in chosen(checkout, &[])? {
        let file = folder.join(format!("{name}.zip"));
        fs::write(&file, "").with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

/// Where the zips of an architecture are: Terraform's `packages_dir`.
pub(crate) fn folder(checkout: &Checkout, architecture: Architecture) -> PathBuf {
    checkout.path("target/packages").join(architecture.as_str())
}

/// Refuses packages that are missing, changed since they were made, or could not start.
pub(crate) fn verify(checkout: &Checkout, architecture: Architecture) -> Result<()> {
    verify_in(
        &chosen(checkout, &[])?,
        architecture,
        &folder(checkout, architecture),
    )
}

/// Whether every function is packed and no source is newer than that.
pub(crate) fn is_current(checkout: &Checkout, architecture: Architecture) -> Result<bool> {
    let folder = folder(checkout, architecture);
    let Some(manifest) = Manifest::read(&folder)? else {
        return Ok(false);
    };
    let names = chosen(checkout, &[])?;
    let all = names
        .iter()
        .all(|name| manifest.functions.contains_key(name));
    let sources = ["Cargo.toml", "Cargo.lock", "crates", "functions", ".sqlx"];
    let newest = sources
        .iter()
        .filter_map(|name| build::newest(&checkout.path(name)))
        .max();
    Ok(all && build::modified(&folder.join("manifest.json")) > newest)
}

/// The functions of the route table, or those of `only`.
fn chosen(checkout: &Checkout, only: &[String]) -> Result<BTreeSet<String>> {
    let table = Table::read(checkout)?;
    let all: BTreeSet<String> = table.functions().map(|(_, name)| name.to_owned()).collect();
    if only.is_empty() {
        return Ok(all);
    }
    for name in only {
        if !all.contains(name) {
            bail!("functions/routes.json has no function {name}");
        }
    }
    Ok(only.iter().cloned().collect())
}

/// Builds the binaries, and returns the folder that has a folder for each of them.
fn compile(
    checkout: &Checkout,
    architecture: Architecture,
    names: &BTreeSet<String>,
    all: bool,
) -> Result<PathBuf> {
    setup::run(checkout, Purpose::Package)?;
    installed(architecture)?;
    let binaries = checkout
        .path("target/packages/build")
        .join(architecture.as_str());
    let mut launch = Launch::new("cargo-lambda", checkout.venv_program("cargo-lambda"))
        .args(["lambda", "build", "--profile", "lambda", "--locked"])
        // Left to itself it would let rustup download the target.
        .args(["--skip-target-check", architecture.flag()])
        // Its own settings end the process on a panic. The profile says all there is to say.
        .arg("--disable-optimizations")
        .arg("--lambda-dir")
        .arg(&binaries)
        .env("PATH", checkout.search_path())
        .env("SQLX_OFFLINE", build::sqlx_offline())
        .folder(checkout.root());
    if all {
        for context in ["auth", "catalog", "orders", "edge"] {
            launch = launch.args(["-p", &format!("velure-{context}")]);
        }
        launch = launch.arg("--bins");
    } else {
        for name in names {
            launch = launch.args(["--bin", name]);
        }
    }
    let place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    report::phase(&format!("building for {architecture}"), || {
        if !processes.run_to_end(launch)? {
            bail!("the functions do not compile; cargo-lambda's messages are above");
        }
        Ok(())
    })?;
    Ok(binaries)
}

/// Refuses a target whose standard library is missing, with the way to get it.
fn installed(architecture: Architecture) -> Result<()> {
    let target = architecture.target();
    let output = std::process::Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .context("rustc cannot be started")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if !sysroot
        .join("lib/rustlib")
        .join(target)
        .join("lib")
        .is_dir()
    {
        bail!(
            "Rust's standard library for {architecture} is not installed. Run\n  rustup target add {target}\n\
             or pack for this machine with ARCH={}",
            match architecture {
                Architecture::Arm64 => "x86_64",
                Architecture::X86_64 => "arm64",
            }
        );
    }
    Ok(())
}

/// Checks each binary and writes its zip.
fn pack(
    names: &BTreeSet<String>,
    architecture: Architecture,
    binary: &(dyn Fn(&str) -> PathBuf + Sync),
    out: &Path,
    stripped: bool,
) -> Result<Manifest> {
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let known = Manifest::read(out)?.filter(|known| known.architecture == architecture);
    let mut manifest = known.unwrap_or_else(|| Manifest::new(architecture));
    report::line(format_args!(
        "    {:<22} {:>10} {:>10}  glibc",
        "function", "binary", "zip"
    ));
    let waiting = Mutex::new(names.iter());
    let work = || -> Result<Vec<(String, Package)>> {
        let mut done = Vec::new();
        loop {
            interrupt::check()?;
            let next = waiting.lock().ok().and_then(|mut names| names.next());
            let Some(name) = next else { return Ok(done) };
            let package = pack_one(name, architecture, &binary(name), out, stripped)?;
            done.push((name.clone(), package));
        }
    };
    // Compressing is all that takes time.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let outcomes: Vec<Result<_>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| bail!("packing failed")))
            .collect()
    });
    for outcome in outcomes {
        manifest.functions.extend(outcome?);
    }
    Ok(manifest)
}

fn pack_one(
    name: &str,
    architecture: Architecture,
    binary: &Path,
    out: &Path,
    stripped: bool,
) -> Result<Package> {
    let of_binary = || binary.display().to_string();
    let bytes = fs::read(binary).with_context(|| format!("{} cannot be read", binary.display()))?;
    let facts = Facts::read(&bytes).with_context(of_binary)?;
    facts.check(architecture).with_context(of_binary)?;
    if stripped {
        facts.check_stripped().with_context(of_binary)?;
    }
    let effort = if stripped {
        Effort::Small
    } else {
        Effort::Quick
    };
    let zip = archive::make(&bytes, effort)?;
    archive::store(&out.join(format!("{name}.zip")), &zip)?;
    let package = Package {
        sha256: sha256(&zip),
        zip_bytes: zip.len(),
        binary_bytes: bytes.len(),
        glibc: facts.glibc.map(|version| version.to_string()),
    };
    report::line(format_args!(
        "    {name:<22} {:>7} kB {:>7} kB  {}",
        package.binary_bytes / 1_000,
        package.zip_bytes / 1_000,
        package.glibc.as_deref().unwrap_or("none"),
    ));
    Ok(package)
}

/// Writes the manifest without the functions that are no more, and removes their zips.
fn forget_others(checkout: &Checkout, mut manifest: Manifest, out: &Path) -> Result<()> {
    let all = chosen(checkout, &[])?;
    manifest
        .functions
        .retain(|name, _| all.contains(name) && out.join(format!("{name}.zip")).is_file());
    manifest.write(out)?;
    for entry in fs::read_dir(out)?.flatten() {
        let path = entry.path();
        let is_zip = path.extension().is_some_and(|ending| ending == "zip");
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        if is_zip && name.is_some_and(|name| !all.contains(&name)) {
            fs::remove_file(&path)
                .with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

/// `target/packages/current` is what was packed last: the SAM template names it, whatever the architecture.
fn point_current(checkout: &Checkout, architecture: Architecture) -> Result<()> {
    let link = checkout.path("target/packages/current");
    if link.symlink_metadata().is_ok() {
        fs::remove_file(&link).with_context(|| format!("{} cannot be removed", link.display()))?;
    }
    std::os::unix::fs::symlink(architecture.as_str(), &link)
        .with_context(|| format!("{} cannot be made", link.display()))
}

fn verify_in(names: &BTreeSet<String>, architecture: Architecture, folder: &Path) -> Result<()> {
    let again = format!("run `make package ARCH={architecture}`");
    let Some(manifest) = Manifest::read(folder)? else {
        bail!("nothing is packed for {architecture}: {again}");
    };
    if manifest.architecture != architecture {
        bail!(
            "{} is packed for {}: {again}",
            folder.display(),
            manifest.architecture
        );
    }
    for name in names {
        let Some(package) = manifest.functions.get(name) else {
            bail!("{name} is not packed for {architecture}: {again}");
        };
        let file = folder.join(format!("{name}.zip"));
        let zip = fs::read(&file)
            .with_context(|| format!("{} cannot be read: {again}", file.display()))?;
        if sha256(&zip) != package.sha256 {
            bail!("{} is not what was packed: {again}", file.display());
        }
        let facts = Facts::read(&archive::open(&file)?).with_context(|| name.clone())?;
        facts.check(architecture).with_context(|| name.clone())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
