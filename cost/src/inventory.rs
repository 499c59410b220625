//! What stands there around the clock, read from a Terraform plan.

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;

/// The standing resources of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Which plan, for a reader.
    pub source: String,
    /// SHA-256 of the plan's text.
    pub sha256: String,
    /// Quantities by resource, in the plan's order of addresses.
    pub lines: Vec<Standing>,
    /// The functions.
    pub functions: Vec<PlannedFunction>,
    /// The node group, if there is a cluster.
    pub nodes: Option<NodeGroup>,
    /// Servers that run as pods of the cluster instead of as managed services: `mongodb`, `rabbitmq`.
    pub in_cluster: Vec<String>,
}

/// A quantity of a priced thing that stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Of the resource in the plan.
    pub address: String,
    /// What it does in the system, so that another variant can leave it out.
    pub role: Role,
    /// Of the price.
    pub key: String,
    /// How often the quantity is charged.
    pub per: Per,
    /// In the price's unit.
    pub quantity: Decimal,
}

/// How often a standing quantity is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// 730 times a month.
    Hour,
    /// Once.
    Month,
}

/// What a resource does in the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// NAT, addresses, endpoints.
    Network,
    /// The Kubernetes control plane.
    Cluster,
    /// In front of the SSE gateway.
    Balancer,
    /// From functions to a database in the cluster.
    InternalBalancer,
    /// PostgreSQL.
    Database,
    /// RabbitMQ.
    Broker,
    /// Redis.
    Cache,
    /// MongoDB.
    Documents,
    /// Secrets and keys.
    Secrets,
    /// DNS, CDN, web application firewall, pages.
    Edge,
    /// Container images.
    Registry,
    /// Alarms, dashboards, metrics.
    Operations,
}

/// A Lambda function of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFunction {
    /// Its function name.
    pub name: String,
    /// Configured memory.
    pub memory_mb: u32,
    /// `arm64` or `x86_64`.
    pub architecture: String,
}

/// A managed node group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeGroup {
    /// The first of its types.
    pub instance_type: String,
    /// Nodes at least.
    pub minimum: u32,
    /// Nodes at most.
    pub maximum: u32,
    /// Root disk of each.
    pub disk_gb: u32,
    /// Bought from spare capacity.
    pub spot: bool,
}

impl Inventory {
    /// Whether a server runs as a pod of the cluster.
    #[must_use]
    pub fn runs(&self, server: &str) -> bool {
        self.in_cluster.iter().any(|known| known == server)
    }

    /// The lines whose role a variant keeps.
    pub fn of<'a>(&'a self, keep: &'a [Role]) -> impl Iterator<Item = &'a Standing> {
        self.lines
            .iter()
            .filter(move |line| keep.contains(&line.role))
    }
}
