//! The inputs of an answer, from files.

use std::path::Path;

use anyhow::{Context, Result};
use velure_cost::inventory::Inventory;
use velure_cost::load::Bundle;
use velure_cost::measurement::Measurement;
use velure_cost::model::World;
use velure_cost::plan;
use velure_cost::prices::Catalogue;

use super::Args;

/// Where `make cost-measure` leaves it, seen from the root of the checkout.
pub(super) const MEASUREMENT: &str = "cost/measurements/latest.json";

/// Of the root's defaults: see docs/COST.md for how it is made.
const SHOP: &str = include_str!("../../inputs/shop-inventory.json");

pub(super) fn read(args: &Args) -> Result<World> {
    let inventory = match &args.plan {
        Some(path) => inventory_file(path)?,
        None => serde_json::from_str(SHOP).context("the inventory inside this program")?,
    };
    let path = &args.measurement;
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "the measurement {} cannot be read. The model needs samples of the real programs and invents none: give \
             --measurement FILE",
            path.display()
        )
    })?;
    let measurement = Measurement::from_json(&text).with_context(|| path.display().to_string())?;
    let catalogue = Catalogue::of_region(&args.region)?;
    Ok(World::new(
        catalogue,
        args.free_tier,
        inventory,
        measurement,
        args.seed,
    )?)
}

/// A plan's inventory.
pub(super) fn inventory_of(path: &Path, source: &str) -> Result<Inventory> {
    plan::inventory(source, &text(path)?).with_context(|| path.display().to_string())
}

/// What a file holds.
pub(super) enum Content {
    Measured(Box<Measurement>),
    Planned(Box<Inventory>),
    Loaded(Box<Bundle>),
}

/// A measurement, a bundle, an inventory or a plan: a file says itself which.
pub(super) fn content(path: &Path) -> Result<Content> {
    #[derive(serde::Deserialize)]
    struct Mark {
        schema: Option<u32>,
        load_schema: Option<u32>,
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let mark: Mark = serde_json::from_str(&text)
        .with_context(|| format!("{} is no JSON object", path.display()))?;
    if mark.load_schema.is_some() {
        return Ok(Content::Loaded(Box::new(super::load::bundle(path)?)));
    }
    if mark.schema.is_some() {
        let measurement =
            Measurement::from_json(&text).with_context(|| path.display().to_string())?;
        return Ok(Content::Measured(Box::new(measurement)));
    }
    Ok(Content::Planned(Box::new(inventory_file(path)?)))
}

/// An inventory as it is, or of a plan.
fn inventory_file(path: &Path) -> Result<Inventory> {
    match serde_json::from_str(&text(path)?) {
        Ok(inventory) => Ok(inventory),
        Err(_) => inventory_of(path, &path.display().to_string()),
    }
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("the plan {} cannot be read", path.display()))
}
