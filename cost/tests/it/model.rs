//! What holds for the model whatever its inputs are.

use serde_json::Value;
use velure_cost::answers::{Search, break_even, budget, compare, crossing, tornado};
use velure_cost::bill::{Kind, bill};
use velure_cost::model::{VARIANTS, Variant};
use velure_cost::prices::FreeTier;

use super::recompute::{agree, case};
use super::shop::world;

const SCENARIOS: [&str; 4] = ["steady", "diurnal", "flash-sale", "weekend-only"];
const TRAFFIC: [u64; 7] = [
    0,
    10_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
];

#[test]
fn without_traffic_only_the_fixed_lines_are_left() {
    let world = world("us-east-1", FreeTier::None);
    let inputs = world.best();
    for scenario in SCENARIOS {
        let case = world.case(scenario).unwrap();
        for variant in VARIANTS {
            let usage = case.deployment(variant, 0.0, &inputs).unwrap().usage;
            let fixed: Vec<_> = usage
                .iter()
                .filter(|one| one.kind == Kind::Fixed)
                .cloned()
                .collect();
            let (all, fixed) = (
                bill(&world.catalogue, FreeTier::None, &usage)
                    .unwrap()
                    .total,
                bill(&world.catalogue, FreeTier::None, &fixed)
                    .unwrap()
                    .total,
            );
            assert_eq!(all, fixed, "{scenario} {variant:?}");
            assert!(!all.is_zero());
        }
    }
}

#[test]
fn more_traffic_never_costs_less() {
    let world = world("us-east-1", FreeTier::None);
    let inputs = world.best();
    for scenario in SCENARIOS {
        let case = world.case(scenario).unwrap();
        for variant in VARIANTS {
            let mut before = None;
            for step in 0..=120 {
                let requests = 10.0_f64.powf(3.0 + f64::from(step) / 20.0);
                let total = case.bill(variant, requests, &inputs).unwrap().0.total;
                assert!(
                    Some(total) >= before,
                    "{scenario} {variant:?} at {requests}"
                );
                before = Some(total);
            }
        }
    }
}

#[test]
fn python_agrees_on_every_variant_scenario_and_free_tier() {
    let mut cases: Vec<Value> = Vec::new();
    for region in ["us-east-1", "sa-east-1"] {
        for free_tier in [
            FreeTier::None,
            FreeTier::Legacy12Months,
            FreeTier::CreditPlan,
        ] {
            let world = world(region, free_tier);
            let inputs = world.best();
            for scenario in SCENARIOS {
                let of = world.case(scenario).unwrap();
                for variant in VARIANTS {
                    for requests in TRAFFIC {
                        let bill = budget(&of, variant, requests, &inputs).unwrap().bill;
                        cases.push(case(
                            &format!("{region} {scenario} {variant:?} {requests}"),
                            &world.catalogue,
                            &bill,
                        ));
                    }
                }
            }
        }
    }
    let said = agree(&cases).unwrap();
    assert!(
        said.contains("1008 bills") && said.contains(" 0 differences"),
        "{said}"
    );
}

#[test]
fn where_a_price_is_unknown_the_total_is_a_lower_bound() {
    let world = world("sa-east-1", FreeTier::None);
    let case = world.case("steady").unwrap();
    let budget = budget(&case, Variant::Hybrid, 1_000_000, &world.best()).unwrap();
    assert!(budget.bill.printed_total().starts_with("≥ "));
    assert!(
        budget
            .bill
            .unknown
            .iter()
            .any(|key| key == "mq.m7g.medium.hour")
    );
    assert!(compare(&case, &[1_000_000], &world.best()).unwrap()[0].points[0].lower_bound);
}

#[test]
fn a_break_even_is_where_the_cheaper_one_changes() {
    let world = world("us-east-1", FreeTier::None);
    let case = world.case("diurnal").unwrap();
    let search = Search {
        from: 100_000,
        to: 10_000_000_000,
        draws: 20,
    };
    let mut draws = 0;
    let found = break_even(
        &case,
        Variant::Serverless,
        Variant::AllEks,
        search,
        &mut || draws += 1,
    )
    .unwrap();
    assert_eq!(draws, 20);
    let at = found.requests.unwrap();
    let inputs = world.best();
    let sign = |requests: u64| {
        let total = |variant| {
            case.total(variant, requests as f64, &inputs)
                .unwrap()
                .unwrap()
        };
        total(Variant::Serverless).cmp(&total(Variant::AllEks))
    };
    assert_ne!(sign(at - 1), sign(at));
    assert!(found.p5 <= found.p50 && found.p50 <= found.p95);
}

#[test]
fn where_both_curves_are_smooth_they_differ_by_less_than_a_cent_at_the_break_even() {
    let world = world("us-east-1", FreeTier::None);
    let case = world.case("steady").unwrap();
    let inputs = world.best();
    // The two differ by what the gateway charges for a request, and by fixed lines: no steps of capacity.
    let search = Search {
        from: 100_000,
        to: 10_000_000_000,
        draws: 0,
    };
    let at = crossing(&case, Variant::Hybrid, Variant::Serverless, search, &inputs)
        .unwrap()
        .unwrap();
    let total = |variant| case.total(variant, at as f64, &inputs).unwrap().unwrap();
    let (one, other) = (total(Variant::Hybrid), total(Variant::Serverless));
    let apart = one
        .minus_down_to_zero(other)
        .plus(other.minus_down_to_zero(one))
        .unwrap();
    assert!(apart < "0.01".parse().unwrap(), "{one} {other} at {at}");
}

#[test]
fn variants_that_never_cross_say_so() {
    let world = world("us-east-1", FreeTier::None);
    let case = world.case("steady").unwrap();
    let search = Search {
        from: 100_000,
        to: 1_000_000_000,
        draws: 5,
    };
    let found = break_even(
        &case,
        Variant::Hybrid,
        Variant::HybridUrls,
        search,
        &mut || {},
    )
    .unwrap();
    assert_eq!((found.requests, found.crossing_draws), (None, 0));
    assert_eq!(found.cheaper_below, Some(Variant::HybridUrls));
}

#[test]
fn the_tornado_names_the_broker_price_among_the_largest_at_little_traffic() {
    let world = world("us-east-1", FreeTier::None);
    let case = world.case("diurnal").unwrap();
    let swings = tornado(&case, Variant::Hybrid, 1_000_000).unwrap();
    assert!(swings.is_sorted_by(|one, other| one.swing >= other.swing));
    assert!(
        swings
            .iter()
            .take(4)
            .any(|swing| swing.name == "price of mq.m7g.medium.hour")
    );
}

#[test]
fn one_machine_says_when_it_is_too_small() {
    let world = world("us-east-1", FreeTier::None);
    let case = world.case("flash-sale").unwrap();
    let small = budget(&case, Variant::OneMachine, 1_000_000, &world.best()).unwrap();
    let large = budget(&case, Variant::OneMachine, 10_000_000_000, &world.best()).unwrap();
    assert!(small.infeasible.is_none());
    assert!(large.infeasible.unwrap().contains("processors"));
}

#[test]
fn a_route_that_was_not_measured_is_an_error_that_says_what_to_do() {
    let mut text: Value = serde_json::from_str(super::shop::MEASUREMENT).unwrap();
    text["functions"]
        .as_array_mut()
        .unwrap()
        .retain(|one| one["route"] != "place-order");
    let error = velure_cost::model::World::new(
        velure_cost::prices::Catalogue::of_region("us-east-1").unwrap(),
        FreeTier::None,
        super::shop::inventory(),
        velure_cost::measurement::Measurement::from_json(&text.to_string()).unwrap(),
        1,
    )
    .unwrap_err()
    .to_string();
    assert!(
        error.contains("place-order") && error.contains("make cost-measure"),
        "{error}"
    );
}
