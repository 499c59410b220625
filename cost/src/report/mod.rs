//! Every answer for one scenario, gathered for readers: the report.

mod charts;
mod dominance;
mod page;
mod sections;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::answers::{
    BreakEven, Budget, Curve, Search, Swing, amounts, break_even, budget, compare, tornado,
};
use crate::measurement::Machine;
use crate::model::{Case, ModelError, VARIANTS, Variant};
use crate::prices::{Grade, Price, STALE_AFTER_DAYS, day_number};

pub use charts::{Drawing, Named, drawings};
pub use dominance::{Dominance, Share, dominance};
pub use page::page;

/// The comparisons that people ask for.
const PAIRS: [(Variant, Variant); 7] = [
    (Variant::Hybrid, Variant::AllEks),
    (Variant::Hybrid, Variant::HybridUrls),
    (Variant::Hybrid, Variant::EcsFargate),
    (Variant::Hybrid, Variant::Serverless),
    (Variant::Hybrid, Variant::OneMachine),
    (Variant::Serverless, Variant::AllEks),
    (Variant::Serverless, Variant::EcsFargate),
];

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Whose budget is spelled out.
    pub variant: Variant,
    /// Requests from browsers in a month, of the budget, the orders and the tornado.
    pub requests: u64,
    /// Range of the comparison and of the break-evens, and the draws of each.
    pub search: Search,
}

/// All answers.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whose prices.
    pub region: String,
    /// What is subtracted.
    pub free_tier: String,
    /// Shape of the week.
    pub scenario: String,
    /// In words.
    pub scenario_description: String,
    /// Of simulations and draws.
    pub seed: u64,
    /// What stands there comes from.
    pub plan: String,
    /// What the times come from.
    pub measured: Measured,
    /// One variant, line by line.
    pub budget: Budget,
    /// What makes up its bill, and the others'.
    pub dominance: Vec<Dominance>,
    /// Each variant's order.
    pub orders: Vec<Order>,
    /// Each variant over the range of traffic.
    pub curves: Vec<Curve>,
    /// Least and most traffic of the curves and crossings.
    pub range: (u64, u64),
    /// Where the cheaper one changes.
    pub break_evens: Vec<BreakEven>,
    /// What moves the budget.
    pub swings: Vec<Swing>,
    /// Prices in use that are from memory or inferred.
    pub doubtful: Vec<Price>,
    /// Keys in use whose price nobody has read.
    pub unknown: Vec<String>,
    /// Prices in use that were read long before the newest.
    pub stale: Vec<String>,
}

/// On what the samples were taken.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// RFC 3339.
    pub taken_at: String,
    /// Of the sources.
    pub commit: String,
    /// Its name, processors, quota.
    pub machine: Machine,
    /// Program to version.
    pub versions: BTreeMap<String, String>,
    /// Warm calls.
    pub warm_samples: usize,
    /// Fresh processes.
    pub cold_samples: usize,
    /// Why AWS may differ.
    pub transfer_gap: Vec<String>,
}

/// What an order costs in one variant.
#[derive(Debug, Clone, Serialize)]
pub struct Order {
    /// Which.
    pub variant: Variant,
    /// A month's total, as printed.
    pub total: String,
    /// From browsers in a month.
    pub requests: u64,
    /// In a month.
    pub orders: crate::decimal::Decimal,
    /// The total over the orders.
    pub per_order: Option<crate::decimal::Decimal>,
    /// The slope.
    pub marginal_per_order: Option<crate::decimal::Decimal>,
    /// It cannot carry the traffic.
    pub infeasible: Option<String>,
}

/// Asks everything. The crossings take the time; `on_draw` is told of each draw, from several threads.
pub fn gather(
    case: &Case<'_>,
    question: Question,
    on_draw: &(dyn Fn() + Sync),
) -> Result<Report, ModelError> {
    let world = case.world;
    let best = world.best();
    let budgets = VARIANTS
        .into_iter()
        .map(|variant| budget(case, variant, question.requests, &best))
        .collect::<Result<Vec<_>, _>>()?;
    let spelled = budget(case, question.variant, question.requests, &best)?;
    let search = question.search;
    let curves = compare(case, &amounts(search.from, search.to, 4), &best)?;
    let used = prices_of(case, &budgets);
    let measurement = &world.measurement;
    Ok(Report {
        region: world.catalogue.region.clone(),
        free_tier: world.free_tier.name().to_owned(),
        scenario: case.scenario.name.clone(),
        scenario_description: case.scenario.description.clone(),
        seed: world.seed,
        plan: world.inventory.source.clone(),
        measured: Measured {
            taken_at: measurement.taken_at.clone(),
            commit: measurement.commit.clone(),
            machine: measurement.machine.clone(),
            versions: measurement.versions.clone(),
            warm_samples: measurement
                .functions
                .iter()
                .map(|one| one.warm_us.len())
                .sum(),
            cold_samples: measurement.functions.iter().map(|one| one.cold.len()).sum(),
            transfer_gap: measurement.transfer_gap.clone(),
        },
        dominance: budgets.iter().map(dominance).collect(),
        orders: budgets.iter().map(order).collect(),
        curves,
        range: (search.from, search.to),
        break_evens: crossings(case, search, on_draw)?,
        swings: tornado(case, question.variant, question.requests)?,
        doubtful: used
            .iter()
            .filter(|price| price.grade == Grade::D)
            .map(|price| (*price).clone())
            .collect(),
        unknown: used
            .iter()
            .filter(|price| price.tiers.is_none())
            .map(|price| price.key.clone())
            .collect(),
        stale: stale(case, &used),
        budget: spelled,
    })
}

/// Of a variant's budget.
#[must_use]
pub fn order(budget: &Budget) -> Order {
    Order {
        variant: budget.variant,
        total: budget.bill.printed_total(),
        requests: budget.requests,
        orders: budget.orders,
        per_order: budget.per_order,
        marginal_per_order: budget.marginal_per_order,
        infeasible: budget.infeasible.clone(),
    }
}

/// One thread for each pair: each has its own sequence of random numbers, so the order does not matter.
fn crossings(
    case: &Case<'_>,
    search: Search,
    on_draw: &(dyn Fn() + Sync),
) -> Result<Vec<BreakEven>, ModelError> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = PAIRS
            .into_iter()
            .map(|(one, other)| {
                scope.spawn(move || break_even(case, one, other, search, &mut || on_draw()))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(found) => found,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

/// How many draws [`gather`] makes in all.
#[must_use]
pub fn draws(search: Search) -> u64 {
    u64::from(search.draws) * PAIRS.len() as u64
}

fn prices_of<'a>(case: &'a Case<'_>, budgets: &[Budget]) -> Vec<&'a Price> {
    let mut keys: Vec<&str> = budgets
        .iter()
        .flat_map(|budget| &budget.bill.lines)
        .map(|line| line.key.as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter_map(|key| case.world.catalogue.price(key))
        .collect()
}

fn stale(case: &Case<'_>, used: &[&Price]) -> Vec<String> {
    let Some(newest) = case.world.catalogue.newest_reading().and_then(day_number) else {
        return Vec::new();
    };
    used.iter()
        .filter(|price| {
            let read = price.retrieved.as_deref().and_then(day_number);
            read.is_some_and(|day| newest - day > STALE_AFTER_DAYS)
        })
        .map(|price| price.key.clone())
        .collect()
}
