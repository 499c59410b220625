//! What a total depends on most: each assumption and each price at the ends of its range, one at a time.

use serde::Serialize;

use crate::decimal::Decimal;
use crate::model::{Case, Inputs, ModelError, Variant};

use super::float;

/// One thing that may be otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct Swing {
    /// The assumption or the price.
    pub name: String,
    /// Its low, best and high value, with the unit.
    pub range: String,
    /// The total at its low end.
    pub at_low: Decimal,
    /// The total at its high end.
    pub at_high: Decimal,
    /// How far apart the two are.
    pub swing: Decimal,
}

/// Everything that moves a variant's total by at least a cent, the largest first.
pub fn tornado(case: &Case<'_>, variant: Variant, requests: u64) -> Result<Vec<Swing>, ModelError> {
    let world = case.world;
    let requests = float(requests);
    let total =
        |inputs: &Inputs| Ok::<Decimal, ModelError>(case.bill(variant, requests, inputs)?.0.total);
    let mut swings = Vec::new();
    for parameter in &world.parameters {
        let (low, high) = (
            world.with_value(&parameter.name, parameter.low),
            world.with_value(&parameter.name, parameter.high),
        );
        let range = format!(
            "{} / {} / {} {}",
            parameter.low, parameter.value, parameter.high, parameter.unit
        );
        swings.push(swing(
            parameter.name.clone(),
            range,
            total(&low)?,
            total(&high)?,
        )?);
    }
    let best = world.best();
    let (bill, _) = case.bill(variant, requests, &best)?;
    for line in &bill.lines {
        let Some(price) = world.catalogue.price(&line.key) else {
            continue;
        };
        let (Some(tiers), Some(low), Some(high)) = (&price.tiers, price.low, price.high) else {
            continue;
        };
        let Some(first) = tiers.first() else { continue };
        if low == high || first.usd.is_zero() {
            continue;
        }
        let at = |usd: Decimal| -> Result<Decimal, ModelError> {
            let catalogue = world
                .catalogue
                .scaled(&line.key, usd.divided_by(first.usd)?)?;
            total(&Inputs {
                catalogue,
                ..best.clone()
            })
        };
        let range = format!("${low} / ${} / ${high} for a {}", first.usd, price.unit);
        swings.push(swing(
            format!("price of {}", line.key),
            range,
            at(low)?,
            at(high)?,
        )?);
    }
    let cent = Decimal::ratio(1, 100)?;
    swings.retain(|swing| swing.swing >= cent);
    swings.sort_by(|one, other| {
        other
            .swing
            .cmp(&one.swing)
            .then_with(|| one.name.cmp(&other.name))
    });
    Ok(swings)
}

fn swing(
    name: String,
    range: String,
    at_low: Decimal,
    at_high: Decimal,
) -> Result<Swing, ModelError> {
    let swing = at_high
        .minus_down_to_zero(at_low)
        .plus(at_low.minus_down_to_zero(at_high))?;
    Ok(Swing {
        name,
        range,
        at_low,
        at_high,
        swing,
    })
}
