//! The programs that do the work, and whether they are there.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::interrupt;

/// The oldest Terraform with write-only arguments, which keep secrets out of the state.
const TERRAFORM: (u64, u64) = (1, 11);

/// A program that a command cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Terraform,
    Aws,
    Helm,
    Kubectl,
}

impl Need {
    fn program(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Aws => "aws",
            Self::Helm => "helm",
            Self::Kubectl => "kubectl",
        }
    }

    fn how(self) -> &'static str {
        match self {
            Self::Terraform => {
                "Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install"
            }
            Self::Aws => {
                "the AWS CLI, version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
            }
            Self::Helm => "Helm 3.17 or later, or 4: https://helm.sh/docs/intro/install",
            Self::Kubectl => "kubectl: https://kubernetes.io/docs/tasks/tools",
        }
    }
}

/// Programs on a search path, run in one folder.
///
/// They stay in our process group: Ctrl-C in a terminal reaches Terraform itself, which then ends what it is about and
/// writes its state. We wait for that.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    path: String,
    folder: PathBuf,
}

impl Programs {
    pub(super) fn on(path: &str, folder: &Path) -> Self {
        Self {
            path: path.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// The same programs, run in `folder`.
    pub(super) fn inside(&self, folder: PathBuf) -> Self {
        Self {
            folder,
            ..self.clone()
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn find(&self, program: &str) -> Option<PathBuf> {
        self.path
            .split(':')
            .map(|folder| Path::new(folder).join(program))
            .find(|candidate| candidate.is_file())
    }

    /// Names everything that is missing at once.
    pub(super) fn check(&self, needs: &[Need]) -> Result<()> {
        let mut missing = String::new();
        for need in needs {
            if self.find(need.program()).is_none() {
                write!(missing, "\n  {}: {}", need.program(), need.how())?;
            }
        }
        if !missing.is_empty() {
            bail!("not installed:{missing}");
        }
        if needs.contains(&Need::Terraform) {
            self.check_terraform()?;
        }
        Ok(())
    }

    fn check_terraform(&self) -> Result<()> {
        let said = self.output("terraform", &["version", "-json"])?;
        let said: Value = serde_json::from_str(&said).unwrap_or_default();
        let version = said["terraform_version"].as_str().unwrap_or("unknown");
        let mut numbers = version.split('.').map(str::parse::<u64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= TERRAFORM => Ok(()),
            _ => bail!("terraform is {version}; {}", Need::Terraform.how()),
        }
    }

    /// The account that the credentials are good for.
    pub(super) fn account(&self) -> Result<String> {
        let said = self
            .output("aws", &["sts", "get-caller-identity", "--output", "json"])
            .context(
                "AWS takes no credentials from here. Sign in (`aws sso login`, `aws configure`) or name a profile \
                 (AWS_PROFILE=…)",
            )?;
        let said: Value = serde_json::from_str(&said).context("aws sts said no JSON")?;
        let account = said["Account"].as_str();
        Ok(account.context("aws sts named no account")?.to_owned())
    }

    /// Where everything is made.
    pub(super) fn region(&self) -> Result<String> {
        if let Some(region) = crate::environment::first_of(&["AWS_REGION", "AWS_DEFAULT_REGION"]) {
            return Ok(region);
        }
        match self.output("aws", &["configure", "get", "region"]) {
            Ok(region) if !region.trim().is_empty() => Ok(region.trim().to_owned()),
            _ => bail!("no region is chosen: set AWS_REGION, such as AWS_REGION=us-east-1"),
        }
    }

    /// Runs a program whose output people read. Says whether it succeeded.
    pub(super) fn succeeds(&self, program: &str, arguments: &[&str]) -> Result<bool> {
        Ok(self.code(program, arguments)? == 0)
    }

    /// Runs a program whose output people read, and returns its exit code.
    pub(super) fn code(&self, program: &str, arguments: &[&str]) -> Result<i32> {
        let status = self
            .command(program, arguments)
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("{program} cannot be started"))?;
        interrupt::check()?;
        status
            .code()
            .with_context(|| format!("{program} was ended by a signal"))
    }

    /// Runs a program and fails when it does.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        if !self.succeeds(program, arguments)? {
            bail!(
                "{} failed; its messages are above",
                named(program, arguments)
            );
        }
        Ok(())
    }

    /// What a program prints.
    pub(super) fn output(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self.raw(program, arguments)?;
        if !output.status.success() {
            bail!(
                "{}: {}",
                named(program, arguments),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// How a program ended, and everything it printed.
    pub(super) fn raw(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        let output = self
            .command(program, arguments)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("{program} cannot be started"))?;
        interrupt::check()?;
        Ok(output)
    }

    /// Runs a program that reads `input`, such as a password that must not stand in a list of processes.
    pub(super) fn run_with_input(
        &self,
        program: &str,
        arguments: &[&str],
        input: &str,
    ) -> Result<()> {
        let mut child = self
            .command(program, arguments)
            .stdin(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        let mut pipe = child.stdin.take().context("a pipe was asked for")?;
        pipe.write_all(input.as_bytes())
            .with_context(|| format!("{program} does not read"))?;
        drop(pipe);
        let status = child.wait().context("a child can be waited for")?;
        interrupt::check()?;
        if !status.success() {
            bail!(
                "{} failed; its messages are above",
                named(program, arguments)
            );
        }
        Ok(())
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let found = self.find(program);
        let mut command = Command::new(found.unwrap_or_else(|| program.into()));
        command
            .args(arguments)
            .env("PATH", &self.path)
            .current_dir(&self.folder);
        command
    }
}

/// A program by its name and what it was to do, for messages.
fn named(program: &str, arguments: &[&str]) -> String {
    let words: Vec<&str> = std::iter::once(program)
        .chain(arguments.iter().copied())
        .take_while(|word| !word.starts_with('-'))
        .collect();
    words.join(" ")
}
