//! What is left in AWS after a destroy.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::report;

use super::Cloud;

/// Where AWS lists what belongs to no region: the CDN, its certificate, its firewall.
const GLOBAL: &str = "us-east-1";

/// The tag that Terraform puts on everything of an installation.
const TAG: &str = "velure:name";

/// Lists what still has the installation's tags, also what a controller in the cluster made. Fails when there is any.
pub(super) fn report(cloud: &Cloud) -> Result<()> {
    let name = cloud.name();
    let filters = [
        format!("Key={TAG},Values={name}"),
        format!("Key=kubernetes.io/cluster/{name}"),
    ];
    let mut left = BTreeSet::new();
    for region in BTreeSet::from([cloud.region.as_str(), GLOBAL]) {
        for filter in &filters {
            let said = cloud.programs.output(
                "aws",
                &[
                    "resourcegroupstaggingapi",
                    "get-resources",
                    "--region",
                    region,
                    "--tag-filters",
                    filter,
                    "--output",
                    "json",
                ],
            )?;
            left.extend(arns(&said)?);
        }
    }
    if left.is_empty() {
        report::line(format_args!(
            "\n{name} is gone: nothing in AWS has its tags any more."
        ));
        return Ok(());
    }
    report::line(format_args!("\nStill there with the tags of {name}:"));
    for arn in &left {
        report::line(format_args!("  {arn}"));
    }
    bail!(
        "{} resources are listed. AWS goes on listing some for up to an hour after they are gone (NAT gateways, network \
         interfaces, clusters): run `make cloud-down` again then. What is listed still was made beside Terraform, and \
         costs money until it is removed",
        left.len()
    );
}

fn arns(said: &str) -> Result<Vec<String>> {
    let said: Value = serde_json::from_str(said).context("the tag sweep got no JSON")?;
    let list = said["ResourceTagMappingList"]
        .as_array()
        .context("the tag sweep got no list")?;
    Ok(list
        .iter()
        .filter_map(|resource| resource["ResourceARN"].as_str())
        .map(str::to_owned)
        .collect())
}
