//! The Lambda functions as they ship, under an emulator of the Lambda interface.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::process::{Process, binary, free_address};

/// The variable that names `cargo-lambda`.
const PROGRAM: &str = "VELURE_TEST_CARGO_LAMBDA";

/// API Gateway and Lambda in one: `cargo lambda watch --only-lambda-apis` routes requests by the table in the root
/// manifest to functions that this starts as processes of their own.
#[derive(Debug)]
pub struct Lambda {
    address: SocketAddr,
    _emulator: Process,
    functions: Vec<Process>,
}

impl Lambda {
    /// Starts the emulator, with the router of the manifest in `workspace`.
    ///
    /// # Errors
    /// When it does not start.
    ///
    /// # Panics
    /// When `VELURE_TEST_CARGO_LAMBDA` does not name the program.
    pub async fn start(workspace: &Path, logs: &Path) -> anyhow::Result<Self> {
        let program = program();
        let address = free_address();
        let mut command = Command::new(&program);
        command
            .args(["lambda", "watch", "--only-lambda-apis", "--disable-cors"])
            .args(["-A", "127.0.0.1", "-P", &address.port().to_string()])
            // Without it a request to a function that is gone would wait for ever.
            .args(["--timeout", "30"])
            .current_dir(workspace);
        let mut emulator = Process::start("cargo-lambda", command, logs)
            .with_context(|| format!("{PROGRAM} is {program}"))?;
        emulator.listening(address).await?;
        Ok(Self {
            address,
            _emulator: emulator,
            functions: Vec::new(),
        })
    }

    /// Where requests go, a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts the function `name` from its debug binary, with these variables and what Lambda sets, and no others.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn function(
        &mut self,
        name: &str,
        memory_mb: u32,
        variables: &BTreeMap<String, String>,
        logs: &Path,
    ) -> anyhow::Result<()> {
        let mut command = Command::new(binary(name));
        command
            .env_clear()
            .envs(variables)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb.to_string())
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                format!("{}/.rt/{name}", self.url()),
            );
        self.functions.push(Process::start(name, command, logs)?);
        Ok(())
    }

    /// The functions that have ended, with what they wrote: in Lambda they would be started again, here a request to
    /// them waits for its deadline.
    #[must_use]
    pub fn ended(&mut self) -> String {
        let mut text = String::new();
        for function in &mut self.functions {
            if let Some(status) = function.exited() {
                let (name, output) = (function.name().to_owned(), function.output());
                writeln!(text, "{name} ended with {status}: {output}")
                    .expect("a String takes everything");
            }
        }
        text
    }

    /// What the function `name` wrote.
    #[must_use]
    pub fn output(&self, name: &str) -> String {
        let found = self
            .functions
            .iter()
            .find(|function| function.name() == name);
        found.map(Process::output).unwrap_or_default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration but the variables that name their tools"
)]
fn program() -> String {
    std::env::var(PROGRAM).unwrap_or_else(|_| {
        panic!("{PROGRAM} has to name the program cargo-lambda 1.9.2; `make test` installs and names it")
    })
}
