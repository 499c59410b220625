//! At what traffic one variant becomes cheaper than another, and how sure that is.

use serde::Serialize;

use crate::decimal::Decimal;
use crate::model::parameters::Values;
use crate::model::timing::Timings;
use crate::model::{Case, Inputs, ModelError, Variant};
use crate::random::Random;

use super::{amounts, float, whole};

/// Where and how long to look.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// The least traffic.
    pub from: u64,
    /// The most.
    pub to: u64,
    /// How many draws make the band.
    pub draws: u32,
}

/// The traffic at which the cheaper of two variants changes.
#[derive(Debug, Clone, Serialize)]
pub struct BreakEven {
    /// Cheaper or dearer below.
    pub one: Variant,
    /// The other.
    pub other: Variant,
    /// Requests a month with the best guesses; `None`: no crossing in range.
    pub requests: Option<u64>,
    /// The cheaper one below the crossing, or everywhere.
    pub cheaper_below: Option<Variant>,
    /// What both cost there; where capacity comes in steps, they differ by a step.
    pub totals: Option<(Decimal, Decimal)>,
    /// Five draws of a hundred cross below.
    pub p5: Option<u64>,
    /// Half of them.
    pub p50: Option<u64>,
    /// Five of a hundred cross above.
    pub p95: Option<u64>,
    /// Draws that cross at all.
    pub crossing_draws: u32,
    /// All draws.
    pub draws: u32,
}

/// Looks for the first crossing with the best guesses, then with draws from every range.
pub fn break_even(
    case: &Case<'_>,
    one: Variant,
    other: Variant,
    search: Search,
    on_draw: &mut dyn FnMut(),
) -> Result<BreakEven, ModelError> {
    let best = case.world.best();
    let found = crossing(case, one, other, search, &best)?;
    let at_least = float(search.from);
    let (first, second) = (
        case.total(one, at_least, &best)?,
        case.total(other, at_least, &best)?,
    );
    let cheaper_below = match (first, second) {
        (Some(first), Some(second)) => Some(if first <= second { one } else { other }),
        _ => None,
    };
    let totals = match found {
        Some(requests) => {
            let (first, second) = (
                case.total(one, float(requests), &best)?,
                case.total(other, float(requests), &best)?,
            );
            first.zip(second)
        }
        None => None,
    };
    let mut crossings = Vec::new();
    let mut random = Random::for_purpose(
        case.world.seed,
        &format!("{} {} {}", case.scenario.name, one.name(), other.name()),
    );
    for _ in 0..search.draws {
        let inputs = draw(case, &mut random)?;
        crossings.extend(crossing(case, one, other, search, &inputs)?);
        on_draw();
    }
    crossings.sort_unstable();
    let quantile = |hundredths: usize| {
        let last = crossings.len().checked_sub(1)?;
        crossings.get((last * hundredths + 50) / 100).copied()
    };
    Ok(BreakEven {
        one,
        other,
        requests: found,
        cheaper_below,
        totals,
        p5: quantile(5),
        p50: quantile(50),
        p95: quantile(95),
        crossing_draws: u32::try_from(crossings.len()).unwrap_or(u32::MAX),
        draws: search.draws,
    })
}

/// One plausible world: every price and assumption from its range, every mean from samples drawn again.
fn draw(case: &Case<'_>, random: &mut Random) -> Result<Inputs, ModelError> {
    let world = case.world;
    let mut values = Values::best(&world.parameters);
    for parameter in &world.parameters {
        values.set(
            &parameter.name,
            random.triangle(parameter.low, parameter.value, parameter.high),
        );
    }
    let mut catalogue = world.catalogue.clone();
    for price in world.catalogue.prices() {
        let (Some(tiers), Some(low), Some(high)) = (&price.tiers, price.low, price.high) else {
            continue;
        };
        let usd = tiers.first().map_or(0.0, |tier| tier.usd.approximate());
        if low == high || usd <= 0.0 {
            continue;
        }
        let drawn = random.triangle(low.approximate(), usd, high.approximate());
        catalogue.scale(&price.key, Decimal::from_estimate(drawn / usd)?)?;
    }
    let timings = Timings::resampled(world, &values, random);
    Ok(Inputs {
        catalogue,
        values,
        timings,
    })
}

/// The first traffic in range from which the other variant is the cheaper one, to a request.
pub fn crossing(
    case: &Case<'_>,
    one: Variant,
    other: Variant,
    search: Search,
    inputs: &Inputs,
) -> Result<Option<u64>, ModelError> {
    // Where a variant cannot carry the traffic there is nothing to compare.
    let order = |requests: u64| -> Result<Option<std::cmp::Ordering>, ModelError> {
        let first = case.total(one, float(requests), inputs)?;
        let second = case.total(other, float(requests), inputs)?;
        Ok(first.zip(second).map(|(first, second)| first.cmp(&second)))
    };
    let mut before: Option<(u64, std::cmp::Ordering)> = None;
    for requests in amounts(search.from, search.to, 4) {
        let Some(now) = order(requests)? else { break };
        if let Some((low, then)) = before
            && then != now
            && then != std::cmp::Ordering::Equal
        {
            return bisect(low, requests, then, order).map(Some);
        }
        before = Some((requests, now));
    }
    Ok(None)
}

fn bisect(
    low: u64,
    high: u64,
    then: std::cmp::Ordering,
    order: impl Fn(u64) -> Result<Option<std::cmp::Ordering>, ModelError>,
) -> Result<u64, ModelError> {
    let (mut low, mut high) = (float(low), float(high));
    while high - low > 1.0 {
        let middle = f64::midpoint(low, high).floor();
        if order(whole(middle))? == Some(then) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(whole(high))
}
