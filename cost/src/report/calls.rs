//! What calls of functions took at each memory size: the samples in a few numbers.

use serde::Serialize;

use crate::answers::float;
use crate::decimal::{Decimal, DecimalError};
use crate::measurement::{Function, billed_ms, median, median_interval};
use crate::model::World;
use crate::random::Random;

const MILLION: f64 = 1e6;

/// A function at a memory size, as measured: without the network of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// Its name in `functions/routes.json`.
    pub route: String,
    /// The size.
    pub memory_mb: u32,
    /// It is deployed with this size.
    pub deployed: bool,
    /// Warm calls.
    pub warm: usize,
    /// Their median.
    pub warm_us: u64,
    /// The median lies between in 95 of 100 resamplings.
    pub warm_us_between: (u64, u64),
    /// Milliseconds that the median call is billed for.
    pub billed_ms: Decimal,
    /// Fresh processes.
    pub cold: usize,
    /// Median from exec to asking for the first call.
    pub init_us: u64,
    /// A million warm calls, requests included; `None` where a price is unknown.
    pub million_usd: Option<Decimal>,
}

/// Of every function that was measured, by route and size.
pub(super) fn calls(world: &World) -> Result<Vec<Calls>, DecimalError> {
    let mut functions: Vec<&Function> = world.measurement.functions.iter().collect();
    functions
        .sort_by(|one, other| (&one.route, one.memory_mb).cmp(&(&other.route, other.memory_mb)));
    functions
        .into_iter()
        .map(|function| {
            let purpose = format!("median {} {}", function.route, function.memory_mb);
            let init: Vec<u64> = function.cold.iter().map(|cold| cold.init_us).collect();
            Ok(Calls {
                route: function.route.clone(),
                memory_mb: function.memory_mb,
                deployed: world.deployed_mb(&function.route) == Some(function.memory_mb),
                warm: function.warm_us.len(),
                warm_us: median(&function.warm_us),
                warm_us_between: median_interval(
                    &function.warm_us,
                    &mut Random::for_purpose(world.seed, &purpose),
                ),
                billed_ms: Decimal::from_estimate(billed_ms(float(median(&function.warm_us))))?,
                cold: function.cold.len(),
                init_us: median(&init),
                million_usd: million(world, function)?,
            })
        })
        .collect()
}

fn million(world: &World, function: &Function) -> Result<Option<Decimal>, DecimalError> {
    let price = |key: &str| -> Option<Decimal> {
        let tiers = world.catalogue.price(key)?.tiers.as_ref()?;
        tiers.first().map(|tier| tier.usd)
    };
    let (Some(second), Some(request)) = (price(world.gb_second()), price("lambda.request")) else {
        return Ok(None);
    };
    let all: f64 = function
        .warm_us
        .iter()
        .map(|us| billed_ms(float(*us)))
        .sum();
    let mean_ms = all / float(function.warm_us.len() as u64);
    let gb_seconds = mean_ms / 1000.0 * f64::from(function.memory_mb) / 1024.0 * MILLION;
    let duration = Decimal::from_estimate(gb_seconds)?.times(second)?;
    let requests = Decimal::from_estimate(MILLION)?.times(request)?;
    duration.plus(requests).map(Some)
}
