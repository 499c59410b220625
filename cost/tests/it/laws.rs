//! What holds for every bill.

use proptest::prelude::*;
use velure_cost::bill::{Usage, bill, total};
use velure_cost::decimal::Decimal;
use velure_cost::prices::{Catalogue, FreeTier, Price};

fn catalogue() -> Catalogue {
    Catalogue::of_region("us-east-1").unwrap()
}

fn keys() -> Vec<String> {
    catalogue()
        .prices()
        .filter(|price| price.tiers.is_some())
        .map(|price| price.key.clone())
        .collect()
}

fn free_tiers() -> impl Strategy<Value = FreeTier> {
    prop::sample::select(vec![
        FreeTier::None,
        FreeTier::Legacy12Months,
        FreeTier::CreditPlan,
    ])
}

/// Thousandths of a unit, up to a thousand million units.
fn quantities() -> impl Strategy<Value = Decimal> {
    (0..1_000_000_000_000_i64)
        .prop_map(|thousandths| Decimal::ratio(thousandths.into(), 1000).unwrap())
}

fn usages() -> impl Strategy<Value = Vec<Usage>> {
    prop::collection::vec(
        (prop::sample::select(keys()), quantities(), any::<bool>()),
        0..30,
    )
    .prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(number, (key, quantity, fixed))| {
                let part = format!("part {number}");
                if fixed {
                    Usage::fixed(key, part, quantity)
                } else {
                    Usage::traffic(key, part, quantity)
                }
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_lines_add_up_to_the_total(usage in usages(), free_tier in free_tiers()) {
        let bill = bill(&catalogue(), free_tier, &usage).unwrap();
        let sum = bill.lines.iter().fold(Decimal::ZERO, |sum, line| sum.plus(line.amount.unwrap()).unwrap());
        prop_assert_eq!(sum, bill.total);
        prop_assert_eq!(total(&catalogue(), free_tier, &usage).unwrap(), Some(bill.total));
        for line in &bill.lines {
            let parts = line.parts.iter().fold(Decimal::ZERO, |sum, part| sum.plus(part.quantity).unwrap());
            prop_assert_eq!(parts, line.quantity);
            let charged = line.tiers.iter().fold(line.free, |sum, tier| sum.plus(tier.quantity).unwrap());
            prop_assert_eq!(charged, line.quantity);
        }
    }

    #[test]
    fn the_order_of_the_usage_changes_nothing(usage in usages(), free_tier in free_tiers()) {
        let mut reversed = usage.clone();
        reversed.reverse();
        prop_assert_eq!(bill(&catalogue(), free_tier, &usage), bill(&catalogue(), free_tier, &reversed));
    }

    #[test]
    fn more_of_anything_never_costs_less(usage in usages(), free_tier in free_tiers(), more in quantities(), key in prop::sample::select(keys())) {
        let before = bill(&catalogue(), free_tier, &usage).unwrap().total;
        let mut usage = usage;
        usage.push(Usage::traffic(key, "more", more));
        prop_assert!(bill(&catalogue(), free_tier, &usage).unwrap().total >= before);
    }

    #[test]
    fn an_allowance_never_makes_a_bill_dearer(usage in usages()) {
        let list = bill(&catalogue(), FreeTier::None, &usage).unwrap().total;
        let every = bill(&catalogue(), FreeTier::CreditPlan, &usage).unwrap().total;
        let first_year = bill(&catalogue(), FreeTier::Legacy12Months, &usage).unwrap().total;
        prop_assert!(first_year <= every && every <= list);
    }

    #[test]
    fn a_larger_price_makes_a_larger_bill(usage in usages(), key in prop::sample::select(keys())) {
        let before = bill(&catalogue(), FreeTier::None, &usage).unwrap().total;
        let dearer = catalogue().scaled(&key, "1.5".parse().unwrap()).unwrap();
        prop_assert!(bill(&dearer, FreeTier::None, &usage).unwrap().total >= before);
    }
}

#[test]
fn a_bill_has_no_step_where_a_tier_begins() {
    let catalogue = catalogue();
    let grain: Decimal = "0.001".parse().unwrap();
    let mut edges = 0;
    for price in catalogue.prices() {
        for tier in price.tiers.iter().flatten().skip(1) {
            let amount = |quantity| {
                let usage = [Usage::traffic(price.key.clone(), "edge", quantity)];
                bill(&catalogue, FreeTier::None, &usage).unwrap().total
            };
            let below = amount(tier.from.minus_down_to_zero(grain));
            let (at, above) = (amount(tier.from), amount(tier.from.plus(grain).unwrap()));
            let step = dearest(price).times(grain).unwrap();
            assert!(at.minus_down_to_zero(below) <= step, "{}", price.key);
            assert!(above.minus_down_to_zero(at) <= step, "{}", price.key);
            edges += 1;
        }
    }
    assert!(edges > 10, "{edges} edges");
}

fn dearest(price: &Price) -> Decimal {
    price
        .tiers
        .iter()
        .flatten()
        .map(|tier| tier.usd)
        .max()
        .unwrap()
}

#[test]
fn no_usage_costs_nothing() {
    let bill = bill(&catalogue(), FreeTier::None, &[]).unwrap();
    assert_eq!(bill.printed_total(), "$0.00");
}
