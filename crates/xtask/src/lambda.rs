//! The functions under `cargo lambda watch`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;

use crate::checkout::Checkout;
use crate::process::{Launch, Processes};
use crate::routes::Table;
use crate::{build, env_lines, private_file, probe};

/// How long the first request to a function may take, which builds it.
const FIRST_REQUEST: Duration = Duration::from_secs(180);

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
        // Else a request whose function cannot be built would hang for ever. It is also how long a function may be
        // idle: the emulator ends the runtime's wait for work then, and the runtime panics.
        .args(["--timeout", "900", "-P"])
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

/// Has the functions started that others call: their callers wait for 2 s, and a first order would fail.
pub(crate) fn wake(processes: &mut Processes, checkout: &Checkout, port: u16) -> Result<()> {
    for route in Table::read(checkout)?.internal() {
        processes.wait_for("functions", FIRST_REQUEST, || {
            let status = probe::knock(port, &route.method, &route.path, FIRST_REQUEST);
            status.is_some_and(|status| status < 500)
        })?;
    }
    Ok(())
}
