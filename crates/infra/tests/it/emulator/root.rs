//! The root, with the emulator in the place of AWS.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use super::ministack::Emulator;
use crate::checkout::{copy_terraform, read};
use crate::terraform::terraform;
use crate::tool::{run, succeed, variable};

/// Beside the root's own providers: credentials that nobody checks, and buckets that need no name server.
const OVERRIDE: &str = r#"
  access_key                  = "test"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
"#;

/// What the emulator answers about these makes the provider fail when it reads them again: a rule without its list of
/// prefixes, and an HTTP status for the check of a TCP port. A broker comes back as one that has to be replaced, and with it
/// every secret and every release that names its address. So that a second plan says something, nothing that comes back
/// about these counts, and the check is one by HTTP: module, type, name, and what is overridden.
const NOT_READ_AGAIN: [(&str, &str, &str, &str); 3] = [
    ("amazonmq", "aws_mq_broker", "this", ""),
    (
        "security-groups",
        "aws_vpc_security_group_ingress_rule",
        "cloudfront",
        "",
    ),
    (
        "documents",
        "aws_lb_target_group",
        "mongodb",
        "health_check {\n    protocol = \"HTTP\"\n  }",
    ),
];

/// Twice as many as Terraform does by itself: the provider mostly sleeps, as long as AWS would take at least.
const AT_A_TIME: &str = "-parallelism=20";

const PRINTED: &str = "printed.log";

/// A copy of the root and its state.
#[derive(Debug)]
pub(crate) struct Root {
    folder: PathBuf,
    endpoint: String,
    path: String,
    variables: BTreeMap<String, String>,
}

impl Root {
    /// A copy in `folder` that finds functions in `packages`.
    pub(crate) fn copy(folder: &Path, emulator: &Emulator, packages: &Path) -> Self {
        copy_terraform(folder);
        let pages = folder.join("web/dist");
        fs::create_dir_all(pages.join("assets")).expect("a folder for pages");
        for page in ["index.html", "assets/app-0123abcd.js"] {
            fs::write(pages.join(page), "pages").expect("a page");
        }
        let terraform = folder.join("terraform");
        let written = read("terraform/providers.tf");
        let providers: Vec<String> = written
            .lines()
            .filter(|line| line.trim_start().starts_with("alias "))
            .chain([""])
            .map(|alias| format!("provider \"aws\" {{\n{alias}\n{OVERRIDE}}}\n"))
            .collect();
        fs::write(terraform.join("emulator_override.tf"), providers.join("\n"))
            .expect("the copy can be written");
        for (module, kind, name, instead) in NOT_READ_AGAIN {
            let path = terraform.join(format!("modules/{module}/emulator_override.tf"));
            let ignored = "lifecycle {\n    ignore_changes = all\n  }";
            let text = format!("resource \"{kind}\" \"{name}\" {{\n  {instead}\n  {ignored}\n}}\n");
            fs::write(path, text).expect("the copy can be written");
        }
        let root = Self {
            folder: terraform,
            path: variable("PATH"),
            endpoint: emulator.url(),
            variables: BTreeMap::new(),
        }
        .set("name", "velure-test")
        .set("image_tag", "0123456789ab")
        .set("architecture", "x86_64")
        .set("packages_dir", &packages.display().to_string())
        .set("helm_enabled", "false");
        succeed(
            root.terraform()
                .args(["init", "-backend=false", "-no-color"]),
        );
        root
    }

    /// The same with another value of a variable.
    pub(crate) fn set(mut self, variable: &str, value: &str) -> Self {
        self.variables
            .insert(format!("TF_VAR_{variable}"), value.to_owned());
        self
    }

    /// The same with Helm, whatever is called so on this search path.
    pub(crate) fn with_helm(mut self, path: String) -> Self {
        self.path = path;
        self.set("helm_enabled", "true")
            .set("cluster_endpoint_cidrs", r#"["203.0.113.7/32"]"#)
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn terraform(&self) -> Command {
        let mut command = terraform(&self.folder);
        command
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", "us-east-1")
            .env("PATH", &self.path)
            .envs(&self.variables);
        command
    }

    fn timed(&self, what: &str, arguments: &[&str]) {
        let start = Instant::now();
        let said = run(self.terraform().args(arguments).arg("-no-color"));
        eprintln!("{what}: {:.1?}", start.elapsed());
        let mut printed = self.printed();
        printed.push_str(&said.all());
        fs::write(self.folder.join(PRINTED), printed).expect("the copy can be written");
        assert!(said.success, "{what}:\n{}{}", last(&said.out), said.err);
    }

    /// Everything that Terraform has shown whoever ran it.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(self.folder.join(PRINTED)).unwrap_or_default()
    }

    /// What Terraform would do, as JSON.
    pub(crate) fn plan(&self, what: &str) -> Value {
        self.timed(what, &["plan", "-out=planned"]);
        let text = succeed(self.terraform().args(["show", "-json", "planned"]));
        serde_json::from_str(&text).expect("a plan is JSON")
    }

    /// Does what was planned.
    pub(crate) fn apply(&self, what: &str) {
        self.timed(what, &["apply", AT_A_TIME, "planned"]);
    }

    pub(crate) fn destroy(&self, what: &str) {
        // By what is remembered: reading it all again would find what the emulator forgets, and say nothing about AWS.
        self.timed(
            what,
            &["destroy", AT_A_TIME, "-refresh=false", "-auto-approve"],
        );
    }

    /// The addresses of everything that Terraform thinks there is.
    pub(crate) fn listed(&self) -> Vec<String> {
        let text = succeed(self.terraform().args(["state", "list"]));
        text.lines().map(str::to_owned).collect()
    }

    /// Everything that Terraform remembers, as it stands in its file.
    pub(crate) fn state_file(&self) -> String {
        fs::read_to_string(self.folder.join("terraform.tfstate")).expect("a state")
    }

    /// The same as JSON that is documented.
    pub(crate) fn state(&self) -> Value {
        let text = succeed(self.terraform().args(["show", "-json"]));
        serde_json::from_str(&text).expect("a state is JSON")
    }
}

/// What was going on when it ended: of a call that its deadline ended, the resources that it still waited for.
pub(super) fn last(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n") + "\n"
}
