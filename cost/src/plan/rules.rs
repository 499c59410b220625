//! What a resource of a plan puts on the bill while it stands there.

use serde_json::Value;

use crate::decimal::Decimal;
use crate::inventory::{Per, Role, Standing};

/// GB that AWS gives a RabbitMQ broker of the smallest sizes; it sizes the disk itself and says so only on the bill.
const BROKER_DISK_GB: i64 = 20;
/// GB of one repository's images and of one bucket's files: tenths.
const STORED_TENTHS: i64 = 1;

/// What a rule sees of a plan.
pub(super) struct Resource<'a> {
    pub(super) kind: &'a str,
    pub(super) address: &'a str,
    pub(super) values: &'a Value,
    /// Availability zones that the plan's subnets are in.
    pub(super) zones: i64,
}

impl Resource<'_> {
    fn text(&self, name: &str) -> Result<&str, String> {
        self.values[name]
            .as_str()
            .ok_or_else(|| format!("{}: the plan does not say its {name}", self.address))
    }

    fn number(&self, name: &str) -> Result<i64, String> {
        self.values[name]
            .as_i64()
            .ok_or_else(|| format!("{}: the plan does not say its {name}", self.address))
    }

    fn flag(&self, name: &str) -> bool {
        self.values[name].as_bool().unwrap_or(false)
    }

    fn line(&self, role: Role, key: impl Into<String>, per: Per, quantity: Decimal) -> Standing {
        Standing {
            address: self.address.to_owned(),
            role,
            key: key.into(),
            per,
            quantity,
        }
    }

    fn hourly(&self, role: Role, key: impl Into<String>, count: i64) -> Standing {
        self.line(role, key, Per::Hour, Decimal::whole(count))
    }

    fn monthly(&self, role: Role, key: impl Into<String>, count: i64) -> Standing {
        self.line(role, key, Per::Month, Decimal::whole(count))
    }
}

/// The lines of a resource; `None` if there is no rule for its type.
pub(super) fn lines(of: &Resource<'_>) -> Option<Result<Vec<Standing>, String>> {
    let one = |line: Standing| Some(Ok(vec![line]));
    match of.kind {
        "aws_nat_gateway" => one(of.hourly(Role::Network, "nat.hour", 1)),
        "aws_eip" => one(of.hourly(Role::Network, "ipv4.hour", 1)),
        "aws_vpc_endpoint" => Some(Ok(endpoint(of))),
        "aws_eks_cluster" => one(of.hourly(Role::Cluster, "eks.cluster.hour", 1)),
        "aws_lb" => Some(Ok(balancer(of))),
        "aws_db_instance" => Some(database(of)),
        "aws_db_proxy" => one(of.hourly(Role::Database, "rds.proxy.vcpu_hour", 2)),
        "aws_mq_broker" => Some(broker(of)),
        "aws_elasticache_replication_group" => Some(cache(of)),
        "aws_docdb_cluster" => one(of.monthly(Role::Documents, "docdb.storage.gb_month", 1)),
        "aws_docdb_cluster_instance" => Some(
            of.text("instance_class")
                .map(|class| vec![of.hourly(Role::Documents, format!("docdb.{class}.hour"), 1)]),
        ),
        "aws_ebs_volume" => Some(
            of.number("size")
                .map(|size| vec![of.monthly(volume_role(of.address), "ebs.gp3.gb_month", size)]),
        ),
        "aws_secretsmanager_secret" => one(of.monthly(Role::Secrets, "secret.month", 1)),
        "aws_kms_key" => one(of.monthly(Role::Secrets, "kms.key.month", 1)),
        "aws_route53_zone" => one(of.monthly(Role::Edge, "route53.zone.month", 1)),
        "aws_route53_health_check" => {
            one(of.monthly(Role::Operations, "route53.health_check.month", 1))
        }
        "aws_wafv2_web_acl" => Some(Ok(firewall(of))),
        "aws_s3_bucket" => Some(stored(of, Role::Edge, "s3.gb_month")),
        "aws_ecr_repository" => Some(stored(of, Role::Registry, "ecr.gb_month")),
        "aws_cloudwatch_metric_alarm" => {
            one(of.monthly(Role::Operations, "cloudwatch.alarm.month", 1))
        }
        "aws_cloudwatch_dashboard" => {
            one(of.monthly(Role::Operations, "cloudwatch.dashboard.month", 1))
        }
        _ => None,
    }
}

fn endpoint(of: &Resource<'_>) -> Vec<Standing> {
    if of.values["vpc_endpoint_type"].as_str() != Some("Interface") {
        return Vec::new();
    }
    let subnets = of.values["subnet_ids"]
        .as_array()
        .and_then(|ids| i64::try_from(ids.len()).ok());
    vec![of.hourly(
        Role::Network,
        "endpoint.hour",
        subnets.filter(|count| *count > 0).unwrap_or(of.zones),
    )]
}

fn balancer(of: &Resource<'_>) -> Vec<Standing> {
    let network = of.values["load_balancer_type"].as_str() == Some("network");
    let (role, key) = if network {
        (Role::InternalBalancer, "nlb.hour")
    } else {
        (Role::Balancer, "alb.hour")
    };
    let mut lines = vec![of.hourly(role, key, 1)];
    if !of.flag("internal") {
        lines.push(of.hourly(role, "ipv4.hour", of.zones));
    }
    lines
}

fn database(of: &Resource<'_>) -> Result<Vec<Standing>, String> {
    let (zones, storage) = if of.flag("multi_az") {
        (2, "rds.gp3_multi_az.gb_month")
    } else {
        (1, "rds.gp3.gb_month")
    };
    let class = of.text("instance_class")?;
    Ok(vec![
        of.hourly(Role::Database, format!("rds.{class}.hour"), zones),
        of.monthly(Role::Database, storage, of.number("allocated_storage")?),
    ])
}

fn broker(of: &Resource<'_>) -> Result<Vec<Standing>, String> {
    let cluster = of.values["deployment_mode"].as_str() == Some("CLUSTER_MULTI_AZ");
    let (suffix, disks) = if cluster { ("_cluster", 3) } else { ("", 1) };
    let kind = of.text("host_instance_type")?;
    Ok(vec![
        of.hourly(Role::Broker, format!("{kind}{suffix}.hour"), 1),
        of.monthly(Role::Broker, "mq.storage.gb_month", disks * BROKER_DISK_GB),
    ])
}

fn cache(of: &Resource<'_>) -> Result<Vec<Standing>, String> {
    let engine = of.values["engine"].as_str().unwrap_or("redis");
    let kind = of.text("node_type")?;
    let kind = kind.strip_prefix("cache.").unwrap_or(kind);
    let count = of.values["num_cache_clusters"].as_i64().unwrap_or(1);
    Ok(vec![of.hourly(
        Role::Cache,
        format!("{engine}.{kind}.hour"),
        count,
    )])
}

fn firewall(of: &Resource<'_>) -> Vec<Standing> {
    let rules = of.values["rule"]
        .as_array()
        .and_then(|rules| i64::try_from(rules.len()).ok())
        .unwrap_or(0);
    vec![
        of.monthly(Role::Edge, "waf.acl.month", 1),
        of.monthly(Role::Edge, "waf.rule.month", rules),
    ]
}

fn stored(of: &Resource<'_>, role: Role, key: &'static str) -> Result<Vec<Standing>, String> {
    let gb = Decimal::ratio(STORED_TENTHS.into(), 10).map_err(|error| error.to_string())?;
    Ok(vec![of.line(role, key, Per::Month, gb)])
}

fn volume_role(address: &str) -> Role {
    if address.contains("rabbitmq") {
        Role::Broker
    } else {
        Role::Documents
    }
}
