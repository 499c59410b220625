//! The modules and the root by themselves: form, types, and their own tests with a provider that invents answers.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::checkout::{copy_terraform, folders, root};
use crate::tool::{program, run, succeed, variable};

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

fn tested(folder: &str) {
    let copy = TempDir::new().expect("a temporary folder");
    copy_terraform(copy.path());
    let folder = copy.path().join(folder);
    succeed(terraform(&folder).args(["init", "-backend=false", "-no-color"]));
    succeed(terraform(&folder).args(["validate", "-no-color"]));
    let said = run(terraform(&folder).args(["test", "-no-color"]));
    assert!(said.success, "{}", said.all());
    let summary = said.out.lines().rfind(|line| line.contains(" passed"));
    let passed: u32 = summary
        .and_then(|line| line.split(' ').find_map(|word| word.parse().ok()))
        .unwrap_or_default();
    assert!(passed > 0, "it has no tests: {}", said.all());
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

/// One test for each module, so that they run side by side.
macro_rules! modules {
    ($($name:ident)*) => {
        mod modules_and_their_own_tests {
            $(
                #[test]
                fn $name() {
                    super::tested(&format!("terraform/modules/{}", stringify!($name).replace('_', "-")));
                }
            )*
        }

        #[test]
        fn every_module_is_tested_here() {
            let tested: Vec<String> =
                [$(stringify!($name)),*].map(|name| name.replace('_', "-")).to_vec();
            assert_eq!(tested, folders("terraform/modules"));
        }
    };
}

modules! {
    amazonmq
    api
    budget
    context
    dns
    documents
    ecr
    edge
    eks
    endpoint
    load_balancer
    observability
    rds
    redis
    release
    secrets_manager
    security_groups
    vpc
}

#[test]
fn the_root_passes_its_own_tests() {
    tested("terraform");
}
