//! The ways of running the shop that are compared, and what each is made of.

use crate::bill::Usage;
use crate::decimal::Decimal;
use crate::inventory::{Per, Role};

use super::lines::{Month, Writer, number};
use super::sizing::{busiest_cpu, nodes, tasks};
use super::traffic::{HOURS_PER_MONTH, SECONDS_PER_MONTH};
use super::{Case, Deployment, Inputs, ModelError};

/// A way of running the shop.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// As deployed: functions behind the HTTP API, pods on EKS.
    Hybrid,
    /// The same with CloudFront calling function URLs instead of the HTTP API.
    HybridUrls,
    /// Every context in server pods on EKS.
    AllEks,
    /// The same pods as tasks of ECS on Fargate.
    EcsFargate,
    /// No pods: queues of SQS, workers and streams on Lambda.
    Serverless,
    /// One machine runs everything, databases included: the control.
    OneMachine,
}

/// All of them, as tables list them.
pub const VARIANTS: [Variant; 6] = [
    Variant::Hybrid,
    Variant::HybridUrls,
    Variant::AllEks,
    Variant::EcsFargate,
    Variant::Serverless,
    Variant::OneMachine,
];

/// Requests to a queue for one message: send, receive, delete.
const SQS_REQUESTS: f64 = 3.0;
/// Order created, processing, and its end.
const MESSAGES_PER_ORDER: f64 = 3.0;
/// Lambda keeps five pollers on a queue, each asking three times a minute; two queues.
const EMPTY_POLLS: f64 = 2.0 * 5.0 * 3.0 * 60.0 * HOURS_PER_MONTH;
const WORKER_MB: f64 = 512.0;
const STREAM_MB: f64 = 128.0;
/// MongoDB Atlas Flex takes up to a hundred operations a second.
const FLEX_OPERATIONS: f64 = 100.0;
/// What databases on the same machine use beside each processor second of ours. Assumed.
const DATABASES_SHARE: f64 = 2.0;
const MACHINE_CPUS: f64 = 2.0;
const MACHINE_DISK_GB: f64 = 60.0;

impl Variant {
    /// As it is written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hybrid => "hybrid",
            Self::HybridUrls => "hybrid-urls",
            Self::AllEks => "all-eks",
            Self::EcsFargate => "ecs-fargate",
            Self::Serverless => "serverless",
            Self::OneMachine => "one-machine",
        }
    }

    /// For readers.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Hybrid => "Hybrid, as deployed",
            Self::HybridUrls => "Hybrid, function URLs",
            Self::AllEks => "All on EKS",
            Self::EcsFargate => "ECS on Fargate",
            Self::Serverless => "All serverless, SQS",
            Self::OneMachine => "One t4g.medium",
        }
    }

    /// What of the plan it keeps.
    fn keeps(self) -> &'static [Role] {
        use Role::{
            Balancer, Broker, Cache, Cluster, Database, Documents, Edge, InternalBalancer, Network,
            Operations, Registry, Secrets,
        };
        match self {
            Self::Hybrid | Self::HybridUrls => &[
                Network,
                Cluster,
                Balancer,
                InternalBalancer,
                Database,
                Broker,
                Cache,
                Documents,
                Secrets,
                Edge,
                Registry,
                Operations,
            ],
            Self::AllEks => &[
                Network, Cluster, Balancer, Database, Broker, Cache, Documents, Secrets, Edge,
                Registry, Operations,
            ],
            Self::EcsFargate => &[
                Network, Balancer, Database, Broker, Cache, Documents, Secrets, Edge, Registry,
                Operations,
            ],
            Self::Serverless => &[
                Network, Database, Cache, Documents, Secrets, Edge, Operations,
            ],
            Self::OneMachine => &[Edge],
        }
    }
}

pub(super) fn deployment(
    case: &Case<'_>,
    variant: Variant,
    requests: f64,
    inputs: &Inputs,
) -> Result<Deployment, ModelError> {
    let month = Month::of(case, requests, inputs);
    let mut writer = Writer {
        case,
        inputs,
        month: &month,
        usage: standing(case, variant)?,
    };
    let mut warnings = Vec::new();
    let mut infeasible = None;
    writer.edge()?;
    match variant {
        Variant::Hybrid | Variant::HybridUrls => {
            writer.functions()?;
            if variant == Variant::Hybrid {
                writer.http_api()?;
            }
            writer.network(true)?;
            writer.balancer_units(false)?;
            writer.pod_logs()?;
            warnings.extend(writer.concurrency_warnings());
            on_nodes(&mut writer, false, &mut warnings)?;
        }
        Variant::AllEks => {
            writer.network(false)?;
            writer.balancer_units(true)?;
            writer.pod_logs()?;
            server_logs(&mut writer)?;
            on_nodes(&mut writer, true, &mut warnings)?;
        }
        Variant::EcsFargate => {
            writer.network(false)?;
            writer.balancer_units(true)?;
            writer.pod_logs()?;
            server_logs(&mut writer)?;
            on_fargate(&mut writer)?;
        }
        Variant::Serverless => {
            writer.functions()?;
            writer.http_api()?;
            writer.network(true)?;
            warnings.extend(writer.concurrency_warnings());
            queues_and_streams(&mut writer)?;
        }
        Variant::OneMachine => infeasible = one_machine(&mut writer)?,
    }
    Ok(Deployment {
        usage: writer.usage,
        warnings,
        infeasible,
    })
}

fn standing(case: &Case<'_>, variant: Variant) -> Result<Vec<Usage>, ModelError> {
    let without_pods = matches!(variant, Variant::Serverless);
    let in_cluster = case.world.inventory.runs("mongodb");
    let month = Decimal::from_estimate(HOURS_PER_MONTH)?;
    let mut usage = Vec::new();
    for line in case.world.inventory.of(variant.keeps()) {
        if without_pods && in_cluster && line.role == Role::Documents {
            continue;
        }
        let quantity = match line.per {
            Per::Hour => line.quantity.times(month)?,
            Per::Month => line.quantity,
        };
        usage.push(Usage::fixed(
            line.key.clone(),
            line.address.clone(),
            quantity,
        ));
    }
    Ok(usage)
}

fn on_nodes(
    writer: &mut Writer<'_>,
    servers: bool,
    warnings: &mut Vec<String>,
) -> Result<(), ModelError> {
    let Some(group) = &writer.case.world.inventory.nodes else {
        return Ok(());
    };
    let mut works = writer.pods();
    if servers {
        works.extend(writer.servers());
    }
    let nodes = nodes(
        writer.case,
        &works,
        writer.inputs,
        &group.instance_type,
        f64::from(group.minimum),
    )?;
    drop(works);
    if nodes.most > f64::from(group.maximum) {
        warnings.push(format!(
            "needs {:.0} nodes at its peak, the plan allows {}",
            nodes.most, group.maximum
        ));
    }
    let saving = writer.inputs.values.get("spot_saving");
    let share = 1.0 - saving;
    let part = if saving > 0.0 {
        format!("nodes, {:.0} % off as Spot", saving * 100.0)
    } else {
        "nodes".to_owned()
    };
    let key = format!("ec2.{}.hour", group.instance_type);
    let disk = f64::from(group.disk_gb) / HOURS_PER_MONTH;
    writer.split(&key, &part, nodes.idle_hours * share, nodes.hours * share)?;
    writer.split(
        "ebs.gp3.gb_month",
        "node disks",
        nodes.idle_hours * disk,
        nodes.hours * disk,
    )?;
    Ok(())
}

fn on_fargate(writer: &mut Writer<'_>) -> Result<(), ModelError> {
    let mut works = writer.pods();
    works.extend(writer.servers());
    let tasks = tasks(writer.case, &works, writer.inputs);
    drop(works);
    let arm = writer.case.world.architecture() == "arm";
    let (vcpu, gb) = if arm {
        ("fargate.arm.vcpu_hour", "fargate.arm.gb_hour")
    } else {
        ("fargate.x86.vcpu_hour", "fargate.x86.gb_hour")
    };
    writer.split(vcpu, "tasks", tasks.idle_vcpu_hours, tasks.vcpu_hours)?;
    writer.split(gb, "tasks", tasks.idle_gb_hours, tasks.gb_hours)?;
    Ok(())
}

fn server_logs(writer: &mut Writer<'_>) -> Result<(), ModelError> {
    let bytes: f64 = writer
        .month
        .calls
        .iter()
        .filter_map(|(route, calls)| {
            let world = writer.case.world;
            let function = world
                .measurement
                .function(route, world.routes.get(route)?.memory_mb)?;
            Some(calls * number(function.log_bytes))
        })
        .sum();
    Ok(writer.logs("server pods", bytes)?)
}

fn queues_and_streams(writer: &mut Writer<'_>) -> Result<(), ModelError> {
    let orders = writer.month.orders;
    let seconds = writer.case.world.gb_second();
    let worker_ms = writer.inputs.values.get("worker_ms_per_order");
    let stream_s = writer.inputs.values.get("stream_seconds_per_order");
    writer.traffic(
        "sqs.standard.request",
        "messages: send, receive, delete",
        orders * MESSAGES_PER_ORDER * SQS_REQUESTS,
    )?;
    writer.fixed("sqs.standard.request", "Lambda's empty polls", EMPTY_POLLS)?;
    writer.traffic(
        "lambda.request",
        "order worker and status worker",
        orders * MESSAGES_PER_ORDER,
    )?;
    writer.traffic(
        seconds,
        "order worker and status worker",
        orders * worker_ms / 1000.0 * WORKER_MB / 1024.0,
    )?;
    writer.traffic("lambda.request", "order streams", orders)?;
    writer.traffic(
        seconds,
        "order streams, open until the terminal status",
        orders * stream_s * STREAM_MB / 1024.0,
    )?;
    writer.traffic(
        "apigateway.rest.request",
        "order streams (HTTP APIs cannot stream)",
        orders,
    )?;
    let catalog_calls: f64 = writer
        .month
        .calls
        .iter()
        .filter(|(route, _)| {
            writer
                .case
                .world
                .routes
                .get(route)
                .is_some_and(|row| row.context == "catalog")
        })
        .map(|(_, calls)| calls)
        .sum();
    if writer.case.world.inventory.runs("mongodb") {
        if catalog_calls / SECONDS_PER_MONTH * writer.case.peak() <= FLEX_OPERATIONS {
            writer.fixed("atlas.flex.month", "MongoDB outside the cluster", 1.0)?;
        } else {
            writer.fixed(
                "atlas.m10.hour",
                "MongoDB outside the cluster",
                HOURS_PER_MONTH,
            )?;
        }
    }
    Ok(())
}

fn one_machine(writer: &mut Writer<'_>) -> Result<Option<String>, ModelError> {
    let mut works = writer.pods();
    works.extend(writer.servers());
    let busy = busiest_cpu(writer.case, &works) * (1.0 + DATABASES_SHARE);
    drop(works);
    let target = writer.inputs.values.get("cpu_target");
    writer.fixed("ec2.t4g.medium.hour", "the machine", HOURS_PER_MONTH)?;
    writer.fixed("ebs.gp3.gb_month", "its disk", MACHINE_DISK_GB)?;
    writer.fixed("ipv4.hour", "its address", HOURS_PER_MONTH)?;
    writer.pod_logs()?;
    server_logs(writer)?;
    Ok((busy > MACHINE_CPUS * target).then(|| {
        format!("its peak needs about {busy:.1} processors with the databases; the machine has {MACHINE_CPUS:.0}, used to {:.0} %", target * 100.0)
    }))
}
