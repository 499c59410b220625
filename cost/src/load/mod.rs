//! The experiment: arrivals by the clock against a running shop, and a bundle of what happened.
//!
//! Arrivals are an open loop: their times are drawn before the first request, and a request is sent at its time
//! whether or not earlier ones have been answered. A time counts from when the request was *due*. A server that stands
//! still for two seconds therefore delays everything that was due meanwhile, as it delays people; a client that waits
//! for an answer before it asks again would see one slow request (coordinated omission).

mod drive;
mod summary;

use serde::{Deserialize, Serialize};

use crate::model::traffic::Workload;
use crate::random::Random;

pub use drive::{LoadError, Target, drive};
pub use summary::{Change, Percentiles, Summary, compare, summary};

/// The format of a bundle.
pub const LOAD_SCHEMA: u32 = 1;

/// What can be asked, by its name in `functions/routes.json`.
const OPERATIONS: [&str; 6] = [
    "list-products",
    "get-product",
    "list-categories",
    "get-me",
    "list-orders",
    "place-order",
];

/// When what is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Of the arrivals and their kinds.
    pub seed: u64,
    /// Mean requests in a second.
    pub rate: f64,
    /// How long requests arrive.
    pub seconds: u32,
    /// In order of time.
    pub arrivals: Vec<Arrival>,
}

/// One request to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// From the start.
    pub due_us: u64,
    /// What is asked.
    pub operation: String,
}

impl Schedule {
    /// Arrivals of a Poisson process whose kinds are as frequent as in the workload.
    pub fn seeded(seed: u64, rate: f64, seconds: u32) -> Result<Self, serde_json::Error> {
        let calls = Workload::shipped()?.shopper_calls_per_1000_orders;
        let weights: Vec<(&str, f64)> = OPERATIONS
            .into_iter()
            .map(|name| (name, f64::from(calls.get(name).copied().unwrap_or(0))))
            .collect();
        let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let mut random = Random::for_purpose(seed, "load");
        let (mut arrivals, mut at) = (Vec::new(), random.gap(rate));
        while at < f64::from(seconds) {
            let mut left = random.unit() * all;
            let kind = weights.iter().find(|(_, weight)| {
                left -= weight;
                left < 0.0
            });
            arrivals.push(Arrival {
                due_us: crate::answers::whole(at * 1e6),
                operation: kind.map_or(OPERATIONS[0], |(name, _)| *name).to_owned(),
            });
            at += random.gap(rate);
        }
        Ok(Self {
            seed,
            rate,
            seconds,
            arrivals,
        })
    }

    /// How many are of a kind.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        let of = self.arrivals.iter();
        of.filter(|arrival| arrival.operation == operation).count()
    }
}

/// A run that another person can replay and compare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`LOAD_SCHEMA`].
    pub load_schema: u32,
    /// What the run is called: the placement, the commit, whatever tells it from others.
    pub label: String,
    /// Host and port.
    pub target: String,
    /// What was asked when.
    pub schedule: Schedule,
    /// In the order of the schedule.
    pub samples: Vec<Sample>,
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// From when it was due until it was sent.
    pub late_us: u64,
    /// From when it was due until the answer's last byte, or until it failed.
    pub time_us: u64,
    /// The answer's status; `None` without an answer.
    pub status: Option<u16>,
}

impl Bundle {
    /// Reads one.
    pub fn from_json(text: &str) -> Result<Self, LoadError> {
        let bundle: Self = serde_json::from_str(text)?;
        if bundle.load_schema != LOAD_SCHEMA {
            return Err(LoadError::Bundle(format!(
                "it has format {}, this program reads {LOAD_SCHEMA}",
                bundle.load_schema
            )));
        }
        if bundle.samples.len() != bundle.schedule.arrivals.len() {
            return Err(LoadError::Bundle(
                "it has not one sample for each arrival".to_owned(),
            ));
        }
        Ok(bundle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_one_schedule_with_the_rate_and_mix_that_were_asked_for() {
        let schedule = Schedule::seeded(7, 200.0, 60).expect("the workload");
        assert_eq!(schedule, Schedule::seeded(7, 200.0, 60).expect("again"));
        assert_ne!(schedule, Schedule::seeded(8, 200.0, 60).expect("another"));
        let count = schedule.arrivals.len();
        // Twelve thousand, give or take four standard deviations.
        assert!((11_560..=12_440).contains(&count), "{count}");
        assert!(schedule.arrivals.is_sorted_by_key(|arrival| arrival.due_us));
        assert!(schedule.count("get-product") > schedule.count("list-products"));
        assert!(schedule.count("place-order") > 0);
    }
}
