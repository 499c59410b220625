//! From `terraform show -json PLAN` to an inventory.
//!
//! Every managed resource of the planned state is free, metered by use, or has a rule; a type that is none of these is
//! an error, so that a new resource cannot slip past the budget.

mod free;
mod rules;

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::inventory::{Inventory, NodeGroup, PlannedFunction};
use rules::Resource;

/// Why a plan gives no inventory.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not JSON.
    #[error("the plan is no JSON: {0}. Make it with `terraform show -json PLANFILE`")]
    Unreadable(#[from] serde_json::Error),
    /// JSON of something else.
    #[error(
        "this is no Terraform plan: it has no planned_values.root_module. Make it with `terraform show -json PLANFILE`"
    )]
    NoPlan,
    /// Types that nobody has looked at.
    #[error("no price rule for: {}. Add a rule to cost/src/plan/rules.rs, or the type to the free ones if AWS charges nothing for it", .0.join(", "))]
    NoRule(Vec<String>),
    /// A resource that lacks what its rule needs.
    #[error("{0}")]
    Resource(String),
}

struct Found<'a> {
    address: &'a str,
    kind: &'a str,
    values: &'a Value,
}

/// The inventory of a plan's text.
pub fn inventory(source: &str, text: &str) -> Result<Inventory, PlanError> {
    let plan: Value = serde_json::from_str(text)?;
    let root = &plan["planned_values"]["root_module"];
    if !root.is_object() {
        return Err(PlanError::NoPlan);
    }
    let mut found = Vec::new();
    collect(root, &mut found);
    found.sort_by_key(|resource| resource.address);
    let zones = zones(&found);
    let mut inventory = Inventory {
        source: source.to_owned(),
        sha256: hex(&Sha256::digest(text.as_bytes())),
        lines: Vec::new(),
        functions: Vec::new(),
        nodes: None,
        in_cluster: Vec::new(),
    };
    let mut without_rule = BTreeSet::new();
    for one in &found {
        note_pods(one, &mut inventory.in_cluster);
        match one.kind {
            "aws_lambda_function" => inventory.functions.push(function(one)?),
            "aws_eks_node_group" => inventory.nodes = Some(node_group(one, &found)?),
            // Part of the node group that uses it.
            "aws_launch_template" => {}
            kind if free::FREE.contains(&kind) || free::METERED.contains(&kind) => {}
            kind => {
                let resource = Resource {
                    kind,
                    address: one.address,
                    values: one.values,
                    zones,
                };
                match rules::lines(&resource) {
                    Some(lines) => inventory.lines.extend(lines.map_err(PlanError::Resource)?),
                    None => {
                        without_rule.insert(format!("{kind} ({})", one.address));
                    }
                }
            }
        }
    }
    if without_rule.is_empty() {
        Ok(inventory)
    } else {
        Err(PlanError::NoRule(without_rule.into_iter().collect()))
    }
}

fn collect<'a>(module: &'a Value, found: &mut Vec<Found<'a>>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["mode"].as_str() == Some("managed")
            && let (Some(address), Some(kind)) =
                (resource["address"].as_str(), resource["type"].as_str())
        {
            found.push(Found {
                address,
                kind,
                values: &resource["values"],
            });
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, found);
    }
}

fn zones(found: &[Found<'_>]) -> i64 {
    let zones: BTreeSet<&str> = found
        .iter()
        .filter(|one| one.kind == "aws_subnet")
        .filter_map(|one| one.values["availability_zone"].as_str())
        .collect();
    i64::try_from(zones.len()).unwrap_or(1).max(1)
}

/// A release or a volume of a server that runs in the cluster.
fn note_pods(one: &Found<'_>, in_cluster: &mut Vec<String>) {
    if !matches!(one.kind, "terraform_data" | "aws_ebs_volume") {
        return;
    }
    for server in ["mongodb", "rabbitmq"] {
        if one.address.contains(server) && !in_cluster.iter().any(|known| known == server) {
            in_cluster.push(server.to_owned());
        }
    }
}

fn function(one: &Found<'_>) -> Result<PlannedFunction, PlanError> {
    let lacks = |what: &str| {
        PlanError::Resource(format!("{}: the plan does not say its {what}", one.address))
    };
    Ok(PlannedFunction {
        name: one.values["function_name"]
            .as_str()
            .ok_or_else(|| lacks("function_name"))?
            .to_owned(),
        memory_mb: small(&one.values["memory_size"]).ok_or_else(|| lacks("memory_size"))?,
        architecture: one.values["architectures"][0]
            .as_str()
            .unwrap_or("x86_64")
            .to_owned(),
    })
}

fn node_group(one: &Found<'_>, found: &[Found<'_>]) -> Result<NodeGroup, PlanError> {
    let lacks = |what: &str| {
        PlanError::Resource(format!("{}: the plan does not say its {what}", one.address))
    };
    let scaling = &one.values["scaling_config"][0];
    let disk = small(&one.values["disk_size"])
        .filter(|size| *size > 0)
        .unwrap_or_else(|| template_disk(found));
    Ok(NodeGroup {
        instance_type: one.values["instance_types"][0]
            .as_str()
            .ok_or_else(|| lacks("instance_types"))?
            .to_owned(),
        minimum: small(&scaling["desired_size"]).ok_or_else(|| lacks("scaling_config"))?,
        maximum: small(&scaling["max_size"]).ok_or_else(|| lacks("scaling_config"))?,
        disk_gb: disk,
        spot: one.values["capacity_type"].as_str() == Some("SPOT"),
    })
}

fn template_disk(found: &[Found<'_>]) -> u32 {
    found
        .iter()
        .filter(|one| one.kind == "aws_launch_template")
        .flat_map(|one| {
            one.values["block_device_mappings"]
                .as_array()
                .into_iter()
                .flatten()
        })
        .filter_map(|mapping| small(&mapping["ebs"][0]["volume_size"]))
        .sum()
}

fn small(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
