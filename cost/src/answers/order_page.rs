//! What the order page says in demo mode that an order cost.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{budget, float};
use crate::bill::Bill;
use crate::decimal::{Decimal, DecimalError};
use crate::model::{Case, Inputs, ModelError, Variant};

/// The variants that are set side by side, and what people call them.
const SHOWN: [(Variant, &str); 2] = [
    (Variant::Hybrid, "Lambda and EKS, as deployed"),
    (Variant::AllEks, "Everything on EKS"),
];

/// What the lines of a bill are for, by the beginning of their keys. The first that fits counts.
const PURPOSES: [(&str, &str); 9] = [
    ("cloudfront.", "Delivery to the browser"),
    ("apigateway.", "Taking requests"),
    ("lambda.", "Computing"),
    ("ec2.", "Computing"),
    ("logs.", "Logs"),
    ("nat.", "Traffic inside the cloud"),
    ("interzone.", "Traffic inside the cloud"),
    ("alb.", "Traffic inside the cloud"),
    ("secret.", "Reading secrets"),
];

/// Everything that the page shows. Amounts are whole billionths of a dollar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderPage {
    /// Whose prices.
    pub region: String,
    /// The commit that was measured.
    pub measured: String,
    /// Requests from browsers in the month that the share is for.
    pub requests: u64,
    /// Orders in that month, whole.
    pub orders: u64,
    /// Side by side.
    pub variants: Vec<PageVariant>,
}

/// One way of running the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageVariant {
    /// For people.
    pub name: String,
    /// What one more order costs.
    pub one_more: u64,
    /// The whole bill, shared out among the month's orders.
    pub share: u64,
    /// Whether a price is unknown, so that both are lower bounds.
    pub at_least: bool,
    /// What one more order is made of, dearest first.
    pub lines: Vec<PageLine>,
}

/// A part of what one more order costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageLine {
    /// For people.
    pub purpose: String,
    /// Its amount. Below nought where one more order makes the others cheaper, as a function that stays warm does.
    pub amount: i64,
}

/// What the page shows for this case.
pub fn order_page(
    case: &Case<'_>,
    requests: u64,
    inputs: &Inputs,
) -> Result<OrderPage, ModelError> {
    let more = requests + (requests / 100).max(1);
    let added = Decimal::from_estimate(case.orders(float(more - requests), inputs))?;
    let mut variants = Vec::new();
    let mut orders = Decimal::ZERO;
    for (variant, name) in SHOWN {
        let month = budget(case, variant, requests, inputs)?;
        let dearer = case.bill(variant, float(more), inputs)?.0;
        orders = month.orders;
        variants.push(PageVariant {
            name: name.to_owned(),
            one_more: billionths(month.marginal_per_order.unwrap_or(Decimal::ZERO))?,
            share: billionths(month.per_order.unwrap_or(Decimal::ZERO))?,
            at_least: !month.bill.unknown.is_empty(),
            lines: lines(&month.bill, &dearer, added)?,
        });
    }
    Ok(OrderPage {
        region: case.world.catalogue.region.clone(),
        measured: case.world.measurement.commit.clone(),
        requests,
        orders: orders.printed(0).replace(',', "").parse().unwrap_or(0),
        variants,
    })
}

/// By how much each purpose grows from one bill to the other, for one of the orders between them.
fn lines(bill: &Bill, dearer: &Bill, added: Decimal) -> Result<Vec<PageLine>, ModelError> {
    let amount = |of: &Bill, key: &str| {
        let line = of.lines.iter().find(|line| line.key == key);
        line.and_then(|line| line.amount).unwrap_or(Decimal::ZERO)
    };
    let mut purposes: BTreeMap<&str, Decimal> = BTreeMap::new();
    let keys: BTreeSet<&str> = [bill, dearer]
        .iter()
        .flat_map(|of| of.lines.iter().map(|line| line.key.as_str()))
        .collect();
    for key in keys {
        let growth = amount(dearer, key).minus(amount(bill, key))?;
        if growth.is_zero() || added.is_zero() {
            continue;
        }
        let named = PURPOSES.iter().find(|(start, _)| key.starts_with(start));
        let purpose = named.map_or("Everything else", |(_, purpose)| purpose);
        let sum = purposes.entry(purpose).or_insert(Decimal::ZERO);
        *sum = sum.plus(growth.divided_by(added)?)?;
    }
    let mut lines = Vec::new();
    for (purpose, amount) in purposes {
        lines.push(PageLine {
            purpose: purpose.to_owned(),
            amount: billionths(amount)?,
        });
    }
    lines.retain(|line| line.amount != 0);
    lines.sort_by_key(|line| std::cmp::Reverse(line.amount));
    Ok(lines)
}

fn billionths<T: std::str::FromStr>(dollars: Decimal) -> Result<T, DecimalError> {
    let text = dollars.printed(9).replace([',', '.'], "");
    text.parse().map_err(|_| DecimalError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dollar_is_a_billion_of_them() {
        let of = |text: &str| billionths::<i64>(text.parse().expect("a number"));
        assert_eq!(of("1"), Ok(1_000_000_000));
        assert_eq!(of("0.00250692617"), Ok(2_506_926));
        assert_eq!(of("-0.00250692617"), Ok(-2_506_926));
        assert_eq!(of("1234.5"), Ok(1_234_500_000_000));
    }
}
