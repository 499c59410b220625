//! Compiling what is about to be started.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::environment;
use crate::process::{Launch, Processes};

/// The long-lived processes and the command line tool.
const PODS: [&str; 4] = [
    "velure",
    "velure-relay",
    "velure-order-processor",
    "velure-sse-gateway",
];

/// A `cargo` command in the checkout. Queries are checked against `.sqlx/`, never against whatever database a
/// variable of this shell may name.
pub(crate) fn cargo(checkout: &Checkout, name: &str) -> Launch {
    let program = environment::value("CARGO").unwrap_or_else(|| "cargo".to_owned());
    Launch::new(name, program)
        .env("SQLX_OFFLINE", sqlx_offline())
        .folder(checkout.root())
}

/// Whether queries are checked against `.sqlx/`: unless somebody says otherwise.
pub(crate) fn sqlx_offline() -> String {
    environment::value("SQLX_OFFLINE").unwrap_or_else(|| "true".to_owned())
}

/// Builds the long-lived processes with the server shell.
pub(crate) fn server_shell(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    binaries(processes, checkout, "dev", &["velure-server"])
}

/// Builds the long-lived processes with the server shell as they are deployed, for measurements.
pub(crate) fn released(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    binaries(processes, checkout, "release", &["velure-server"])
}

/// Builds the same optimised and with their fail points, and what breaks them, for large campaigns.
pub(crate) fn optimised(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    let others = ["velure-server", "velure-chaos", "velure-fault-proxy"];
    binaries(processes, checkout, "chaos", &others)
}

/// Builds the long-lived processes and `others`.
fn binaries(
    processes: &mut Processes,
    checkout: &Checkout,
    profile: &str,
    others: &[&str],
) -> Result<()> {
    let mut launch = cargo(checkout, "cargo-build").args(["build", "--profile", profile]);
    for name in PODS.iter().chain(others) {
        launch = launch.args(["--bin", name]);
    }
    compile(processes, launch)
}

/// Builds every function as it is deployed, into `target/lambda`.
pub(crate) fn released_functions(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    let mut launch =
        cargo(checkout, "cargo-build").args(["build", "--profile", "lambda", "--bins"]);
    for context in ["auth", "catalog", "orders", "edge"] {
        launch = launch.args(["-p", &format!("velure-{context}")]);
    }
    compile(processes, launch)
}

/// Builds every binary that is deployed: the first request to each function then finds it built. Cargo resolves
/// features for the default members here as it does under `cargo lambda watch`, so nothing is built twice.
pub(crate) fn functions(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    compile(
        processes,
        cargo(checkout, "cargo-build").args(["build", "--bins"]),
    )
}

fn compile(processes: &mut Processes, launch: Launch) -> Result<()> {
    if !processes.run_to_end(launch)? {
        bail!("it does not compile; cargo's messages are above");
    }
    Ok(())
}

/// Builds the web application, unless the last build is newer than everything it is made of.
pub(crate) fn web(processes: &mut Processes, checkout: &Checkout) -> Result<()> {
    let web = checkout.path("web");
    let built = modified(&web.join("dist/index.html"));
    let sources = [
        "src",
        "public",
        "build",
        "index.html",
        "vite.config.ts",
        "package-lock.json",
    ];
    let newest = sources
        .iter()
        .filter_map(|name| newest(&web.join(name)))
        .max();
    if built.is_some() && built > newest {
        return Ok(());
    }
    npm(processes, checkout, "web-build", &["run", "build"], &[])
}

/// Runs npm in the web application's folder.
pub(crate) fn npm(
    processes: &mut Processes,
    checkout: &Checkout,
    name: &str,
    arguments: &[&str],
    variables: &[(&str, String)],
) -> Result<()> {
    let mut launch = Launch::new(name, "npm")
        .args(arguments.iter().copied())
        .folder(checkout.path("web"));
    for (variable, value) in variables {
        launch = launch.env(variable, value);
    }
    if !processes.run_to_end(launch)? {
        bail!("npm {} failed", arguments.join(" "));
    }
    Ok(())
}

/// When the newest file under `path` was changed.
pub(crate) fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    fs::read_dir(path)
        .ok()?
        .flatten()
        .filter_map(|entry| newest(&entry.path()))
        .max()
}

/// When a file was changed.
pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}
