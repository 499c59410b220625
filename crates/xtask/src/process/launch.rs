//! How a process is started.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;

use crate::probe;

/// A user of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct User {
    /// User number.
    pub(crate) uid: u32,
    /// Group number.
    pub(crate) gid: u32,
}

/// Everything needed to start a process, and to start it again.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(String, String)>,
    folder: Option<PathBuf>,
    user: Option<User>,
    pub(super) stop_signal: Signal,
    pub(super) grace: Duration,
    ready: Option<(u16, String)>,
    /// Whether it is started again when it ends by itself, as an orchestrator does.
    pub(super) supervised: bool,
    /// The faults that its next start is told to have.
    faults: Option<String>,
}

impl Launch {
    /// A process that is known as `name` in messages, logs and pid files.
    pub(crate) fn new(name: &str, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: None,
            user: None,
            stop_signal: Signal::TERM,
            // The shop's own processes drain for up to 25 s by default; locally there is little to drain.
            grace: Duration::from_secs(15),
            ready: None,
            supervised: false,
            faults: None,
        }
    }

    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn args<T: Into<OsString>>(mut self, all: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(all.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn envs<'a>(
        mut self,
        all: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Self {
        self.environment
            .extend(all.into_iter().map(|(k, v)| (k.clone(), v.clone())));
        self
    }

    pub(crate) fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    pub(crate) fn user(mut self, user: Option<User>) -> Self {
        self.user = user;
        self
    }

    /// The signal that asks for an orderly stop, and how long that may take.
    pub(crate) fn stop_with(mut self, signal: Signal, grace: Duration) -> Self {
        self.stop_signal = signal;
        self.grace = grace;
        self
    }

    /// Where the process answers 200 once it can serve.
    pub(crate) fn ready_at(mut self, port: u16, path: &str) -> Self {
        self.ready = Some((port, path.to_owned()));
        self
    }

    /// Started again when it ends by itself.
    pub(crate) fn supervised(mut self, supervised: bool) -> Self {
        self.supervised = supervised;
        self
    }

    /// With these faults in it, or without.
    pub(super) fn with_faults(mut self, faults: Option<&str>) -> Self {
        self.faults = faults.map(str::to_owned);
        self
    }

    /// Whether it can serve; a process that has no such question is ready as soon as it runs.
    pub(super) fn is_ready(&self) -> bool {
        self.ready
            .as_ref()
            .is_none_or(|(port, path)| probe::is_ok(*port, path))
    }

    /// The command, in a process group of its own, so that Ctrl-C in the terminal reaches only us and we decide the
    /// order in which things stop.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null())
            .process_group(0);
        if let Some(faults) = &self.faults {
            command.env("VELURE_FAULTS", faults);
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }

    /// The command with everything it says appended to a file.
    pub(crate) fn command_logging_to(&self, log: &Path) -> Result<Command> {
        let file = open_log(log)?;
        let second = file.try_clone().context("a log cannot be shared")?;
        let mut command = self.command();
        command.stdout(file).stderr(second);
        Ok(command)
    }
}

fn open_log(log: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("{} cannot be opened", log.display()))
}
