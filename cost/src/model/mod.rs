//! From traffic to quantities: what each way of running the shop would use in a month.

pub mod cold;
mod lines;
pub mod parameters;
mod sizing;
pub mod timing;
pub mod traffic;
mod variants;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::bill::{Bill, BillError, Usage, bill, total};
use crate::decimal::Decimal;
use crate::inventory::Inventory;
use crate::measurement::Measurement;
use crate::prices::{Catalogue, FreeTier};
use parameters::{Parameter, Values};
use timing::{ColdCurves, Timings};
use traffic::{Hour, Scenario, Workload};

pub use variants::{VARIANTS, Variant};

const ROUTES: &str = include_str!("../../../functions/routes.json");
const CLUSTER: &str = include_str!("../../inputs/cluster.json");

/// Everything that an answer depends on.
#[derive(Debug, Clone)]
pub struct World {
    /// Prices.
    pub catalogue: Catalogue,
    /// What is free.
    pub free_tier: FreeTier,
    /// What stands there.
    pub inventory: Inventory,
    /// What was measured.
    pub measurement: Measurement,
    /// What shoppers do.
    pub workload: Workload,
    /// What is assumed.
    pub parameters: Vec<Parameter>,
    /// Of simulations and draws.
    pub seed: u64,
    routes: BTreeMap<String, Route>,
    cluster: Cluster,
}

/// A row of `functions/routes.json`, as far as it costs.
#[derive(Debug, Clone, Deserialize)]
struct Route {
    name: String,
    context: String,
    memory_mb: u32,
    reserved_concurrency: u32,
    #[serde(default)]
    secrets: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cluster {
    #[expect(dead_code, reason = "for who reads the file")]
    note: String,
    pods: Vec<PodRequest>,
    nodes: Vec<NodeOffer>,
    reserved_cpu_milli: u32,
    reserved_memory_mb: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PodRequest {
    pod: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test compares it with the chart")
    )]
    chart: String,
    minimum: u32,
    cpu_milli: u32,
    memory_mb: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeOffer {
    instance_type: String,
    vcpu: u32,
    memory_gib: u32,
    pods: u32,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// An input file that comes with the program.
    #[error("an input of the model cannot be read: {0}")]
    Input(#[from] serde_json::Error),
    /// A route that was not measured.
    #[error(
        "{route} was not measured at its {memory_mb} MB: measure again with `make cost-measure`"
    )]
    NotMeasured {
        /// Of `functions/routes.json`.
        route: String,
        /// Configured.
        memory_mb: u32,
    },
    /// A pod that was not measured.
    #[error("the pod {0} was not measured: measure again with `make cost-measure`")]
    PodNotMeasured(String),
    /// No such thing.
    #[error("there is no {what} `{name}`; there are {known}")]
    Unknown {
        /// Scenario, variant, parameter.
        what: &'static str,
        /// As asked for.
        name: String,
        /// What could have been.
        known: String,
    },
    /// The node type of the plan is not described.
    #[error("inputs/cluster.json does not say what a {0} node offers: add it")]
    NodeType(String),
    /// From the bill.
    #[error(transparent)]
    Bill(#[from] BillError),
    /// Out of range.
    #[error(transparent)]
    Number(#[from] crate::decimal::DecimalError),
}

/// A way of running the shop at some traffic.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Quantities of a month.
    pub usage: Vec<Usage>,
    /// What a reader must know: limits that this traffic exceeds.
    pub warnings: Vec<String>,
    /// Why it cannot carry this traffic at all.
    pub infeasible: Option<String>,
}

/// One set of numbers to compute with: the best guesses, or a draw.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// Perhaps with other prices.
    pub catalogue: Catalogue,
    /// Perhaps with other assumptions.
    pub values: Values,
    /// Perhaps from resampled measurements.
    pub timings: Timings,
}

/// A world with one scenario, ready to be asked.
#[derive(Debug)]
pub struct Case<'a> {
    /// All inputs.
    pub world: &'a World,
    /// The shape of the week.
    pub scenario: &'a Scenario,
    hours: Vec<Hour>,
    cold: ColdCurves,
}

impl World {
    /// Checks that the measurement covers what the model needs.
    pub fn new(
        catalogue: Catalogue,
        free_tier: FreeTier,
        inventory: Inventory,
        measurement: Measurement,
        seed: u64,
    ) -> Result<Self, ModelError> {
        #[derive(Deserialize)]
        struct Table {
            routes: Vec<Route>,
        }
        let table: Table = serde_json::from_str(ROUTES)?;
        let world = Self {
            catalogue,
            free_tier,
            inventory,
            measurement,
            workload: Workload::shipped()?,
            parameters: parameters::shipped()?,
            seed,
            routes: table
                .routes
                .into_iter()
                .map(|route| (route.name.clone(), route))
                .collect(),
            cluster: serde_json::from_str(CLUSTER)?,
        };
        for (name, route) in world.used_routes() {
            if world.measurement.function(name, route.memory_mb).is_none() {
                return Err(ModelError::NotMeasured {
                    route: name.clone(),
                    memory_mb: route.memory_mb,
                });
            }
        }
        for pod in ["relay", "order-processor", "sse-gateway"] {
            if world.measurement.pod(pod).is_none() {
                return Err(ModelError::PodNotMeasured(pod.to_owned()));
            }
        }
        Ok(world)
    }

    fn used_routes(&self) -> impl Iterator<Item = (&String, &Route)> {
        self.routes.iter().filter(|(name, _)| {
            self.workload
                .shopper_calls_per_1000_orders
                .contains_key(*name)
                || self
                    .workload
                    .internal_calls_per_1000_orders
                    .contains_key(*name)
        })
    }

    /// `arm` or `x86`, as the plan's functions are.
    #[must_use]
    pub fn architecture(&self) -> &'static str {
        match self.inventory.functions.first() {
            Some(function) if function.architecture == "x86_64" => "x86",
            Some(_) | None => "arm",
        }
    }

    /// The price of a GB-second of Lambda.
    fn gb_second(&self) -> &'static str {
        if self.architecture() == "arm" {
            "lambda.arm.gb_second"
        } else {
            "lambda.x86.gb_second"
        }
    }

    /// Readies a scenario: simulates its cold starts.
    pub fn case(&self, scenario: &str) -> Result<Case<'_>, ModelError> {
        let scenario = self
            .workload
            .scenario(scenario)
            .ok_or_else(|| ModelError::Unknown {
                what: "scenario",
                name: scenario.to_owned(),
                known: names(self.workload.scenarios.iter().map(|one| one.name.as_str())),
            })?;
        let best = Timings::measured(self, &Values::best(&self.parameters));
        Ok(Case {
            world: self,
            scenario,
            hours: scenario.hours(),
            cold: ColdCurves::simulate(scenario, &best, self.seed),
        })
    }

    /// The best guesses.
    #[must_use]
    pub fn best(&self) -> Inputs {
        let values = Values::best(&self.parameters);
        let timings = Timings::measured(self, &values);
        Inputs {
            catalogue: self.catalogue.clone(),
            values,
            timings,
        }
    }

    /// The same numbers with another assumption.
    #[must_use]
    pub fn with_value(&self, name: &str, value: f64) -> Inputs {
        let mut values = Values::best(&self.parameters);
        values.set(name, value);
        let timings = Timings::measured(self, &values);
        Inputs {
            catalogue: self.catalogue.clone(),
            values,
            timings,
        }
    }
}

impl Case<'_> {
    /// The busiest moment of the week against its mean.
    fn peak(&self) -> f64 {
        self.hours
            .iter()
            .fold(0.0_f64, |most, hour| most.max(hour.peak))
    }

    /// What a variant uses in a month of so many browser requests.
    pub fn deployment(
        &self,
        variant: Variant,
        requests: f64,
        inputs: &Inputs,
    ) -> Result<Deployment, ModelError> {
        variants::deployment(self, variant, requests, inputs)
    }

    /// Its bill.
    pub fn bill(
        &self,
        variant: Variant,
        requests: f64,
        inputs: &Inputs,
    ) -> Result<(Bill, Deployment), ModelError> {
        let deployment = self.deployment(variant, requests, inputs)?;
        let bill = bill(&inputs.catalogue, self.world.free_tier, &deployment.usage)?;
        Ok((bill, deployment))
    }

    /// Its total alone; `None` where it cannot carry the traffic or a price is unknown.
    pub fn total(
        &self,
        variant: Variant,
        requests: f64,
        inputs: &Inputs,
    ) -> Result<Option<Decimal>, ModelError> {
        let deployment = self.deployment(variant, requests, inputs)?;
        if deployment.infeasible.is_some() {
            return Ok(None);
        }
        Ok(total(
            &inputs.catalogue,
            self.world.free_tier,
            &deployment.usage,
        )?)
    }

    /// Orders in a month of so many browser requests.
    #[must_use]
    pub fn orders(&self, requests: f64, inputs: &Inputs) -> f64 {
        requests / (self.world.workload.requests_per_order() * inputs.values.get("browsing"))
    }

    /// The share of a route's calls that meet a fresh environment.
    #[must_use]
    pub fn cold_share(&self, route: &str, calls: f64, inputs: &Inputs) -> f64 {
        self.cold
            .share(route, calls, inputs.values.get("keep_alive_minutes"))
    }
}

/// Names for an error message.
pub(crate) fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_ask_for_what_their_charts_say() {
        let cluster: Cluster = serde_json::from_str(CLUSTER).expect("it parses");
        for pod in &cluster.pods {
            let path = format!(
                "{}/../helm/{}/values.yaml",
                env!("CARGO_MANIFEST_DIR"),
                pod.chart
            );
            let text = std::fs::read_to_string(&path).expect("the chart's values");
            let requests = format!(
                "requests: {{cpu: {}m, memory: {}Mi}}",
                pod.cpu_milli, pod.memory_mb
            );
            assert!(text.contains(&requests), "{path} does not say {requests}");
            if text.contains("minReplicas:") {
                assert!(
                    text.contains(&format!("minReplicas: {}", pod.minimum)),
                    "{path}"
                );
            }
        }
    }
}
