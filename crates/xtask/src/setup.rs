//! Installing what is missing. Nothing is done twice.

mod infra;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::environment;
use crate::report;
use crate::services;

pub(crate) use infra::Tools;

/// What the machine is made ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Purpose {
    /// `make dev`.
    Dev,
    /// `make watch`: also the emulator of the Lambda interface.
    Watch,
    /// `make test`: also a browser and an emulated Secrets Manager.
    Test,
    /// `make check-sam`.
    Sam,
    /// `make package`.
    Package,
    /// Building the pages.
    Web,
    /// The infrastructure part of `make test`.
    Infra,
    /// `make observe`.
    Observe,
}

const CARGO_LAMBDA: &str = "cargo-lambda==1.9.2";
const SECANTUSDB: &str = "SecantusDB==0.7.0b3";
const MOTO: &str = "moto[server]==5.2.5";
const SCHEMATHESIS_PLACE: &str = "schemathesis-venv";
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
const AWS_SAM_CLI: &str = "aws-sam-cli==1.170.0";

/// `cargo xtask setup`: what `run` installs, and for tests also the tools of their infrastructure part.
pub(crate) fn prepare(checkout: &Checkout, purpose: Purpose) -> Result<()> {
    run(checkout, purpose)?;
    if purpose == Purpose::Test {
        Tools::find(checkout).tell();
    }
    Ok(())
}

/// Installs whatever `purpose` needs and this machine lacks.
pub(crate) fn run(checkout: &Checkout, purpose: Purpose) -> Result<()> {
    if purpose == Purpose::Sam {
        return python_packages(checkout, "sam-venv", &[AWS_SAM_CLI]);
    }
    if purpose == Purpose::Package {
        return python_packages(checkout, "venv", &[CARGO_LAMBDA]);
    }
    if purpose == Purpose::Web {
        return web_packages(checkout);
    }
    if purpose == Purpose::Infra {
        Tools::find(checkout).tell();
        return Ok(());
    }
    debian_packages(purpose)?;
    if purpose == Purpose::Observe {
        return Ok(());
    }
    if purpose == Purpose::Test {
        // The tests of alerts are left out without it, and say so.
        if let Err(error) = debian_packages(Purpose::Observe) {
            report::note(format_args!("{error:#}"));
        }
    }
    let mut wanted = Vec::new();
    let mongodb_elsewhere = environment::first_of(&["VELURE_MONGODB_URI", "MONGODB_URI"]).is_some();
    if environment::find_program("mongod").is_none() && !mongodb_elsewhere {
        wanted.push(SECANTUSDB);
    }
    if purpose != Purpose::Dev {
        wanted.push(CARGO_LAMBDA);
    }
    if purpose == Purpose::Test {
        wanted.push(MOTO);
    }
    python_packages(checkout, "venv", &wanted)?;
    if purpose == Purpose::Test {
        // In a place of its own: what it needs is not what Moto needs.
        python_packages(checkout, SCHEMATHESIS_PLACE, &[SCHEMATHESIS])?;
    }
    web_packages(checkout)
}

/// How the tests find the programs that `Purpose::Test` installs.
pub(crate) fn test_programs(checkout: &Checkout) -> [(String, String); 3] {
    let schemathesis = checkout
        .state()
        .join(SCHEMATHESIS_PLACE)
        .join("bin/schemathesis");
    [
        (
            "VELURE_TEST_CARGO_LAMBDA",
            checkout.venv_program("cargo-lambda"),
        ),
        (
            "VELURE_TEST_MOTO_SERVER",
            checkout.venv_program("moto_server"),
        ),
        ("VELURE_TEST_SCHEMATHESIS", schemathesis),
    ]
    .map(|(variable, path)| (variable.to_owned(), path.display().to_string()))
}

fn debian_packages(purpose: Purpose) -> Result<()> {
    let missing = missing_packages(purpose);
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    report::step(format_args!("installing {list}"));
    if environment::find_program("apt-get").is_none() {
        bail!(
            "this machine has no apt-get. Install {list} by its own means, or start the servers of compose.yaml \
             and name them by variables (see docs/DEVELOPMENT.md)"
        );
    }
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("sh")
    } else {
        if environment::find_program("sudo").is_none() {
            bail!("run this as root, or install sudo: {list} must be installed");
        }
        let mut sudo = Command::new("sudo");
        sudo.arg("sh");
        sudo
    };
    let status = command
        .args(["-c", APT_SCRIPT, "apt"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("apt-get cannot be started")?;
    if !status.success() {
        bail!("apt-get could not install {list}; its messages are above");
    }
    let left = missing_packages(purpose);
    if !left.is_empty() {
        bail!("{} was installed but cannot be found", left.join(" "));
    }
    Ok(())
}

/// Packages of servers start them on their default ports unless `policy-rc.d` says no. Ours says so only while
/// apt works, and a policy that is already there is left alone.
const APT_SCRIPT: &str = r#"
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
mark='# velure: no service is started while its package is installed'
if [ ! -e "$policy" ] || grep -qxF "$mark" "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"
"#;

fn missing_packages(purpose: Purpose) -> Vec<&'static str> {
    let has = |program: &str| environment::find_program(program).is_some();
    let mut missing = Vec::new();
    let mut need = |present: bool, package: &'static str| {
        if !present {
            missing.push(package);
        }
    };
    if purpose == Purpose::Observe {
        need(has("prometheus") && has("promtool"), "prometheus");
        return missing;
    }
    need(services::postgres_programs().is_some(), "postgresql");
    need(has("redis-server"), "redis-server");
    need(services::rabbitmq_program().is_some(), "rabbitmq-server");
    need(has("caddy"), "caddy");
    need(has("python3"), "python3");
    need(can_make_venvs(), "python3-venv");
    need(has("npm"), "npm");
    if purpose == Purpose::Test {
        need(has("chromium"), "chromium");
    }
    missing
}

/// Debian splits this out of Python.
fn can_make_venvs() -> bool {
    Command::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn python_packages(checkout: &Checkout, name: &str, wanted: &[&str]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let venv = checkout.state().join(name);
    let record = venv.join("installed.txt");
    let installed = fs::read_to_string(&record).unwrap_or_default();
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|package| !installed.lines().any(|line| line == *package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    report::step(format_args!("installing {}", missing.join(" ")));
    fs::create_dir_all(checkout.state()).context(".velure cannot be made")?;
    if !venv.join("bin/pip").exists() {
        run_to_success(
            Command::new("python3").args(["-m", "venv"]).arg(&venv),
            "python3 -m venv",
        )?;
    }
    run_to_success(
        Command::new(venv.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(&missing),
        "pip install",
    )?;
    let mut all: Vec<&str> = installed.lines().collect();
    all.extend(&missing);
    fs::write(&record, all.join("\n")).context("the list of packages cannot be written")
}

fn web_packages(checkout: &Checkout) -> Result<()> {
    let web = checkout.path("web");
    if is_newer(
        &web.join("node_modules/.package-lock.json"),
        &web.join("package-lock.json"),
    ) {
        return Ok(());
    }
    report::step("installing the web application's packages");
    run_to_success(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&web),
        "npm ci",
    )
}

fn is_newer(made: &Path, source: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    match (time(made), time(source)) {
        (Ok(made), Ok(source)) => made >= source,
        (Err(_), _) | (_, Err(_)) => false,
    }
}

fn run_to_success(command: &mut Command, what: &str) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{what} cannot be started"))?;
    if !status.success() {
        bail!("{what} failed; its messages are above");
    }
    Ok(())
}
