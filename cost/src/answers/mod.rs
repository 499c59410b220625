//! The questions people ask, answered from a [`Case`].

mod breakeven;
mod order_page;
mod sensitivity;

use serde::Serialize;

use crate::bill::{Bill, Kind, bill};
use crate::decimal::Decimal;
use crate::model::{Case, Inputs, ModelError, VARIANTS, Variant};

pub use breakeven::{BreakEven, Search, break_even, crossing};
pub use order_page::{OrderPage, PageLine, PageVariant, order_page};
pub use sensitivity::{Swing, tornado};

/// A month of one variant, line by line.
#[derive(Debug, Clone, Serialize)]
pub struct Budget {
    /// Which.
    pub variant: Variant,
    /// Shape of the week.
    pub scenario: String,
    /// From browsers in a month.
    pub requests: u64,
    /// In a month.
    pub orders: Decimal,
    /// The lines.
    pub bill: Bill,
    /// The part that is there without traffic.
    pub fixed: Decimal,
    /// For one order; `None` without orders.
    pub per_order: Option<Decimal>,
    /// What one more order costs: the slope over the next hundredth of traffic.
    pub marginal_per_order: Option<Decimal>,
    /// Limits that this traffic exceeds.
    pub warnings: Vec<String>,
    /// Why the variant cannot carry it.
    pub infeasible: Option<String>,
}

/// The budget of a variant.
pub fn budget(
    case: &Case<'_>,
    variant: Variant,
    requests: u64,
    inputs: &Inputs,
) -> Result<Budget, ModelError> {
    let (bill, deployment) = case.bill(variant, float(requests), inputs)?;
    let orders = Decimal::from_estimate(case.orders(float(requests), inputs))?;
    let fixed = fixed_total(case, &deployment.usage, inputs)?;
    let (per_order, marginal_per_order) = if orders.is_zero() {
        (None, None)
    } else {
        let more = requests + (requests / 100).max(1);
        let dearer = case.bill(variant, float(more), inputs)?.0.total;
        let added = Decimal::from_estimate(case.orders(float(more - requests), inputs))?;
        let slope = dearer.minus_down_to_zero(bill.total);
        let slope = if added.is_zero() {
            None
        } else {
            Some(slope.divided_by(added)?)
        };
        (Some(bill.total.divided_by(orders)?), slope)
    };
    Ok(Budget {
        variant,
        scenario: case.scenario.name.clone(),
        requests,
        orders,
        bill,
        fixed,
        per_order,
        marginal_per_order,
        warnings: deployment.warnings,
        infeasible: deployment.infeasible,
    })
}

fn fixed_total(
    case: &Case<'_>,
    usage: &[crate::bill::Usage],
    inputs: &Inputs,
) -> Result<Decimal, ModelError> {
    let fixed: Vec<_> = usage
        .iter()
        .filter(|one| one.kind == Kind::Fixed)
        .cloned()
        .collect();
    Ok(bill(&inputs.catalogue, case.world.free_tier, &fixed)?.total)
}

/// One variant at several amounts of traffic.
#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    /// Which.
    pub variant: Variant,
    /// One for each amount.
    pub points: Vec<Point>,
}

/// A variant at one amount of traffic.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// From browsers in a month.
    pub requests: u64,
    /// The total, a lower bound where a price is unknown; `None` where the variant cannot carry the traffic.
    pub total: Option<Decimal>,
    /// The total leaves out prices that nobody has read.
    pub lower_bound: bool,
    /// For one order.
    pub per_order: Option<Decimal>,
}

/// Every variant at every amount of traffic.
pub fn compare(
    case: &Case<'_>,
    requests: &[u64],
    inputs: &Inputs,
) -> Result<Vec<Curve>, ModelError> {
    VARIANTS
        .into_iter()
        .map(|variant| {
            let points: Result<Vec<Point>, ModelError> = requests
                .iter()
                .map(|amount| {
                    let (bill, deployment) = case.bill(variant, float(*amount), inputs)?;
                    let total = deployment.infeasible.is_none().then_some(bill.total);
                    let orders = Decimal::from_estimate(case.orders(float(*amount), inputs))?;
                    let per_order = match total {
                        Some(total) if !orders.is_zero() => Some(total.divided_by(orders)?),
                        Some(_) | None => None,
                    };
                    Ok(Point {
                        requests: *amount,
                        total,
                        lower_bound: !bill.unknown.is_empty(),
                        per_order,
                    })
                })
                .collect();
            Ok(Curve {
                variant,
                points: points?,
            })
        })
        .collect()
}

/// Amounts of traffic evenly apart on a logarithmic scale, both ends included.
#[must_use]
pub fn amounts(from: u64, to: u64, per_decade: u32) -> Vec<u64> {
    let decades = (float(to.max(1)) / float(from.max(1))).log10();
    let steps = (decades * f64::from(per_decade)).round().max(1.0);
    let mut amounts = Vec::new();
    let mut step = 0.0;
    while step <= steps {
        amounts.push(whole(
            float(from.max(1)) * 10.0_f64.powf(decades * step / steps),
        ));
        step += 1.0;
    }
    amounts.dedup();
    amounts
}

#[expect(
    clippy::cast_precision_loss,
    reason = "requests a month, far below 2^53"
)]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, not negative, far below 2^53"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number.round().clamp(0.0, 9e15) as u64
}
