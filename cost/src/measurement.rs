//! What was measured of the real programs: every sample, and on what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// The format of the file; a file of another one is refused.
pub const SCHEMA: u32 = 1;

/// A file of samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// [`SCHEMA`].
    pub schema: u32,
    /// RFC 3339.
    pub taken_at: String,
    /// Of the sources that were measured; ends in `-dirty` when they were changed.
    pub commit: String,
    /// On what.
    pub machine: Machine,
    /// Program to version: rustc, postgresql, redis, rabbitmq, mongodb.
    pub versions: BTreeMap<String, String>,
    /// Of the inputs that the functions were given.
    pub seed: u64,
    /// By route, then memory.
    pub functions: Vec<Function>,
    /// By name.
    pub pods: Vec<Pod>,
    /// Why the same on AWS may differ, one reason each.
    pub transfer_gap: Vec<String>,
}

/// Where the samples were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// How many of it the programs had.
    pub cores: u32,
    /// Of the machine.
    pub memory_mb: u64,
    /// Kernel name and version.
    pub os: String,
    /// `x86_64` or `aarch64`.
    pub architecture: String,
    /// `cgroup v1`, `cgroup v2`, or `none`: then only memory sizes of a whole processor mean anything.
    pub cpu_quota: String,
}

/// One endpoint's Lambda binary with the CPU share of a memory size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Its name in `functions/routes.json`.
    pub route: String,
    /// The memory size whose CPU share it had.
    pub memory_mb: u32,
    /// Wall time of each warm call.
    pub warm_us: Vec<u64>,
    /// Each fresh process: its start and its first call.
    pub cold: Vec<Cold>,
    /// CPU time of all warm calls together.
    pub cpu_us_total: u64,
    /// Mean size of the answers.
    pub response_bytes: u64,
    /// Mean log output of a call.
    pub log_bytes: u64,
    /// Exchanges with databases and other contexts in a thousand warm calls; `None` where they were not counted.
    pub round_trips_per_1000: Option<u64>,
    /// The largest resident set of any process.
    pub peak_rss_kb: u64,
}

/// A fresh process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cold {
    /// From exec to asking for the first call.
    pub init_us: u64,
    /// The first call.
    pub first_us: u64,
}

/// A long-lived process under load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pod {
    /// Its chart.
    pub pod: String,
    /// CPU time for each order, one number for each batch of orders.
    pub cpu_us_per_order: Vec<u64>,
    /// CPU time in a second without orders.
    pub idle_cpu_us_per_s: u64,
    /// Resident set after the last batch.
    pub rss_kb: u64,
    /// What one open stream adds; only the gateway has streams.
    pub rss_bytes_per_stream: Option<u64>,
    /// CPU time that a stream takes while nothing happens, in nanoseconds for each second; none before 2026-11-27.
    #[serde(default)]
    pub cpu_ns_per_stream_second: Option<u64>,
    /// To and from clients and databases for a stream while nothing happens; none before 2026-11-27.
    #[serde(default)]
    pub network_bytes_per_stream_minute: Option<u64>,
    /// What an order's stream says from its beginning to its end, without heartbeats; none before 2026-11-27.
    #[serde(default)]
    pub body_bytes_per_stream: Option<u64>,
    /// Log output for each order.
    pub log_bytes_per_order: u64,
    /// To and from databases, broker and clients, for each order.
    pub network_bytes_per_order: u64,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum MeasurementError {
    /// Not JSON of this shape.
    #[error("the measurement cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Another format.
    #[error(
        "the measurement has format {0}, this program reads {SCHEMA}: measure again with `make cost-measure`"
    )]
    Schema(u32),
    /// Contradicts itself.
    #[error("the measurement is not usable: {0}")]
    Fault(String),
}

impl Measurement {
    /// Reads and checks a file.
    pub fn from_json(text: &str) -> Result<Self, MeasurementError> {
        #[derive(Deserialize)]
        struct Head {
            schema: u32,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.schema != SCHEMA {
            return Err(MeasurementError::Schema(head.schema));
        }
        let measurement: Self = serde_json::from_str(text)?;
        measurement.check().map_err(MeasurementError::Fault)?;
        Ok(measurement)
    }

    fn check(&self) -> Result<(), String> {
        for function in &self.functions {
            let name = format!("{} at {} MB", function.route, function.memory_mb);
            if function.warm_us.is_empty() || function.cold.is_empty() {
                return Err(format!("{name} has no warm or no cold sample"));
            }
            if function.memory_mb < 128 || function.memory_mb > 10_240 {
                return Err(format!("{name}: Lambda has 128 to 10,240 MB"));
            }
        }
        let mut sizes: Vec<_> = self
            .functions
            .iter()
            .map(|one| (&one.route, one.memory_mb))
            .collect();
        let all = sizes.len();
        sizes.sort_unstable();
        sizes.dedup();
        if sizes.len() != all {
            return Err("one function is there twice with the same memory".to_owned());
        }
        for pod in &self.pods {
            if pod.cpu_us_per_order.is_empty() {
                return Err(format!("{} has no sample", pod.pod));
            }
        }
        Ok(())
    }

    /// A function at a memory size.
    #[must_use]
    pub fn function(&self, route: &str, memory_mb: u32) -> Option<&Function> {
        self.functions
            .iter()
            .find(|one| one.route == route && one.memory_mb == memory_mb)
    }

    /// The sizes at which a route was measured, ascending.
    #[must_use]
    pub fn sizes(&self, route: &str) -> Vec<&Function> {
        let mut sizes: Vec<_> = self
            .functions
            .iter()
            .filter(|one| one.route == route)
            .collect();
        sizes.sort_by_key(|one| one.memory_mb);
        sizes
    }

    /// A pod.
    #[must_use]
    pub fn pod(&self, name: &str) -> Option<&Pod> {
        self.pods.iter().find(|one| one.pod == name)
    }
}

/// What a call of a function is billed for, from its wall time: whole milliseconds, started ones counted.
#[must_use]
pub fn billed_ms(wall_us: f64) -> f64 {
    (wall_us / 1000.0).ceil().max(1.0)
}

/// The middle sample, or the upper of two.
#[must_use]
pub fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// Resamplings behind an interval.
pub(crate) const DRAWS: usize = 1_000;

/// The median of as many samples drawn with replacement. There is at least one.
pub(crate) fn resampled_median(samples: &[u64], random: &mut Random) -> u64 {
    let drawn: Vec<u64> = samples
        .iter()
        .map(|_| samples[random.below(samples.len())])
        .collect();
    median(&drawn)
}

/// The values that leave out 25 of a thousand at each end of [`DRAWS`] ascending ones.
pub(crate) fn middle<T: Copy>(ascending: &[T]) -> (T, T) {
    (ascending[DRAWS * 25 / 1000], ascending[DRAWS * 975 / 1000])
}

/// Between what the median lies in 95 of 100 resamplings. There is at least one sample.
#[must_use]
pub fn median_interval(samples: &[u64], random: &mut Random) -> (u64, u64) {
    let mut medians: Vec<u64> = (0..DRAWS)
        .map(|_| resampled_median(samples, random))
        .collect();
    medians.sort_unstable();
    middle(&medians)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_millisecond_is_billed_and_never_less_than_one() {
        assert_eq!(
            [billed_ms(1.0), billed_ms(1000.0), billed_ms(1001.0)],
            [1.0, 1.0, 2.0]
        );
    }

    #[test]
    fn the_interval_of_a_median_is_around_it_and_narrow_where_samples_are_many() {
        let few: Vec<u64> = (0..10).map(|n| 1000 + n * 37 % 100).collect();
        let many: Vec<u64> = (0..1000).map(|n| 1000 + n * 37 % 100).collect();
        let of = |samples: &[u64]| median_interval(samples, &mut Random::seeded(1));
        let ((few_low, few_high), (low, high)) = (of(&few), of(&many));
        assert!(low <= median(&many) && median(&many) <= high);
        assert!(
            high - low < few_high - few_low,
            "{low} {high} {few_low} {few_high}"
        );
    }
}
