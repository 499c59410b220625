//! What changed between two measurements, or between two plans.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::bill::{Bill, BillError, Usage, bill};
use crate::decimal::{Decimal, DecimalError};
use crate::inventory::Inventory;
use crate::measurement::{DRAWS, Function, Measurement, median, middle, resampled_median};
use crate::model::traffic::HOURS_PER_MONTH;
use crate::prices::{Catalogue, FreeTier};
use crate::random::Random;

/// Between two measurements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// What was measured, and on what: name, before, after; only what differs.
    pub circumstances: Vec<(String, String, String)>,
    /// Each time of each function.
    pub times: Vec<Time>,
    /// Each number of each pod: pod, number, before, after; only what differs.
    pub pods: Vec<(String, String, Option<u64>, Option<u64>)>,
}

/// A function's time, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Time {
    /// Its route.
    pub route: String,
    /// The size.
    pub memory_mb: u32,
    /// `warm` or `init`.
    pub what: &'static str,
    /// Median in microseconds.
    pub before_us: Option<u64>,
    /// Median in microseconds.
    pub after_us: Option<u64>,
    /// 95 of 100 resamplings change by at least and at most so many hundredths.
    pub percent: Option<(Decimal, Decimal)>,
    /// The interval leaves nought out.
    pub changed: bool,
}

/// Between two plans, at one region's prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// What stands there around the clock, before.
    pub before: String,
    /// And after.
    pub after: String,
    /// Lines whose quantity differs.
    pub lines: Vec<PlannedLine>,
    /// Functions that are new, gone or of another size: name, before, after.
    pub functions: Vec<(String, Option<String>, Option<String>)>,
}

/// A line of one of two bills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedLine {
    /// Of the price.
    pub key: String,
    /// What one is.
    pub unit: String,
    /// A month's.
    pub before: Decimal,
    /// A month's.
    pub after: Decimal,
    /// Dollars; `None` where nobody has read the price.
    pub before_usd: Option<Decimal>,
    /// Dollars.
    pub after_usd: Option<Decimal>,
}

/// Compares two measurements. The intervals are those of a seed.
pub fn of_measurements(
    before: &Measurement,
    after: &Measurement,
    seed: u64,
) -> Result<Measured, DecimalError> {
    let mut keys: Vec<(&str, u32)> = before
        .functions
        .iter()
        .chain(&after.functions)
        .map(|one| (one.route.as_str(), one.memory_mb))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut times = Vec::new();
    for (route, memory_mb) in keys {
        let pair = (
            before.function(route, memory_mb),
            after.function(route, memory_mb),
        );
        for what in ["warm", "init"] {
            times.push(time(route, memory_mb, what, pair, seed)?);
        }
    }
    Ok(Measured {
        circumstances: circumstances(before, after),
        times,
        pods: pods(before, after),
    })
}

fn time(
    route: &str,
    memory_mb: u32,
    what: &'static str,
    (before, after): (Option<&Function>, Option<&Function>),
    seed: u64,
) -> Result<Time, DecimalError> {
    let samples = |function: &Function| -> Vec<u64> {
        if what == "warm" {
            function.warm_us.clone()
        } else {
            function.cold.iter().map(|cold| cold.init_us).collect()
        }
    };
    let (before, after) = (before.map(samples), after.map(samples));
    let percent = match (&before, &after) {
        (Some(before), Some(after)) => {
            let mut random = Random::for_purpose(seed, &format!("diff {route} {memory_mb} {what}"));
            Some(interval(before, after, &mut random)?)
        }
        _ => None,
    };
    Ok(Time {
        route: route.to_owned(),
        memory_mb,
        what,
        before_us: before.as_deref().map(median),
        after_us: after.as_deref().map(median),
        changed: percent
            .is_none_or(|(low, high)| !(low.is_negative() || low.is_zero()) || high.is_negative()),
        percent,
    })
}

/// The change of the median in hundredths, as 95 of 100 resamplings of both sides see it.
fn interval(
    before: &[u64],
    after: &[u64],
    random: &mut Random,
) -> Result<(Decimal, Decimal), DecimalError> {
    let mut resampled = |samples: &[u64]| crate::answers::float(resampled_median(samples, random));
    let mut changes: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let (from, to) = (resampled(before), resampled(after));
            (to / from.max(1.0) - 1.0) * 100.0
        })
        .collect();
    changes.sort_by(f64::total_cmp);
    let tenths = |change: f64| {
        // A tenth of a hundredth is more than a median of some dozens is worth.
        let rounded = (change * 10.0).round() / 10.0;
        Decimal::from_estimate(if rounded == 0.0 { 0.0 } else { rounded })
    };
    let (low, high) = middle(&changes);
    Ok((tenths(low)?, tenths(high)?))
}

fn circumstances(before: &Measurement, after: &Measurement) -> Vec<(String, String, String)> {
    let of = |one: &Measurement| -> BTreeMap<String, String> {
        let machine = &one.machine;
        let mut all = BTreeMap::from([
            ("taken at".to_owned(), one.taken_at.clone()),
            ("commit".to_owned(), one.commit.clone()),
            ("processor".to_owned(), machine.cpu.clone()),
            ("processors".to_owned(), machine.cores.to_string()),
            ("memory, MB".to_owned(), machine.memory_mb.to_string()),
            ("system".to_owned(), machine.os.clone()),
            ("architecture".to_owned(), machine.architecture.clone()),
            ("CPU quota".to_owned(), machine.cpu_quota.clone()),
            ("seed".to_owned(), one.seed.to_string()),
        ]);
        let versions = one.versions.iter();
        all.extend(versions.map(|(name, version)| (format!("version of {name}"), version.clone())));
        all
    };
    let (before, after) = (of(before), of(after));
    union(&before, &after)
        .into_iter()
        .map(|name| {
            let value = |of: &BTreeMap<String, String>| {
                of.get(&name).cloned().unwrap_or_else(|| "-".to_owned())
            };
            (name.clone(), value(&before), value(&after))
        })
        .filter(|(_, before, after)| before != after)
        .collect()
}

fn pods(
    before: &Measurement,
    after: &Measurement,
) -> Vec<(String, String, Option<u64>, Option<u64>)> {
    let of = |one: &Measurement| -> BTreeMap<(String, String), u64> {
        let pods = one.pods.iter();
        pods.flat_map(|pod| {
            let streams = pod.rss_bytes_per_stream;
            [
                (
                    "CPU us an order, median",
                    Some(median(&pod.cpu_us_per_order)),
                ),
                ("CPU us a second, idle", Some(pod.idle_cpu_us_per_s)),
                ("resident KiB", Some(pod.rss_kb)),
                ("resident bytes a stream", streams),
                ("CPU ns a second of a stream", pod.cpu_ns_per_stream_second),
                (
                    "network bytes a minute of a stream",
                    pod.network_bytes_per_stream_minute,
                ),
                ("bytes of an order's stream", pod.body_bytes_per_stream),
                ("log bytes an order", Some(pod.log_bytes_per_order)),
                ("network bytes an order", Some(pod.network_bytes_per_order)),
            ]
            .into_iter()
            .filter_map(|(number, value)| Some(((pod.pod.clone(), number.to_owned()), value?)))
            .collect::<Vec<_>>()
        })
        .collect()
    };
    let (before, after) = (of(before), of(after));
    union(&before, &after)
        .into_iter()
        .map(|key| {
            let values = (before.get(&key).copied(), after.get(&key).copied());
            (key.0, key.1, values.0, values.1)
        })
        .filter(|(_, _, before, after)| before != after)
        .collect()
}

/// Compares what two plans have standing there, nodes at their least number.
pub fn of_plans(
    catalogue: &Catalogue,
    free_tier: FreeTier,
    before: &Inventory,
    after: &Inventory,
) -> Result<Planned, BillError> {
    let bill_of = |one: &Inventory| -> Result<Bill, BillError> {
        bill(catalogue, free_tier, &standing(one)?)
    };
    let (bills, sizes) = (
        (bill_of(before)?, bill_of(after)?),
        (functions(before), functions(after)),
    );
    let lines = |bill: &Bill| -> BTreeMap<String, crate::bill::Line> {
        let lines = bill.lines.iter();
        lines.map(|line| (line.key.clone(), line.clone())).collect()
    };
    let (one, other) = (lines(&bills.0), lines(&bills.1));
    let mut changed = Vec::new();
    for key in union(&one, &other) {
        let (before, after) = (one.get(&key), other.get(&key));
        let quantity =
            |line: Option<&crate::bill::Line>| line.map_or(Decimal::ZERO, |line| line.quantity);
        if quantity(before) == quantity(after) {
            continue;
        }
        let amount =
            |line: Option<&crate::bill::Line>| line.map_or(Some(Decimal::ZERO), |line| line.amount);
        changed.push(PlannedLine {
            unit: before
                .or(after)
                .map_or_else(String::new, |line| line.unit.clone()),
            before: quantity(before),
            after: quantity(after),
            before_usd: amount(before),
            after_usd: amount(after),
            key,
        });
    }
    Ok(Planned {
        before: bills.0.printed_total(),
        after: bills.1.printed_total(),
        lines: changed,
        functions: union(&sizes.0, &sizes.1)
            .into_iter()
            .map(|name| {
                let (before, after) = (sizes.0.get(&name).cloned(), sizes.1.get(&name).cloned());
                (name, before, after)
            })
            .filter(|(_, before, after)| before != after)
            .collect(),
    })
}

fn standing(inventory: &Inventory) -> Result<Vec<Usage>, DecimalError> {
    let mut usage = Vec::new();
    for line in &inventory.lines {
        usage.push(Usage::fixed(
            line.key.clone(),
            line.address.clone(),
            line.month()?,
        ));
    }
    if let Some(nodes) = &inventory.nodes {
        let count = Decimal::whole(i64::from(nodes.minimum));
        let hours = count.times(Decimal::from_estimate(HOURS_PER_MONTH)?)?;
        let disks = count.times(Decimal::whole(i64::from(nodes.disk_gb)))?;
        let key = format!("ec2.{}.hour", nodes.instance_type);
        usage.push(Usage::fixed(key, "nodes", hours));
        usage.push(Usage::fixed("ebs.gp3.gb_month", "node disks", disks));
    }
    Ok(usage)
}

fn functions(inventory: &Inventory) -> BTreeMap<String, String> {
    let functions = inventory.functions.iter();
    functions
        .map(|one| {
            let size = format!("{} MB, {}", one.memory_mb, one.architecture);
            (one.name.clone(), size)
        })
        .collect()
}

fn union<K: Ord + Clone, V>(one: &BTreeMap<K, V>, other: &BTreeMap<K, V>) -> Vec<K> {
    let mut keys: Vec<K> = one.keys().chain(other.keys()).cloned().collect();
    keys.sort();
    keys.dedup();
    keys
}
