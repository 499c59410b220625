//! Terraform and the provider it is tested with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Found;
use crate::checkout::Checkout;
use crate::environment;

/// A folder that holds providers in Terraform's layout (`<registry>/hashicorp/aws/...`), instead of the registry.
const MIRROR: &str = "VELURE_TERRAFORM_MIRROR";

/// What administrators call such a folder. Terraform itself looks only into those called `terraform/plugins`.
const FOLDER: &str = "tf-plugins";

/// Terraform, once it has found its provider.
pub(super) fn find(checkout: &Checkout) -> Result<Found> {
    let program = environment::find_program("terraform")
        .context("`terraform` is not on the PATH; install version 1.11 or newer")?;
    let folder = checkout.state().join("terraform");
    let probe = folder.join("probe");
    fs::create_dir_all(folder.join("plugins")).context(".velure cannot be written")?;
    fs::create_dir_all(&probe).context(".velure cannot be written")?;
    let config = folder.join("cli.tfrc");
    fs::write(&config, cli_config(&folder.join("plugins"))).context(".velure cannot be written")?;
    let lock = probe.join(".terraform.lock.hcl");
    if lock.exists() {
        fs::remove_file(&lock).context("an old lock file cannot be removed")?;
    }
    fs::write(probe.join("main.tf"), PROBE).context(".velure cannot be written")?;
    let output = Command::new(&program)
        .args(["init", "-no-color", "-input=false"])
        .current_dir(&probe)
        .env("TF_CLI_CONFIG_FILE", &config)
        .env("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "1")
        .stdin(Stdio::null())
        .output()
        .context("terraform cannot be started")?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = text
            .lines()
            .map(|line| line.trim_matches(['│', '╷', '╵', ' ']))
            .filter(|line| !line.is_empty())
            .collect();
        bail!(
            "terraform init: {}. Name a folder with the provider by {MIRROR}",
            said.join(" ")
        );
    }
    Ok(vec![
        ("VELURE_TEST_TERRAFORM", program),
        ("VELURE_TEST_TERRAFORM_CLI_CONFIG", config),
    ])
}

/// The oldest release that the root allows: what it is tested with.
const PROBE: &str = r#"terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.100.0, < 6.0.0" }
  }
}
"#;

/// Where Terraform takes providers from: a local mirror if this machine has one, else the registry, and each release
/// once.
fn cli_config(cache: &Path) -> String {
    let installation = match mirror() {
        Some(folder) => format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            folder.display().to_string()
        ),
        None => format!("plugin_cache_dir = {:?}\n", cache.display().to_string()),
    };
    format!("disable_checkpoint = true\n{installation}")
}

/// The folder that is named, else one called `tf-plugins` in the root folder or one below.
fn mirror() -> Option<PathBuf> {
    if let Some(named) = environment::value(MIRROR) {
        return Some(PathBuf::from(named));
    }
    let mut places = folders(Path::new("/"));
    places.extend(environment::value("HOME").map(PathBuf::from));
    places.insert(0, PathBuf::from("/"));
    places.iter().find_map(|place| mirror_in(place))
}

fn mirror_in(place: &Path) -> Option<PathBuf> {
    let folder = place.join(FOLDER);
    folders(&folder)
        .iter()
        .any(|registry| registry.join("hashicorp/aws").is_dir())
        .then_some(folder)
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_recognised_by_what_is_in_it() {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        let mirror = root.path().join(FOLDER);
        fs::create_dir_all(&mirror).expect("a folder can be made");
        assert_eq!(mirror_in(root.path()), None);
        fs::create_dir_all(mirror.join("registry.example/hashicorp/aws"))
            .expect("a folder can be made");
        assert_eq!(mirror_in(root.path()), Some(mirror));
    }
}
