//! The functions under `cargo lambda watch`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;

use crate::checkout::Checkout;
use crate::process::{Launch, Processes};
use crate::{build, env_lines, private_file};

/// Starts the emulator on `port`, with its routes from the root manifest. It starts a function at its first request,
/// as its own process, and again when a source file changes.
pub(crate) fn watch(
    processes: &mut Processes,
    checkout: &Checkout,
    variables: &BTreeMap<String, String>,
    port: u16,
) -> Result<()> {
    let file = processes.run().path().join("functions.env");
    private_file::write(&file, &env_lines::write(variables))?;
    let launch = Launch::new("functions", checkout.venv_program("cargo-lambda"))
        .args(["lambda", "watch", "-A", "127.0.0.1", "--disable-cors"])
        // Without it a request whose function is being rebuilt would hang for ever.
        .args(["--timeout", "30", "-P"])
        .arg(port.to_string())
        .arg("--env-file")
        .arg(&file)
        .env("PATH", checkout.search_path())
        // As in our own builds, or everything would be built again.
        .env("SQLX_OFFLINE", build::sqlx_offline())
        .folder(checkout.root())
        .stop_with(Signal::INT, Duration::from_secs(10));
    processes.start(launch)
}
