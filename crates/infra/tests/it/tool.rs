//! Programs that the tests use, by the variables that name them.

use std::process::{Command, Output, Stdio};

/// The value of a variable that `make test` sets.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration but the variables that name their tools"
)]
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; `make test ONLY=infra` installs the tools and names them")
    })
}

/// The program that a variable names.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(variable(name));
    command.stdin(Stdio::null());
    command
}

/// What a program said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Both streams, for messages.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Said {
        success: status.success(),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// Runs a program that must succeed, and returns what it wrote.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> String {
    let said = run(command);
    assert!(said.success, "{command:?}\n{}", said.all());
    said.out
}
