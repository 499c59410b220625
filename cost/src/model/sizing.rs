//! How many pods and nodes, or tasks, each hour of the week needs.

use super::traffic::HOURS_PER_MONTH;
use super::{Case, Inputs, ModelError, PodRequest};

/// The least task size of Fargate, in thousandths of a processor.
const TASK_MILLI: f64 = 250.0;
const TASK_GB: f64 = 0.5;

/// What one deployment of pods does in an hour.
pub(super) struct Work<'a> {
    pub(super) pod: &'a PodRequest,
    /// Processors that its work keeps busy, at the busiest moment, for one unit of relative traffic.
    pub(super) cpu_per_rate: f64,
    /// Processors without traffic, of one pod.
    pub(super) idle_cpu: f64,
    /// Memory beside its own, MB for one unit of relative traffic.
    pub(super) memory_per_rate: f64,
}

impl Work<'_> {
    fn replicas(&self, peak: f64, capacity_milli: f64, target: f64) -> f64 {
        let usable =
            (capacity_milli / 1000.0 * target - self.idle_cpu).max(capacity_milli / 1000.0 * 0.1);
        let by_cpu = self.cpu_per_rate * peak / usable;
        let by_memory = self.memory_per_rate * peak / (f64::from(self.pod.memory_mb) * target);
        by_cpu
            .max(by_memory)
            .ceil()
            .max(f64::from(self.pod.minimum))
    }
}

/// Node-hours of a month: without traffic, and in all.
pub(super) struct Nodes {
    pub(super) idle_hours: f64,
    pub(super) hours: f64,
    pub(super) most: f64,
}

pub(super) fn nodes(
    case: &Case<'_>,
    works: &[Work<'_>],
    inputs: &Inputs,
    instance: &str,
    least: f64,
) -> Result<Nodes, ModelError> {
    let cluster = &case.world.cluster;
    let offer = cluster
        .nodes
        .iter()
        .find(|offer| offer.instance_type == instance)
        .ok_or_else(|| ModelError::NodeType(instance.to_owned()))?;
    let value = |name| inputs.values.get(name);
    let cpu =
        f64::from(offer.vcpu) - f64::from(cluster.reserved_cpu_milli) / 1000.0 - value("node_cpu");
    let memory = f64::from(offer.memory_gib) * 1024.0 - f64::from(cluster.reserved_memory_mb);
    let pods = f64::from(offer.pods) - value("node_pods");
    let (target, system) = (
        value("cpu_target"),
        (
            value("system_cpu"),
            value("system_memory_mb"),
            value("system_pods"),
        ),
    );
    let count = |peak: f64| {
        let (mut wanted_cpu, mut wanted_memory, mut wanted_pods) = system;
        for work in works {
            let replicas = work.replicas(peak, f64::from(work.pod.cpu_milli), target);
            wanted_cpu += replicas * f64::from(work.pod.cpu_milli) / 1000.0;
            wanted_memory += replicas * f64::from(work.pod.memory_mb);
            wanted_pods += replicas;
        }
        (wanted_cpu / cpu)
            .max(wanted_memory / memory)
            .max(wanted_pods / pods)
            .ceil()
            .max(least)
    };
    let (mut sum, mut most) = (0.0, 0.0_f64);
    for hour in &case.hours {
        let nodes = count(hour.peak);
        sum += nodes;
        most = most.max(nodes);
    }
    Ok(Nodes {
        idle_hours: count(0.0) * HOURS_PER_MONTH,
        hours: sum * HOURS_PER_MONTH / 168.0,
        most,
    })
}

/// Task-hours of a month: processors and memory, without traffic and in all.
pub(super) struct Tasks {
    pub(super) idle_vcpu_hours: f64,
    pub(super) idle_gb_hours: f64,
    pub(super) vcpu_hours: f64,
    pub(super) gb_hours: f64,
}

pub(super) fn tasks(case: &Case<'_>, works: &[Work<'_>], inputs: &Inputs) -> Tasks {
    let target = inputs.values.get("cpu_target");
    let size = |work: &Work<'_>| {
        // A quarter processor comes with half a GB, one or two.
        let needed = f64::from(work.pod.memory_mb) / 1024.0;
        (
            TASK_MILLI / 1000.0,
            if needed <= TASK_GB {
                TASK_GB
            } else {
                needed.ceil().min(2.0)
            },
        )
    };
    let sum = |peak: f64| {
        works.iter().fold((0.0, 0.0), |(vcpu, gb), work| {
            let replicas = work.replicas(peak, TASK_MILLI, target);
            let (task_vcpu, task_gb) = size(work);
            (vcpu + replicas * task_vcpu, gb + replicas * task_gb)
        })
    };
    let (mut vcpu, mut gb) = (0.0, 0.0);
    for hour in &case.hours {
        let (hour_vcpu, hour_gb) = sum(hour.peak);
        vcpu += hour_vcpu;
        gb += hour_gb;
    }
    let (idle_vcpu, idle_gb) = sum(0.0);
    Tasks {
        idle_vcpu_hours: idle_vcpu * HOURS_PER_MONTH,
        idle_gb_hours: idle_gb * HOURS_PER_MONTH,
        vcpu_hours: vcpu * HOURS_PER_MONTH / 168.0,
        gb_hours: gb * HOURS_PER_MONTH / 168.0,
    }
}

/// The most processors that all work together keeps busy.
pub(super) fn busiest_cpu(case: &Case<'_>, works: &[Work<'_>]) -> f64 {
    let peak = case.peak();
    works
        .iter()
        .map(|work| work.cpu_per_rate * peak + work.idle_cpu)
        .sum()
}
