//! A shop for the tests: a hand-made plan and a made-up measurement.

use velure_cost::inventory::Inventory;
use velure_cost::measurement::Measurement;
use velure_cost::model::World;
use velure_cost::prices::{Catalogue, FreeTier};

pub(crate) const PLAN: &str = include_str!("../plans/shop.json");
pub(crate) const MEASUREMENT: &str = include_str!("../measurements/made-up.json");

pub(crate) fn inventory() -> Inventory {
    velure_cost::plan::inventory("tests/plans/shop.json", PLAN).unwrap()
}

pub(crate) fn world(region: &str, free_tier: FreeTier) -> World {
    World::new(
        Catalogue::of_region(region).unwrap(),
        free_tier,
        inventory(),
        Measurement::from_json(MEASUREMENT).unwrap(),
        1,
    )
    .unwrap()
}
