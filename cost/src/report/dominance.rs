//! Which few lines make up a bill.

use serde::Serialize;

use crate::answers::Budget;
use crate::bill::Line;
use crate::decimal::Decimal;
use crate::model::Variant;

/// Lines that are named before the rest is one number.
const NAMED: usize = 3;

/// What a variant's bill consists of.
#[derive(Debug, Clone, Serialize)]
pub struct Dominance {
    /// Which.
    pub variant: Variant,
    /// What is there without traffic, in hundredths of the bill.
    pub fixed_percent: Option<Decimal>,
    /// The largest lines.
    pub largest: Vec<Share>,
    /// The largest line that grows with traffic.
    pub largest_growing: Option<Share>,
}

/// A line's part of a bill.
#[derive(Debug, Clone, Serialize)]
pub struct Share {
    /// Of the price.
    pub key: String,
    /// Dollars a month.
    pub amount: Decimal,
    /// Of the whole bill.
    pub percent: Option<Decimal>,
}

/// Of a budget.
#[must_use]
pub fn dominance(budget: &Budget) -> Dominance {
    let total = budget.bill.total;
    let share = |line: &&Line| {
        line.amount.map(|amount| Share {
            key: line.key.clone(),
            amount,
            percent: percent(amount, total),
        })
    };
    let mut lines: Vec<&Line> = budget
        .bill
        .lines
        .iter()
        .filter(|line| line.amount.is_some_and(|amount| !amount.is_zero()))
        .collect();
    lines.sort_by(|one, other| {
        other
            .amount
            .cmp(&one.amount)
            .then_with(|| one.key.cmp(&other.key))
    });
    Dominance {
        variant: budget.variant,
        fixed_percent: percent(budget.fixed, total),
        largest: lines.iter().take(NAMED).filter_map(share).collect(),
        largest_growing: lines.iter().find(|line| !line.is_fixed()).and_then(share),
    }
}

/// Hundredths; `None` of nothing.
fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    part.times(Decimal::whole(100))
        .and_then(|part| part.divided_by(whole))
        .ok()
}
