//! When requests come: a week in minutes, and how often each endpoint is called for an order.

use std::collections::BTreeMap;

use serde::Deserialize;

const FILE: &str = include_str!("../../inputs/workload.json");

/// AWS's month.
pub const HOURS_PER_MONTH: f64 = 730.0;
/// The same month.
pub const SECONDS_PER_MONTH: f64 = HOURS_PER_MONTH * 3600.0;
/// Hours of the modelled week.
pub const HOURS: usize = 168;
const MINUTES: usize = HOURS * 60;

/// What shoppers do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Where the numbers come from.
    pub note: String,
    /// Calls from browsers.
    pub shopper_calls_per_1000_orders: BTreeMap<String, u32>,
    /// Calls that those cause between contexts.
    pub internal_calls_per_1000_orders: BTreeMap<String, u32>,
    /// Shapes of a week.
    pub scenarios: Vec<Scenario>,
}

/// The shape of a week.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// For the command line.
    pub name: String,
    /// For readers.
    pub description: String,
    /// Relative traffic of each hour, Monday 00:00 first.
    pub hours: Vec<u32>,
    /// The busiest minutes of an hour against its mean.
    pub peak_within_hour: f64,
    /// Sudden crowds.
    pub bursts: Vec<Burst>,
}

/// A sudden crowd.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// Of the week.
    pub minute: usize,
    /// How long.
    pub minutes: usize,
    /// Times the hour's rate.
    pub factor: f64,
}

impl Workload {
    /// The one that comes with this program.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        serde_json::from_str(FILE)
    }

    /// The scenario of a name.
    #[must_use]
    pub fn scenario(&self, name: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|one| one.name == name)
    }

    /// Browser requests for one order.
    #[must_use]
    pub fn requests_per_order(&self) -> f64 {
        f64::from(self.shopper_calls_per_1000_orders.values().sum::<u32>()) / 1000.0
    }
}

impl Scenario {
    /// The rate of each minute against the week's mean; they have mean one.
    #[must_use]
    pub fn minutes(&self) -> Vec<f64> {
        let mut minutes = Vec::with_capacity(MINUTES);
        for hour in self.hours.iter().cycle().take(HOURS) {
            minutes.extend(std::iter::repeat_n(f64::from(*hour), 60));
        }
        for burst in &self.bursts {
            let end = (burst.minute + burst.minutes).min(MINUTES);
            for minute in minutes.iter_mut().take(end).skip(burst.minute) {
                *minute *= burst.factor;
            }
        }
        let count = f64::from(u32::try_from(minutes.len()).unwrap_or(1));
        let mean = minutes.iter().sum::<f64>() / count;
        if mean > 0.0 {
            for minute in &mut minutes {
                *minute /= mean;
            }
        }
        minutes
    }

    /// Mean and busiest rate of each hour against the week's mean: what capacity follows.
    #[must_use]
    pub fn hours(&self) -> Vec<Hour> {
        self.minutes()
            .chunks(60)
            .map(|hour| {
                let mean = hour.iter().sum::<f64>() / 60.0;
                let largest = hour.iter().fold(0.0_f64, |a, b| a.max(*b));
                Hour {
                    mean,
                    peak: largest.max(mean * self.peak_within_hour),
                }
            })
            .collect()
    }
}

/// One hour's rates against the week's mean.
#[derive(Debug, Clone, Copy)]
pub struct Hour {
    /// Over the hour.
    pub mean: f64,
    /// In its busiest minutes.
    pub peak: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "ten thousand minutes")]
    fn every_scenario_has_a_week_with_mean_one() {
        let workload = Workload::shipped().expect("it parses");
        let names: Vec<&str> = workload
            .scenarios
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["steady", "diurnal", "flash-sale", "weekend-only"]);
        for scenario in &workload.scenarios {
            assert_eq!(scenario.hours.len(), HOURS, "{}", scenario.name);
            let minutes = scenario.minutes();
            let mean = minutes.iter().sum::<f64>() / minutes.len() as f64;
            assert!((mean - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn capacity_follows_the_burst_and_not_the_mean() {
        let workload = Workload::shipped().expect("it parses");
        let peak = |name| {
            let hours = workload.scenario(name).expect("it is there").hours();
            hours.iter().fold(0.0_f64, |a, hour| a.max(hour.peak))
        };
        assert!(peak("flash-sale") > 20.0 * peak("steady"));
    }

    #[test]
    fn every_endpoint_of_the_workload_is_a_route() {
        let routes: serde_json::Value =
            serde_json::from_str(include_str!("../../../functions/routes.json"))
                .expect("it parses");
        let names: Vec<&str> = routes["routes"]
            .as_array()
            .expect("rows")
            .iter()
            .filter_map(|row| row["name"].as_str())
            .collect();
        let workload = Workload::shipped().expect("it parses");
        for route in workload
            .shopper_calls_per_1000_orders
            .keys()
            .chain(workload.internal_calls_per_1000_orders.keys())
        {
            assert!(names.contains(&route.as_str()), "{route}");
        }
    }
}
