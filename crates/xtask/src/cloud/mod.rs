//! `make cloud-plan`, `cloud-up`, `cloud-urls`, `cloud-down`: the shop in AWS, from this checkout to its address and back.

mod images;
mod programs;
mod root;
mod sweep;

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::package::{self, Architecture};
use crate::process::Processes;
use crate::setup::{self, Purpose};
use crate::throw_away::ThrowAway;
use crate::{build, environment, report};

use images::Tag;
use programs::{Need, Programs};
use root::{Artefacts, Root};

/// Which installation, and how it is reached.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CloudArgs {
    /// The installation: everything in AWS is named velure-ENVIRONMENT
    #[arg(long, default_value = "dev")]
    environment: String,
    /// The processor of functions and nodes
    #[arg(long, value_enum, default_value = "arm64")]
    arch: Architecture,
    /// The S3 bucket that holds Terraform's state [default: a file in terraform/state/]
    #[arg(long)]
    state_bucket: Option<String>,
    /// Further values of Terraform's variables: a .tfvars file
    #[arg(long, value_name = "FILE")]
    vars: Option<PathBuf>,
    /// Make everything but what runs in the cluster: no images, no Helm
    #[arg(long)]
    no_helm: bool,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
}

/// What a command works with.
#[derive(Debug)]
struct Cloud {
    checkout: Checkout,
    args: CloudArgs,
    programs: Programs,
    region: String,
}

/// Says what would be changed, and what it would cost.
pub(crate) fn plan(checkout: &Checkout, args: CloudArgs) -> Result<()> {
    let cloud = Cloud::prepare(checkout, args, &[Need::Terraform, Need::Aws])?;
    let artefacts = cloud.artefacts()?;
    let root = cloud.root(&artefacts)?;
    root.init()?;
    if root.plan()? {
        cloud.tell_floor(&root)?;
        report::line(format_args!(
            "The plan is in {}",
            root.plan_file().display()
        ));
    } else {
        report::line("Nothing would be changed.");
    }
    Ok(())
}

/// Brings the shop up, or up to date.
pub(crate) fn up(checkout: &Checkout, args: CloudArgs) -> Result<()> {
    let needs: &[Need] = if args.no_helm {
        &[Need::Terraform, Need::Aws]
    } else {
        &[Need::Terraform, Need::Aws, Need::Helm, Need::Kubectl]
    };
    let cloud = Cloud::prepare(checkout, args, needs)?;
    let artefacts = cloud.artefacts()?;
    cloud.apply(&artefacts)
}

/// Makes the image repositories, which cost nothing while they are empty: for who fills them before there are pods.
pub(crate) fn repositories(checkout: &Checkout, args: CloudArgs) -> Result<()> {
    let cloud = Cloud::prepare(checkout, args, &[Need::Terraform, Need::Aws])?;
    let root = cloud.root(&Artefacts::stand_ins(&cloud.checkout))?;
    root.init()?;
    root.apply_repositories()
}

/// Says which images there are, and their tag.
pub(crate) fn images(checkout: &Checkout) -> Result<()> {
    let path = environment::value("PATH").unwrap_or_default();
    images::list(&Programs::on(&path, checkout.root()))
}

/// Says where the shop answers.
pub(crate) fn urls(checkout: &Checkout, args: CloudArgs) -> Result<()> {
    let cloud = Cloud::prepare(checkout, args, &[Need::Terraform, Need::Aws])?;
    let root = cloud.root(&Artefacts::stand_ins(&cloud.checkout))?;
    root.init()?;
    cloud.tell_urls(&root)
}

/// Takes everything down, and says what is left.
pub(crate) fn down(checkout: &Checkout, args: CloudArgs) -> Result<()> {
    let cloud = Cloud::prepare(checkout, args, &[Need::Terraform, Need::Aws])?;
    cloud.destroy()
}

impl Cloud {
    fn prepare(checkout: &Checkout, args: CloudArgs, needs: &[Need]) -> Result<Self> {
        let path = environment::value("PATH").unwrap_or_default();
        let programs = Programs::on(&path, checkout.root());
        Self::with(checkout, args, programs, needs)
    }

    fn with(
        checkout: &Checkout,
        args: CloudArgs,
        programs: Programs,
        needs: &[Need],
    ) -> Result<Self> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if args.environment.is_empty() || !args.environment.chars().all(good) {
            bail!(
                "ENVIRONMENT takes lower-case letters, digits and dashes, such as dev or production"
            );
        }
        programs.check(needs)?;
        let region = programs.region()?;
        let cloud = Self {
            checkout: checkout.clone(),
            args,
            programs,
            region,
        };
        report::line(format_args!(
            "{} in {}, account {}",
            cloud.name(),
            cloud.region,
            cloud.programs.account()?
        ));
        Ok(cloud)
    }

    /// What every name in AWS begins with.
    fn name(&self) -> String {
        format!("velure-{}", self.args.environment)
    }

    /// Builds packages and pages where a source is newer than they are, and checks the packages.
    fn artefacts(&self) -> Result<Artefacts> {
        let architecture = self.args.arch;
        if !package::is_current(&self.checkout, architecture)? {
            package::all(&self.checkout, architecture)?;
        }
        report::phase("checking the packages", || {
            package::verify(&self.checkout, architecture)
        })?;
        setup::run(&self.checkout, Purpose::Web)?;
        let place = ThrowAway::new(&self.checkout)?;
        let mut processes = Processes::new(place.folder().clone());
        report::phase("building the pages", || {
            build::web(&mut processes, &self.checkout)
        })?;
        Ok(Artefacts {
            packages: package::folder(&self.checkout, architecture),
            pages: self.checkout.path("web/dist"),
        })
    }

    fn root<'a>(&'a self, artefacts: &Artefacts) -> Result<Root<'a>> {
        let tag = Tag::of(&self.programs)?;
        Root::new(self, artefacts, &tag)
    }

    /// Plans, asks, pushes images and applies.
    fn apply(&self, artefacts: &Artefacts) -> Result<()> {
        let root = self.root(artefacts)?;
        root.init()?;
        if !root.plan()? {
            report::line("Nothing is to be changed.");
            return self.tell_urls(&root);
        }
        self.tell_floor(&root)?;
        self.confirm("apply it")?;
        if !self.args.no_helm {
            let tag = Tag::of(&self.programs)?;
            let mut repositories = root.repositories()?;
            if repositories.is_empty() {
                report::step(
                    "making the image repositories, which have to be there before there are pods",
                );
                root.apply_repositories()?;
                repositories = root.repositories()?;
                images::push(self, &repositories, &tag)?;
                // The first plan was for a state without repositories.
                root.plan()?;
            } else {
                images::push(self, &repositories, &tag)?;
            }
        }
        root.apply()?;
        self.tell_urls(&root)
    }

    fn destroy(&self) -> Result<()> {
        let packages = package::folder(&self.checkout, self.args.arch);
        let artefacts = Artefacts {
            // Terraform reads every file that the root names, also to destroy what was made of it. A fresh checkout
            // has none, and to build them for that would take an hour.
            packages: if package::verify(&self.checkout, self.args.arch).is_ok() {
                packages
            } else {
                let folder = self.checkout.path("target/cloud/stand-ins");
                package::stand_ins(&self.checkout, &folder)?;
                folder
            },
            ..Artefacts::stand_ins(&self.checkout)
        };
        fs::create_dir_all(&artefacts.pages).context("target/cloud cannot be made")?;
        let root = self.root(&artefacts)?;
        root.init()?;
        report::line(format_args!(
            "\nThis takes {} down with all of its data: accounts, orders, products, secrets, images.",
            self.name()
        ));
        self.confirm("destroy it")?;
        root.destroy()?;
        sweep::report(self)
    }

    /// What the plan costs before anybody has asked for anything.
    fn tell_floor(&self, root: &Root<'_>) -> Result<()> {
        let Some(floor) = root.monthly_floor()? else {
            report::line(
                "\nWhat it costs is known when it has been applied: output monthly_floor_usd.",
            );
            return Ok(());
        };
        report::line(format_args!(
            "\n{} costs at least {} from the apply until `make cloud-down`,\n\
             and more with requests, traffic and logs. Output monthly_floor_lines has the lines.",
            self.name(),
            per_month_and_hour(&floor),
        ));
        Ok(())
    }

    fn tell_urls(&self, root: &Root<'_>) -> Result<()> {
        let outputs = root.outputs()?;
        let Some(url) = outputs["url"]["value"].as_str() else {
            bail!("{} is not up: run `make cloud-up`", self.name());
        };
        report::line(format_args!("\n  the shop   {url}"));
        if let Some(api) = outputs["api_url"]["value"].as_str() {
            report::line(format_args!("  its API    {api}, for our own processes"));
        }
        if let Some(cluster) = outputs["cluster_name"]["value"].as_str() {
            report::line(format_args!(
                "  its pods   aws eks update-kubeconfig --name {cluster} --region {}, then kubectl -n velure get pods",
                self.region
            ));
        }
        Ok(())
    }

    /// Goes on when somebody types the installation's name, or said so before.
    fn confirm(&self, what: &str) -> Result<()> {
        if self.args.yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            bail!("nobody is there to ask whether to {what}: YES=1 says so");
        }
        let mut out = std::io::stdout();
        write!(out, "\nType {} to {what}: ", self.name())?;
        out.flush()?;
        let mut line = String::new();
        std::io::stdin()
            .read_line(&mut line)
            .context("the answer cannot be read")?;
        if line.trim() != self.name() {
            bail!("left as it is");
        }
        Ok(())
    }
}

/// As AWS's own price pages count.
const HOURS_A_MONTH: f64 = 730.0;

/// The output `monthly_floor_usd` in words. Where a price is missing it is `>= 12.34 (no price on record …)`.
fn per_month_and_hour(floor: &str) -> String {
    let floor = floor.trim_start_matches(">= ");
    let dollars: Option<f64> = floor.split(' ').next().and_then(|text| text.parse().ok());
    match dollars {
        Some(dollars) => format!("${floor} a month, ${:.2} an hour,", dollars / HOURS_A_MONTH),
        None => format!("${floor} a month,"),
    }
}

#[cfg(test)]
mod tests;
