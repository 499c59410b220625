//! Billed milliseconds of each route, from the samples, and how often a call is cold.

use std::collections::BTreeMap;

use super::World;
use super::cold::{Load, share};
use super::parameters::Values;
use super::traffic::{HOURS_PER_MONTH, Scenario};
use crate::measurement::{Function, billed_ms};
use crate::random::Random;

/// What a call of a route takes.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Billed for a warm call, on average.
    pub warm_ms: f64,
    /// Billed for a cold call, init included, on average.
    pub cold_ms: f64,
    /// CPU of a warm call with a whole processor.
    pub cpu_us: f64,
}

/// By route.
#[derive(Debug, Clone)]
pub struct Timings(BTreeMap<String, Timing>);

/// Database exchanges of a call where they were not counted.
const ROUND_TRIPS: f64 = 2.0;

impl Timings {
    /// Means of all samples.
    pub(super) fn measured(world: &World, values: &Values) -> Self {
        Self::from(world, values, |_, count, of: &dyn Fn(usize) -> f64| {
            mean((0..count).map(of), count)
        })
    }

    /// Means of as many samples drawn again with replacement.
    pub(crate) fn resampled(world: &World, values: &Values, random: &mut Random) -> Self {
        Self::from(world, values, |_, count, of: &dyn Fn(usize) -> f64| {
            mean((0..count).map(|_| of(random.below(count))), count)
        })
    }

    fn from(
        world: &World,
        values: &Values,
        mut average: impl FnMut(&str, usize, &dyn Fn(usize) -> f64) -> f64,
    ) -> Self {
        let factor = if world.measurement.machine.architecture == "x86_64"
            && world.architecture() == "arm"
        {
            values.get("arm_time_factor")
        } else {
            1.0
        };
        let rtt_us = values.get("database_rtt_ms") * 1000.0;
        let timings = world.used_routes().filter_map(|(name, route)| {
            let function = world.measurement.function(name, route.memory_mb)?;
            let wait_us = round_trips(function) * rtt_us;
            let warm_ms = average(name, function.warm_us.len(), &|at| {
                billed_ms(micros(function.warm_us[at]) * factor + wait_us)
            });
            let cold_ms = average(name, function.cold.len(), &|at| {
                let cold = function.cold[at];
                billed_ms(micros(cold.init_us + cold.first_us) * factor + wait_us)
            });
            let whole = world
                .measurement
                .sizes(name)
                .into_iter()
                .next_back()
                .unwrap_or(function);
            let cpu_us = mean(
                std::iter::once(micros(whole.cpu_us_total)),
                whole.warm_us.len(),
            ) * factor;
            Some((
                name.clone(),
                Timing {
                    warm_ms,
                    cold_ms,
                    cpu_us,
                },
            ))
        });
        Self(timings.collect())
    }

    /// Of a route. One that was not measured cannot get here: [`World::new`] refuses it.
    #[must_use]
    pub fn of(&self, route: &str) -> Timing {
        self.0.get(route).copied().unwrap_or(Timing {
            warm_ms: 0.0,
            cold_ms: 0.0,
            cpu_us: 0.0,
        })
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = (&String, &Timing)> {
        self.0.iter()
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of calls")]
fn micros(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of samples and of exchanges"
)]
fn mean(of: impl Iterator<Item = f64>, count: usize) -> f64 {
    of.sum::<f64>() / count.max(1) as f64
}

fn round_trips(function: &Function) -> f64 {
    function
        .round_trips_per_1000
        .map_or(ROUND_TRIPS, |count| micros(count) / 1000.0)
}

const KEEP_ALIVES: [f64; 3] = [5.0, 10.0, 15.0];
/// Calls a month from a hundred to ten thousand million, three points a decade.
const POINTS: u32 = 25;

fn calls_at(point: u32) -> f64 {
    10.0_f64.powf(2.0 + f64::from(point) / 3.0)
}

/// Cold shares of a scenario, simulated on a grid of calls a month and read between.
#[derive(Debug, Clone)]
pub struct ColdCurves {
    bucket: BTreeMap<String, i32>,
    curves: BTreeMap<i32, [Vec<f64>; 3]>,
}

impl ColdCurves {
    pub(super) fn simulate(scenario: &Scenario, timings: &Timings, seed: u64) -> Self {
        let minutes = scenario.minutes();
        let mut bucket = BTreeMap::new();
        let mut curves = BTreeMap::new();
        for (route, timing) in timings.all() {
            // Routes whose calls take about as long share a curve: powers of two of a millisecond.
            let power = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
                .into_iter()
                .find(|power| timing.warm_ms <= 2.0_f64.powi(*power))
                .unwrap_or(10);
            bucket.insert(route.clone(), power);
            curves.entry(power).or_insert_with(|| {
                KEEP_ALIVES.map(|keep| {
                    let mut random = Random::for_purpose(
                        seed,
                        &format!("cold {} {power} {keep}", scenario.name),
                    );
                    (0..POINTS)
                        .map(|point| {
                            let load = Load {
                                minutes: &minutes,
                                calls: calls_at(point) * 168.0 / HOURS_PER_MONTH,
                                service_s: 2.0_f64.powi(power) / 1000.0,
                                keep_alive_s: keep * 60.0,
                            };
                            share(load, &mut random)
                        })
                        .collect()
                })
            });
        }
        Self { bucket, curves }
    }

    pub(super) fn share(&self, route: &str, calls: f64, keep_alive: f64) -> f64 {
        let Some(curves) = self
            .bucket
            .get(route)
            .and_then(|power| self.curves.get(power))
        else {
            return 1.0;
        };
        let at = |which: usize| read(&curves[which], calls);
        let (low, high, from) = if keep_alive <= KEEP_ALIVES[1] {
            (0, 1, KEEP_ALIVES[0])
        } else {
            (1, 2, KEEP_ALIVES[1])
        };
        let part = ((keep_alive - from) / 5.0).clamp(0.0, 1.0);
        at(low) + (at(high) - at(low)) * part
    }
}

fn read(curve: &[f64], calls: f64) -> f64 {
    if calls <= calls_at(0) {
        return curve.first().copied().unwrap_or(1.0);
    }
    let position = (calls.log10() - 2.0) * 3.0;
    let mut below = 0_usize;
    while below + 2 < curve.len()
        && position >= f64::from(u32::try_from(below + 1).unwrap_or(u32::MAX))
    {
        below += 1;
    }
    let part = (position - f64::from(u32::try_from(below).unwrap_or(0))).clamp(0.0, 1.0);
    curve[below] + (curve[below + 1] - curve[below]) * part
}
