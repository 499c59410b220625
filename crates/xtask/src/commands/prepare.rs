//! `make prepare`: what the compiler knows about our queries, in `.sqlx/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::build::cargo;
use crate::checkout::Checkout;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::Processes;
use crate::report;
use crate::services::{Backing, Plan};
use crate::setup::{self, Purpose};
use crate::throw_away::ThrowAway;

/// Has every query described by a PostgreSQL server that holds the schemas of both databases, and renews `.sqlx/`.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    setup::run(checkout, Purpose::Dev)?;
    let place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let mut passwords = Passwords::open(place.folder().path().join("passwords.json"))?;
    let plan = Plan::postgres_only(&mut Ports::default())?;
    let backing = Backing::start(&mut processes, checkout, &mut passwords, plan)?;
    backing.wait(&mut processes)?;
    let postgres = backing
        .postgres
        .as_ref()
        .context("the plan has a PostgreSQL server")?;
    for context in ["auth", "orders"] {
        let folder = checkout.path("crates/postgres/migrations").join(context);
        for migration in sorted(&folder)? {
            postgres.run_file(&migration)?;
        }
    }

    let described = place.folder().path().join("sqlx");
    fs::create_dir(&described).context("a folder can be made in the run folder")?;
    let mut packages = BTreeSet::new();
    touch_queries(checkout.root(), &mut packages)?;
    let mut launch = cargo(checkout, "cargo-check")
        .args(["check", "--all-targets"])
        .env("DATABASE_URL", postgres.url("postgres"))
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", described.display().to_string());
    for package in packages {
        launch = launch.arg("--package").arg(package);
    }
    if !processes.run_to_end(launch)? {
        bail!("a query does not fit the schema; cargo's messages are above");
    }

    let kept = checkout.path(".sqlx");
    if kept.exists() {
        fs::remove_dir_all(&kept).context(".sqlx cannot be removed")?;
    }
    fs::create_dir(&kept).context(".sqlx cannot be made")?;
    let all = sorted(&described)?;
    for file in &all {
        let name = file.file_name().context("a file has a name")?;
        fs::copy(file, kept.join(name)).context("a description cannot be copied")?;
    }
    report::line(format_args!(
        "{} queries are described in .sqlx/",
        all.len()
    ));
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    all.sort();
    Ok(all)
}

/// Queries are described while their crate is compiled, so each file with one is made to look changed. Collects the
/// names of their packages.
fn touch_queries(folder: &Path, packages: &mut BTreeSet<String>) -> Result<()> {
    for path in sorted(folder)? {
        let name = path.file_name().and_then(|name| name.to_str());
        if path.is_dir() {
            let source = name.is_some_and(|name| {
                !name.starts_with('.') && name != "target" && name != "node_modules"
            });
            if source {
                touch_queries(&path, packages)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") && has_query(&path)? {
            fs::File::open(&path)
                .and_then(|file| file.set_modified(SystemTime::now()))
                .with_context(|| format!("{} cannot be touched", path.display()))?;
            let package = path
                .ancestors()
                .find(|folder| folder.join("Cargo.toml").is_file())
                .context("a source file belongs to a package")?;
            packages.insert(package_name(package)?);
        }
    }
    Ok(())
}

fn has_query(file: &Path) -> Result<bool> {
    let text =
        fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(["query", "query_as", "query_scalar"]
        .iter()
        .any(|name| text.contains(&format!("{name}!("))))
}

fn package_name(folder: &Path) -> Result<String> {
    let manifest = folder.join("Cargo.toml");
    fs::read_to_string(&manifest)
        .ok()
        .and_then(|text| {
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix("name = \""))?;
            Some(line.trim_end_matches('"').to_owned())
        })
        .with_context(|| format!("{} has no name", manifest.display()))
}
