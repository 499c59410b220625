//! What can be said about the source without running it.

mod arrows;
mod manifests;
mod metadata;
mod routes;
mod security;
mod tree;
mod workflows;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::build::cargo;
use crate::checkout::Checkout;
use crate::process::{Launch, Processes};
use crate::report;
use crate::setup::{self, Purpose};
use crate::throw_away::ThrowAway;

pub(crate) use routes::write_router;

/// Everything, cheapest first; one run reports all that is wrong.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let mut failed = Vec::new();
    for (name, check) in ALL {
        match report::phase(name, || check(&mut processes, checkout)) {
            Ok(()) => {}
            Err(error) => {
                crate::interrupt::check()?;
                report::note(format_args!("{error:#}"));
                failed.push(*name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

type Check = fn(&mut Processes, &Checkout) -> Result<()>;

const ALL: &[(&str, Check)] = &[
    ("format", format),
    ("layout", layout),
    ("clippy", clippy),
    ("rustdoc", documentation),
    ("licences", licences),
];

/// `rustfmt` would change nothing.
pub(crate) fn format(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    succeed(
        processes,
        cargo(checkout, "rustfmt").args(["fmt", "--all", "--check"]),
    )
}

/// The rules of the tree: manifests, dependency arrows, routes, sizes and words.
pub(crate) fn layout(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    let metadata = metadata::read(processes, checkout)?;
    let mut faults = Vec::new();
    faults.extend(manifests::faults(&metadata));
    faults.extend(arrows::faults(&metadata));
    faults.extend(routes::faults(&metadata, checkout)?);
    faults.extend(tree::faults(checkout)?);
    faults.extend(security::faults(checkout)?);
    faults.extend(workflows::faults(checkout)?);
    if faults.is_empty() {
        return Ok(());
    }
    faults.sort();
    bail!("\n      {}", faults.join("\n      "));
}

/// No lint of the workspace warns.
pub(crate) fn clippy(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    succeed(
        processes,
        cargo(checkout, "clippy").args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

fn documentation(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    succeed(
        processes,
        cargo(checkout, "rustdoc")
            .args(["doc", "--workspace", "--no-deps", "--quiet"])
            .args(["--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Licences, sources and bans of `deny.toml`, where `cargo-deny` is installed.
fn licences(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    if crate::environment::find_program("cargo-deny").is_none() {
        report::note("NOT CHECKED: cargo-deny is missing (cargo install --locked cargo-deny)");
        return Ok(());
    }
    succeed(
        processes,
        cargo(checkout, "cargo-deny").args(["deny", "check", "licenses", "bans", "sources"]),
    )
}

/// The SAM template is valid and cfn-lint has nothing to say about it.
pub(crate) fn sam(checkout: &Checkout) -> Result<()> {
    setup::run(checkout, Purpose::Sam)?;
    let place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let launch = Launch::new("sam", checkout.state().join("sam-venv/bin/sam"))
        .args(["validate", "--lint", "--template", "template.yaml"])
        .env("SAM_CLI_TELEMETRY", "0")
        // The linter wants a region; nothing is asked of it.
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .folder(checkout.path("samconfig"));
    succeed(&mut processes, launch)
}

fn succeed(processes: &mut Processes, launch: Launch) -> Result<()> {
    if !processes.run_to_end(launch)? {
        bail!("its messages are above");
    }
    Ok(())
}

fn read(path: &std::path::Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
