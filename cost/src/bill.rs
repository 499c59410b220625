//! Usage times prices.
//!
//! Usage of the same thing is added up before allowances and tiers apply, as AWS does for an account: the bill has one
//! line for a price key, with the parts it is made of. So neither the order of usage nor how it is cut into parts
//! changes an amount.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::decimal::{Decimal, DecimalError};
use crate::prices::{Catalogue, FreeTier, Grade, Price};

/// Whether a quantity is there without any traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It stands there around the clock.
    Fixed,
    /// It grows with traffic.
    Traffic,
}

/// A quantity of one priced thing in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Of the price.
    pub key: Cow<'static, str>,
    /// What it is for: a resource's address, a function, a formula.
    pub part: Cow<'static, str>,
    /// In the price's unit.
    pub quantity: Decimal,
    /// Fixed or not.
    pub kind: Kind,
}

impl Usage {
    /// Of a quantity that stands there around the clock.
    pub fn fixed(
        key: impl Into<Cow<'static, str>>,
        part: impl Into<Cow<'static, str>>,
        quantity: Decimal,
    ) -> Self {
        Self {
            key: key.into(),
            part: part.into(),
            quantity,
            kind: Kind::Fixed,
        }
    }

    /// Of a quantity that grows with traffic.
    pub fn traffic(
        key: impl Into<Cow<'static, str>>,
        part: impl Into<Cow<'static, str>>,
        quantity: Decimal,
    ) -> Self {
        Self {
            key: key.into(),
            part: part.into(),
            quantity,
            kind: Kind::Traffic,
        }
    }
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is for.
    pub part: String,
    /// In the price's unit.
    pub quantity: Decimal,
    /// Fixed or not.
    pub kind: Kind,
}

/// What one tier of a price charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierCharge {
    /// Units in this tier.
    pub quantity: Decimal,
    /// Dollars for one.
    pub usd: Decimal,
    /// Their product.
    pub amount: Decimal,
}

/// One line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Of the price.
    pub key: String,
    /// What one is.
    pub unit: String,
    /// All parts together.
    pub quantity: Decimal,
    /// What an allowance took off.
    pub free: Decimal,
    /// How the rest is charged. Empty where the price is unknown.
    pub tiers: Vec<TierCharge>,
    /// Dollars, or unknown.
    pub amount: Option<Decimal>,
    /// How well the price is known.
    pub grade: Grade,
    /// When the price was read.
    pub retrieved: Option<String>,
    /// Where.
    pub source: String,
    /// What it is made of.
    pub parts: Vec<Part>,
}

impl Line {
    /// No part of it grows with traffic.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.parts.iter().all(|part| part.kind == Kind::Fixed)
    }
}

/// A month's bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// Whose prices.
    pub region: String,
    /// What was subtracted.
    pub free_tier: FreeTier,
    /// By price key.
    pub lines: Vec<Line>,
    /// The sum of the lines whose price is known.
    pub total: Decimal,
    /// The keys whose price is unknown. If there is one, the total is a lower bound.
    pub unknown: Vec<String>,
}

impl Bill {
    /// `$302.35`, or `≥ $302.35` where a price is unknown.
    #[must_use]
    pub fn printed_total(&self) -> String {
        let bound = if self.unknown.is_empty() { "" } else { "≥ " };
        format!("{bound}{}", self.total.dollars())
    }
}

/// Why there is no bill.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillError {
    /// The catalogue has no row for it, not even an unknown one.
    #[error(
        "the catalogue of {region} has no price {key} (used by {part}): add a row, with null if it is unknown"
    )]
    NoPrice {
        /// Of the catalogue.
        region: String,
        /// Of the usage.
        key: String,
        /// Of the usage.
        part: String,
    },
    /// A quantity below nought.
    #[error("{part} uses a negative quantity of {key}")]
    Negative {
        /// Of the usage.
        key: String,
        /// Of the usage.
        part: String,
    },
    /// Out of range.
    #[error(transparent)]
    Number(#[from] DecimalError),
}

/// The bill of a month's usage.
pub fn bill(
    catalogue: &Catalogue,
    free_tier: FreeTier,
    usage: &[Usage],
) -> Result<Bill, BillError> {
    let pooled = pool(catalogue, usage)?;
    let mut free = free_quantities(catalogue, free_tier, &pooled);
    let mut bill = Bill {
        region: catalogue.region.clone(),
        free_tier,
        lines: Vec::with_capacity(pooled.len()),
        total: Decimal::ZERO,
        unknown: Vec::new(),
    };
    for (key, (price, quantity)) in pooled {
        let free = free.remove(key).unwrap_or_default();
        let tiers = charges(price, quantity.minus_down_to_zero(free))?;
        let amount = match &tiers {
            None => {
                bill.unknown.push(key.to_owned());
                None
            }
            Some(tiers) => {
                let amount = sum(tiers.iter().map(|tier| tier.amount))?;
                bill.total = bill.total.plus(amount)?;
                Some(amount)
            }
        };
        bill.lines.push(Line {
            key: key.to_owned(),
            unit: price.unit.clone(),
            quantity,
            free,
            tiers: tiers.unwrap_or_default(),
            amount,
            grade: price.grade,
            retrieved: price.retrieved.clone(),
            source: price.source.clone(),
            parts: parts(usage, key),
        });
    }
    Ok(bill)
}

/// The total alone, for the thousands of bills behind a band; `None` where a price is unknown.
pub fn total(
    catalogue: &Catalogue,
    free_tier: FreeTier,
    usage: &[Usage],
) -> Result<Option<Decimal>, BillError> {
    let pooled = pool(catalogue, usage)?;
    let mut free = free_quantities(catalogue, free_tier, &pooled);
    let mut total = Decimal::ZERO;
    for (key, (price, quantity)) in pooled {
        let free = free.remove(key).unwrap_or_default();
        let Some(tiers) = charges(price, quantity.minus_down_to_zero(free))? else {
            return Ok(None);
        };
        for tier in tiers {
            total = total.plus(tier.amount)?;
        }
    }
    Ok(Some(total))
}

type Pooled<'a> = BTreeMap<&'a str, (&'a Price, Decimal)>;

fn pool<'a>(catalogue: &'a Catalogue, usage: &'a [Usage]) -> Result<Pooled<'a>, BillError> {
    let mut pooled = Pooled::new();
    for one in usage {
        let key: &str = &one.key;
        if one.quantity.is_negative() {
            return Err(BillError::Negative {
                key: key.to_owned(),
                part: one.part.to_string(),
            });
        }
        let price = catalogue.price(key).ok_or_else(|| BillError::NoPrice {
            region: catalogue.region.clone(),
            key: key.to_owned(),
            part: one.part.to_string(),
        })?;
        let entry = pooled.entry(key).or_insert((price, Decimal::ZERO));
        entry.1 = entry.1.plus(one.quantity)?;
    }
    Ok(pooled)
}

fn free_quantities<'a>(
    catalogue: &'a Catalogue,
    free_tier: FreeTier,
    pooled: &Pooled<'_>,
) -> BTreeMap<&'a str, Decimal> {
    let mut free = BTreeMap::new();
    for allowance in catalogue.granted(free_tier) {
        let mut left = allowance.quantity;
        for key in &allowance.keys {
            if let Some((_, quantity)) = pooled.get(key.as_str()) {
                let used = left.min(*quantity);
                left = left.minus_down_to_zero(used);
                free.insert(key.as_str(), used);
            }
        }
    }
    free
}

fn charges(price: &Price, quantity: Decimal) -> Result<Option<Vec<TierCharge>>, DecimalError> {
    let Some(tiers) = &price.tiers else {
        return Ok(None);
    };
    let mut charges = Vec::with_capacity(1);
    for (place, tier) in tiers.iter().enumerate() {
        if place > 0 && quantity <= tier.from {
            break;
        }
        let end = tiers
            .get(place + 1)
            .map_or(quantity, |next| next.from.min(quantity));
        let within = end.minus_down_to_zero(tier.from);
        charges.push(TierCharge {
            quantity: within,
            usd: tier.usd,
            amount: within.times(tier.usd)?,
        });
    }
    Ok(Some(charges))
}

fn parts(usage: &[Usage], key: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = usage
        .iter()
        .filter(|one| one.key == key)
        .map(|one| Part {
            part: one.part.to_string(),
            quantity: one.quantity,
            kind: one.kind,
        })
        .collect();
    parts.sort_by(|one, other| (&one.part, one.quantity).cmp(&(&other.part, other.quantity)));
    parts
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Result<Decimal, DecimalError> {
    let mut total = Decimal::ZERO;
    for amount in amounts {
        total = total.plus(amount)?;
    }
    Ok(total)
}
