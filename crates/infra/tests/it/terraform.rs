//! The modules and the root by themselves: form, types, and their own tests with a provider that invents answers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::checkout::{copy_terraform, folders, root};
use crate::tool::{run, succeed, variable};

/// How long one call of Terraform may take. The longest, an apply of everything to the emulator, takes half of it; and a
/// call of the provider's that is never answered has no end of its own.
const DEADLINE: &str = "480s";

/// Terraform in a folder, with no say of this machine's own configuration. Past its deadline it is asked to stop, and it
/// and its providers are ended 20 s later.
pub(crate) fn terraform(folder: &Path) -> Command {
    let mut command = Command::new("timeout");
    command
        .args(["--signal=INT", "--kill-after=20s", DEADLINE])
        .arg(variable("VELURE_TEST_TERRAFORM"))
        .stdin(Stdio::null())
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
    // Which validates what it is going to plan, the same way as `validate`.
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
    // With every module in it, as an operator would ask.
    succeed(terraform(&copy.path().join("terraform")).args(["validate", "-no-color"]));
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

/// Every file of Terraform's below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be listed") {
        let path = entry.expect("a folder can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') {
            sources(&path, found);
        } else if name.ends_with(".tf") {
            found.push(path);
        }
    }
}

#[test]
fn nothing_runs_at_destroy() {
    let mut files = Vec::new();
    sources(&root().join("terraform"), &mut files);
    assert!(files.len() > 50, "it saw little: {}", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("a file can be read");
        let at_destroy = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .any(|(name, value)| name.trim() == "when" && value.contains("destroy"));
        // It fails when what it talks to is gone already, and then the destroy stops there.
        assert!(!at_destroy, "{} runs something at destroy", file.display());
    }
}
