//! The price catalogue of a region: dated rows with a source and a grade, and nothing made up.
//!
//! A price that nobody has read is `null`: it prints as unknown, and the total that contains it as a lower bound.
//! No row ever stands in for another region's. A row carries the range it may lie in (`low`, `high`, of its first
//! tier), which the sensitivity and the bands of the break-even use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::decimal::{Decimal, DecimalError};

mod free_tier;

pub use free_tier::{Allowance, Credits, FreeTier, Program};

const US_EAST_1: &str = include_str!("../prices/us-east-1.json");
const SA_EAST_1: &str = include_str!("../prices/sa-east-1.json");

/// The regions that have a catalogue.
pub const REGIONS: &[&str] = &["us-east-1", "sa-east-1"];

/// Days after which a price should be read again.
pub const STALE_AFTER_DAYS: i64 = 180;

const UNITS: &[&str] = &[
    "DCU-hour",
    "ECPU",
    "GB",
    "GB-hour",
    "GB-month",
    "GB-second",
    "LCU-hour",
    "call",
    "hour",
    "message",
    "minute",
    "month",
    "query",
    "request",
    "trace",
    "transition",
    "vCPU-hour",
];

/// How a price came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// A record of AWS's price list, or a page of AWS with a date.
    A,
    /// Generated from AWS's price interface inside a maintained repository.
    B,
    /// Another party's text.
    C,
    /// From memory or inferred: to be read again before it is relied on.
    D,
    /// Not found.
    #[serde(rename = "?")]
    Unknown,
}

impl Grade {
    /// As it stands in the catalogue.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::Unknown => "?",
        }
    }
}

/// A price from a quantity on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The quantity of a month above which it holds.
    pub from: Decimal,
    /// Dollars for one unit.
    pub usd: Decimal,
}

/// One priced thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// What usage lines refer to.
    pub key: String,
    /// What one is.
    pub unit: String,
    /// Ascending, the first from nought. `None`: nobody has read it.
    pub tiers: Option<Vec<Tier>>,
    /// The least the first tier may be.
    pub low: Option<Decimal>,
    /// The most the first tier may be.
    pub high: Option<Decimal>,
    /// Since when it holds, where the source says.
    pub effective: Option<String>,
    /// When it was read.
    pub retrieved: Option<String>,
    /// Where.
    pub source: String,
    /// How well it is known.
    pub grade: Grade,
    /// What a reader must know besides.
    pub note: String,
}

/// The prices of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Such as `us-east-1`.
    pub region: String,
    /// What a new account may use up once.
    pub credits: Credits,
    /// What is free each month.
    pub allowances: Vec<Allowance>,
    prices: BTreeMap<String, Price>,
}

/// What is wrong with a catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// There is no such file.
    #[error("no prices of region {0}; there are those of {known}", known = REGIONS.join(", "))]
    NoRegion(String),
    /// Not JSON of this shape.
    #[error("the price catalogue cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A row that contradicts itself.
    #[error("the price {key}: {fault}")]
    Row {
        /// Of the row.
        key: String,
        /// What is wrong.
        fault: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    region: String,
    currency: String,
    credits: Credits,
    allowances: Vec<Allowance>,
    prices: Vec<Price>,
}

impl Catalogue {
    /// The catalogue of a region that comes with this program.
    pub fn of_region(region: &str) -> Result<Self, CatalogueError> {
        match region {
            "us-east-1" => Self::from_json(US_EAST_1),
            "sa-east-1" => Self::from_json(SA_EAST_1),
            other => Err(CatalogueError::NoRegion(other.to_owned())),
        }
    }

    /// A catalogue from its text.
    pub fn from_json(text: &str) -> Result<Self, CatalogueError> {
        let file: File = serde_json::from_str(text)?;
        let fault = |key: &str, fault: String| CatalogueError::Row {
            key: key.to_owned(),
            fault,
        };
        if file.currency != "USD" {
            return Err(fault(
                "currency",
                format!("{} instead of USD", file.currency),
            ));
        }
        let mut prices = BTreeMap::new();
        for price in file.prices {
            check(&price).map_err(|text| fault(&price.key, text))?;
            if let Some(twice) = prices.insert(price.key.clone(), price) {
                return Err(fault(&twice.key, "stands there twice".to_owned()));
            }
        }
        for allowance in &file.allowances {
            for key in &allowance.keys {
                if !prices.contains_key(key) {
                    return Err(fault(key, "has an allowance and no price".to_owned()));
                }
            }
        }
        Ok(Self {
            region: file.region,
            credits: file.credits,
            allowances: file.allowances,
            prices,
        })
    }

    /// The row of a key.
    #[must_use]
    pub fn price(&self, key: &str) -> Option<&Price> {
        self.prices.get(key)
    }

    /// Every row, by key.
    pub fn prices(&self) -> impl Iterator<Item = &Price> {
        self.prices.values()
    }

    /// The allowances that an account has.
    pub fn granted(&self, free_tier: FreeTier) -> impl Iterator<Item = &Allowance> {
        self.allowances
            .iter()
            .filter(move |allowance| free_tier.grants(allowance.program))
    }

    /// The same with every tier of one price multiplied, for asking what if.
    pub fn scaled(&self, key: &str, factor: Decimal) -> Result<Self, DecimalError> {
        let mut scaled = self.clone();
        scaled.scale(key, factor)?;
        Ok(scaled)
    }

    /// Multiplies every tier of one price.
    pub fn scale(&mut self, key: &str, factor: Decimal) -> Result<(), DecimalError> {
        if let Some(tiers) = self
            .prices
            .get_mut(key)
            .and_then(|price| price.tiers.as_mut())
        {
            for tier in tiers {
                tier.usd = tier.usd.times(factor)?;
            }
        }
        Ok(())
    }

    /// The newest date on which a price was read: what a price's age is measured against, so that the same
    /// inputs give the same report on any day.
    #[must_use]
    pub fn newest_reading(&self) -> Option<&str> {
        self.prices()
            .filter_map(|price| price.retrieved.as_deref())
            .max()
    }
}

fn check(price: &Price) -> Result<(), String> {
    if !UNITS.contains(&price.unit.as_str()) {
        return Err(format!("unknown unit {}", price.unit));
    }
    for date in [&price.effective, &price.retrieved].into_iter().flatten() {
        if day_number(date).is_none() {
            return Err(format!("{date} is no date"));
        }
    }
    let Some(tiers) = &price.tiers else {
        if price.grade != Grade::Unknown || price.low.is_some() || price.high.is_some() {
            return Err("has no price, so its grade is ? and it has no range".to_owned());
        }
        return Ok(());
    };
    let (Some(first), Some(low), Some(high)) = (tiers.first(), price.low, price.high) else {
        return Err("has a price and therefore needs a tier, a low and a high".to_owned());
    };
    if price.grade == Grade::Unknown || price.retrieved.is_none() {
        return Err("has a price, so somebody read it: give the grade and the day".to_owned());
    }
    if !first.from.is_zero() || !tiers.is_sorted_by(|before, after| before.from < after.from) {
        return Err("its tiers must ascend from nought".to_owned());
    }
    if tiers.iter().any(|tier| tier.usd.is_negative()) || low > first.usd || high < first.usd {
        return Err("its price is outside its own range".to_owned());
    }
    Ok(())
}

/// Days since an arbitrary day; differences between two dates are right.
#[must_use]
pub fn day_number(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) =
        (parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if date.len() != 10 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The year begins in March, so that the leap day is its last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_regions_are_read_and_name_the_same_things() {
        let keys = |region| {
            let catalogue = Catalogue::of_region(region).expect("it is there");
            catalogue
                .prices()
                .map(|price| price.key.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("us-east-1"), keys("sa-east-1"));
        assert!(Catalogue::of_region("eu-west-1").is_err());
    }

    #[test]
    fn a_weak_price_has_at_least_the_range_of_its_grade() {
        for region in REGIONS {
            let catalogue = Catalogue::of_region(region).expect("it is there");
            for price in catalogue.prices() {
                let (Some(tiers), Some(low), Some(high)) = (&price.tiers, price.low, price.high)
                else {
                    continue;
                };
                let part = match price.grade {
                    Grade::A | Grade::B | Grade::Unknown => "0",
                    Grade::C => "0.1",
                    Grade::D => "0.3",
                };
                let margin = tiers[0]
                    .usd
                    .times(part.parse().expect("a number"))
                    .expect("small");
                assert!(
                    low.plus(margin).expect("small") <= tiers[0].usd,
                    "{region} {}",
                    price.key
                );
                assert!(
                    high >= tiers[0].usd.plus(margin).expect("small"),
                    "{region} {}",
                    price.key
                );
            }
        }
    }

    #[test]
    fn a_row_that_contradicts_itself_is_refused() {
        let row = |change: &str| {
            let row = r#"{"key":"a","unit":"hour","tiers":[{"from":"0","usd":"1"}],"low":"1","high":"1","effective":null,
                "retrieved":"2026-08-21","source":"s","grade":"B","note":""}"#;
            let (from, to) = change.split_once("=>").expect("a change");
            let row = row.replace(from, to);
            let credits = r#"{"usd":"200","note":"","grade":"C","source":""}"#;
            Catalogue::from_json(&format!(
                r#"{{"region":"r","currency":"USD","credits":{credits},"allowances":[],"prices":[{row}]}}"#
            ))
        };
        assert!(row("x=>x").is_ok());
        for change in [
            r#""hour"=>"fortnight""#,
            r#""from":"0"=>"from":"1""#,
            r#""low":"1"=>"low":"2""#,
            r#""grade":"B"=>"grade":"?""#,
            r#""2026-08-21"=>"yesterday""#,
            r#""2026-08-21"=>null"#,
            r#"[{"from":"0","usd":"1"}]=>null"#,
            r#""note":""=>"remark":"""#,
        ] {
            assert!(row(change).is_err(), "{change}");
        }
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        let days = |from: &str, to: &str| {
            day_number(to).expect("a date") - day_number(from).expect("a date")
        };
        assert_eq!(days("2024-02-28", "2024-03-01"), 2);
        assert_eq!(days("2025-12-31", "2026-01-01"), 1);
        assert_eq!(days("2026-01-01", "2026-06-30"), STALE_AFTER_DAYS);
        assert_eq!(day_number("2026-13-01"), None);
    }
}
