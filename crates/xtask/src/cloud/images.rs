//! The pods' images: what they are called, and how they come into the repositories.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result, bail};

use crate::package::{Architecture, sha256};
use crate::report;

use super::Cloud;
use super::programs::Programs;

/// Each image and what it is built by. `velure` is the operator's command, for the bootstrap Job.
const IMAGES: [(&str, &str); 5] = [
    ("relay", "relay/Dockerfile"),
    ("order-processor", "order-processor/Dockerfile"),
    ("sse-gateway", "sse-gateway/Dockerfile"),
    ("functions-server", "functions/server/Dockerfile"),
    ("velure", "crates/cli/Dockerfile"),
];

/// What images are made of.
const SOURCES: [&str; 12] = [
    ".cargo",
    ".dockerignore",
    ".sqlx",
    "Cargo.lock",
    "Cargo.toml",
    "cost",
    "crates",
    "functions",
    "helm/images",
    "order-processor",
    "relay",
    "sse-gateway",
];

/// The tag of images that are made of these sources. The same sources have the same tag, whoever builds them and whether
/// they are committed or not; so an image is built once, and a tag never means two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Tag {
    /// The tag of this checkout, with what is not committed.
    pub(super) fn of(programs: &Programs) -> Result<Self> {
        let mut list = vec![
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
        ];
        list.extend(SOURCES);
        let files = programs.output("git", &list)?;
        let mut names: Vec<&str> = files.split('\0').filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        let mut content = String::new();
        for name in names {
            // Listed by git but removed from the tree.
            if let Ok(bytes) = std::fs::read(programs.folder().join(name)) {
                content += &format!("{} {name}\n", sha256(&bytes));
            }
        }
        Ok(Self(sha256(content.as_bytes())[..16].to_owned()))
    }
}

/// Prints tag and images as `$GITHUB_OUTPUT` takes them, for the workflow that builds them.
pub(super) fn list(programs: &Programs) -> Result<()> {
    report::line(format_args!("tag={}", Tag::of(programs)?));
    let images: Vec<_> = IMAGES
        .map(|(image, file)| serde_json::json!({"image": image, "file": file}))
        .into();
    report::line(format_args!("images={}", serde_json::to_string(&images)?));
    Ok(())
}

/// Builds and pushes the images that the repositories lack.
pub(super) fn push(
    cloud: &Cloud,
    repositories: &BTreeMap<String, String>,
    tag: &Tag,
) -> Result<()> {
    let mut missing = Vec::new();
    for (image, file) in IMAGES {
        let address = repositories
            .get(image)
            .with_context(|| format!("terraform's output ecr_repositories has no {image}"))?;
        if is_pushed(cloud, image, tag)? {
            report::note(format_args!("{image}:{tag} is there"));
        } else {
            missing.push((image, file, address));
        }
    }
    let Some((_, _, address)) = missing.first() else {
        return Ok(());
    };
    let programs = &cloud.programs;
    let engine = programs.find("docker").is_some()
        && programs.raw("docker", &["info"])?.status.success()
        && programs
            .raw("docker", &["buildx", "version"])?
            .status
            .success();
    if !engine {
        let names: Vec<&str> = missing.iter().map(|(image, ..)| *image).collect();
        bail!(
            "the repositories lack {}:{tag}, and no container engine with buildx runs here to build them. The workflow \
             .github/workflows/images.yml builds and signs them for every commit on main: wait for it and run \
             `make cloud-up` from that commit, start Docker, or leave the pods out with NO_HELM=1",
            names.join(", ")
        );
    }
    let registry = address.split('/').next().unwrap_or_default();
    let password = programs.output(
        "aws",
        &["ecr", "get-login-password", "--region", &cloud.region],
    )?;
    let login = ["login", "--username", "AWS", "--password-stdin", registry];
    programs.run_with_input("docker", &login, &password)?;
    for (image, file, address) in missing {
        report::phase(&format!("building {image}"), || {
            let name = format!("{address}:{tag}");
            let platform = match cloud.args.arch {
                Architecture::Arm64 => "linux/arm64",
                Architecture::X86_64 => "linux/amd64",
            };
            let build = ["buildx", "build", "--platform", platform, "--file", file];
            let attest = ["--provenance=mode=max", "--sbom=true"];
            let rest = ["--tag", &name, "--push", "."];
            let words: Vec<&str> = build.into_iter().chain(attest).chain(rest).collect();
            programs.run("docker", &words)
        })?;
    }
    Ok(())
}

fn is_pushed(cloud: &Cloud, image: &str, tag: &Tag) -> Result<bool> {
    let repository = format!("{}/{image}", cloud.name());
    let output = cloud.programs.raw(
        "aws",
        &[
            "ecr",
            "describe-images",
            "--region",
            &cloud.region,
            "--repository-name",
            &repository,
            "--image-ids",
            &format!("imageTag={tag}"),
        ],
    )?;
    if output.status.success() {
        return Ok(true);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("ImageNotFoundException") {
        return Ok(false);
    }
    bail!("aws ecr describe-images: {}", said.trim())
}
