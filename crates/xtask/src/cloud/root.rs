//! The Terraform root, as this checkout drives it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::report;

use super::Cloud;
use super::images::Tag;
use super::programs::Programs;

/// Names the backend: where the state is depends on who runs Terraform, so it is no part of the root.
const BACKEND: &str = "backend_override.tf";

/// What the repositories are made by, before anything that needs images.
const REPOSITORIES: &str = "module.ecr";

/// What the root is fed with.
#[derive(Debug)]
pub(super) struct Artefacts {
    pub(super) packages: PathBuf,
    pub(super) pages: PathBuf,
}

impl Artefacts {
    /// For commands that deploy nothing.
    pub(super) fn stand_ins(checkout: &Checkout) -> Self {
        Self {
            packages: checkout.path("target/cloud/stand-ins"),
            pages: checkout.path("target/cloud/stand-ins/pages"),
        }
    }
}

/// The root with its variables.
#[derive(Debug)]
pub(super) struct Root<'a> {
    cloud: &'a Cloud,
    terraform: Programs,
    /// What every plan, apply and destroy is given.
    pub(super) variables: Vec<String>,
}

impl<'a> Root<'a> {
    pub(super) fn new(cloud: &'a Cloud, artefacts: &Artefacts, tag: &Tag) -> Result<Self> {
        let folder = cloud.checkout.path("terraform");
        let mut variables = Vec::new();
        if let Some(file) = &cloud.args.vars {
            // As the person who typed it sees it, not as Terraform in its own folder does.
            let file = cloud.checkout.root().join(file);
            if !file.is_file() {
                bail!("VARS: there is no file {}", file.display());
            }
            variables.push(format!("-var-file={}", file.display()));
        }
        variables.extend(
            [
                ("name", cloud.name()),
                ("region", cloud.region.clone()),
                ("architecture", cloud.args.arch.to_string()),
                ("packages_dir", artefacts.packages.display().to_string()),
                ("web_dist", artefacts.pages.display().to_string()),
                ("image_tag", tag.to_string()),
            ]
            .map(|(name, value)| format!("-var={name}={value}")),
        );
        if cloud.args.no_helm {
            variables.push("-var=helm_enabled=false".to_owned());
        }
        Ok(Self {
            cloud,
            terraform: cloud.programs.inside(folder),
            variables,
        })
    }

    /// Where `plan` leaves its plan.
    pub(super) fn plan_file(&self) -> PathBuf {
        let name = format!("target/cloud/{}.tfplan", self.cloud.name());
        self.cloud.checkout.path(&name)
    }

    /// Names the backend and fetches the provider.
    pub(super) fn init(&self) -> Result<()> {
        let name = self.cloud.name();
        // Another installation than the last one is another state, not a state to move.
        let mut arguments = vec!["-input=false".to_owned(), "-reconfigure".to_owned()];
        let kind = match &self.cloud.args.state_bucket {
            Some(bucket) => {
                let region = &self.cloud.region;
                arguments.extend(
                    [
                        format!("bucket={bucket}"),
                        format!("key={name}.tfstate"),
                        format!("region={region}"),
                        "encrypt=true".to_owned(),
                        "use_lockfile=true".to_owned(),
                    ]
                    .map(|setting| format!("-backend-config={setting}")),
                );
                "s3"
            }
            None => {
                arguments.push(format!("-backend-config=path=state/{name}.tfstate"));
                "local"
            }
        };
        let file = self.terraform.folder().join(BACKEND);
        let text = format!(
            "# Written by `make cloud-…`, which gives the rest of it to `terraform init`.\n\
             terraform {{\n  backend \"{kind}\" {{}}\n}}\n"
        );
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        report::phase("terraform init", || self.terraform("init", &arguments))
    }

    /// Plans into a file. Says whether anything would be changed.
    pub(super) fn plan(&self) -> Result<bool> {
        let file = self.plan_file();
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).context("target/cloud cannot be made")?;
        }
        let mut arguments = vec!["-input=false".to_owned(), "-detailed-exitcode".to_owned()];
        arguments.push(format!("-out={}", file.display()));
        arguments.extend_from_slice(&self.variables);
        report::step("terraform plan");
        let mut words = vec!["plan"];
        words.extend(arguments.iter().map(String::as_str));
        match self.terraform.code("terraform", &words)? {
            0 => Ok(false),
            2 => Ok(true),
            _ => bail!("terraform plan failed; its messages are above"),
        }
    }

    /// Makes the image repositories, and nothing else.
    pub(super) fn apply_repositories(&self) -> Result<()> {
        let mut arguments = vec!["-input=false".to_owned(), "-auto-approve".to_owned()];
        arguments.push(format!("-target={REPOSITORIES}"));
        arguments.extend_from_slice(&self.variables);
        self.terraform("apply", &arguments)
    }

    /// Does what was planned last.
    pub(super) fn apply(&self) -> Result<()> {
        let file = self.plan_file().display().to_string();
        report::phase("terraform apply", || {
            self.terraform("apply", &["-input=false".to_owned(), file])
        })
        .context(
            "the apply ended half-way. What it made is in the state: mend what it says above and run `make cloud-up` \
             again, or `make cloud-down`. terraform/README.md lists the known failures",
        )
    }

    pub(super) fn destroy(&self) -> Result<()> {
        let mut arguments = vec!["-input=false".to_owned(), "-auto-approve".to_owned()];
        arguments.extend_from_slice(&self.variables);
        report::phase("terraform destroy", || self.terraform("destroy", &arguments)).context(
            "the destroy ended half-way; what is left is still in the state. Run `make cloud-down` again: AWS lets go of \
             a function's network interfaces up to an hour late",
        )
    }

    /// The outputs of what has been applied.
    pub(super) fn outputs(&self) -> Result<Value> {
        let said = self.terraform.output("terraform", &["output", "-json"])?;
        serde_json::from_str(&said).context("terraform output said no JSON")
    }

    /// Where each image is pushed to, once the repositories are there.
    pub(super) fn repositories(&self) -> Result<BTreeMap<String, String>> {
        let outputs = self.outputs()?;
        let repositories = &outputs["ecr_repositories"]["value"];
        if repositories.is_null() {
            return Ok(BTreeMap::new());
        }
        serde_json::from_value(repositories.clone())
            .context("terraform's output ecr_repositories is no map of addresses")
    }

    /// What the plan costs a month before anybody has asked for anything, in dollars and cents as the root writes it;
    /// `None` while that is not known.
    pub(super) fn monthly_floor(&self) -> Result<Option<String>> {
        let file = self.plan_file().display().to_string();
        let said = self
            .terraform
            .output("terraform", &["show", "-json", &file])?;
        let plan: Value = serde_json::from_str(&said).context("terraform show said no JSON")?;
        let floor = plan["planned_values"]["outputs"]["monthly_floor_usd"]["value"].as_str();
        Ok(floor.map(str::to_owned))
    }

    fn terraform(&self, verb: &str, arguments: &[String]) -> Result<()> {
        let mut words = vec![verb];
        words.extend(arguments.iter().map(String::as_str));
        self.terraform.run("terraform", &words)
    }
}
