//! The modules and the root by themselves: form, types, and their own tests with a provider that invents answers.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::checkout::{copy_terraform, folders, root};
use crate::tool::{program, run, variable};

/// Terraform in a folder, with no say of this machine's own configuration.
pub(crate) fn terraform(folder: &Path) -> Command {
    let mut command = program("VELURE_TEST_TERRAFORM");
    command
        .current_dir(folder)
        .env(
            "TF_CLI_CONFIG_FILE",
            variable("VELURE_TEST_TERRAFORM_CLI_CONFIG"),
        )
        .env("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .env("TF_INPUT", "0")
        .env_remove("TF_WORKSPACE")
        .env_remove("TF_DATA_DIR")
        .env_remove("TF_CLI_ARGS")
        .env_remove("AWS_PROFILE")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command
}

/// What a folder's own tests said.
fn tested(copy: &Path, folder: &str) -> Result<String, String> {
    let start = Instant::now();
    let folder = copy.join(folder);
    let ours = |arguments: &[&str]| {
        let said = run(terraform(&folder).args(arguments).arg("-no-color"));
        if said.success {
            Ok(said.out)
        } else {
            Err(said.all())
        }
    };
    ours(&["init", "-backend=false"])?;
    // Terraform validates no module by itself that is given a provider by another name; its tests and the root do.
    if !takes_named_providers(&folder) {
        ours(&["validate"])?;
    }
    let said = ours(&["test"])?;
    let passed: u32 = said
        .lines()
        .rfind(|line| line.contains(" passed"))
        .and_then(|line| line.split(' ').find_map(|word| word.parse().ok()))
        .unwrap_or_default();
    if passed == 0 {
        return Err(format!("it has no tests: {said}"));
    }
    Ok(format!("{passed} passed in {:.1?}", start.elapsed()))
}

#[test]
fn the_root_is_valid_and_passes_its_own_tests() {
    let copy = TempDir::new().expect("a temporary folder");
    copy_terraform(copy.path());
    match tested(copy.path(), "terraform") {
        Ok(said) => eprintln!("{said}"),
        Err(said) => panic!("{said}"),
    }
}

fn takes_named_providers(module: &Path) -> bool {
    fs::read_to_string(module.join("versions.tf"))
        .is_ok_and(|text| text.contains("configuration_aliases"))
}

#[test]
fn every_file_has_the_canonical_form() {
    let said = run(terraform(&root().join("terraform")).args([
        "fmt",
        "-check",
        "-diff",
        "-recursive",
        "-no-color",
    ]));
    assert!(said.success, "run `terraform fmt`:\n{}", said.all());
}

/// As many at a time as cores are shared out in: each starts the provider several times, at 300 MB.
const AT_A_TIME: usize = 2;

#[test]
fn every_module_is_valid_and_passes_its_own_tests() {
    let copy = TempDir::new().expect("a temporary folder");
    copy_terraform(copy.path());
    let modules = folders("terraform/modules");
    assert!(!modules.is_empty());
    let next = AtomicUsize::new(0);
    let outcomes: Vec<(String, Result<String, String>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    while let Some(name) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let folder = format!("terraform/modules/{name}");
                        done.push((name.clone(), tested(copy.path(), &folder)));
                    }
                    done
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker only runs Terraform"))
            .collect()
    });
    let mut failed = Vec::new();
    for (name, outcome) in outcomes {
        match outcome {
            Ok(said) => eprintln!("{name}: {said}"),
            Err(said) => failed.push(format!("terraform/modules/{name}:\n{said}")),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
