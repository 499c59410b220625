//! A route is declared once; what must follow from it does.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use super::metadata::Metadata;
use crate::checkout::Checkout;
use crate::report;
use crate::routes::{Table, with_router};

/// Every row has a binary in its context's crate, every binary there has a row, and the local router is current.
pub(super) fn faults(metadata: &Metadata, checkout: &Checkout) -> Result<Vec<String>> {
    let table = Table::read(checkout)?;
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for route in &table.routes {
        if !seen.insert((&route.method, &route.path)) {
            faults.push(format!(
                "routes.json: {} {} is declared twice",
                route.method, route.path
            ));
        }
    }
    let declared: BTreeSet<(String, String)> = table
        .functions()
        .map(|(context, name)| (format!("velure-{context}"), name.to_owned()))
        .collect();
    let packages: BTreeSet<&str> = declared
        .iter()
        .map(|(package, _)| package.as_str())
        .collect();
    let built: BTreeSet<(String, String)> = metadata
        .packages
        .iter()
        .filter(|package| packages.contains(package.name.as_str()))
        .flat_map(|package| {
            package
                .binaries()
                .map(|name| (package.name.clone(), name.to_owned()))
        })
        .collect();
    for (package, name) in declared.difference(&built) {
        faults.push(format!("routes.json: {name} has no binary in {package}"));
    }
    for (package, name) in built.difference(&declared) {
        faults.push(format!(
            "{package}: the binary {name} has no row in routes.json"
        ));
    }
    let manifest = super::read(&checkout.path("Cargo.toml"))?;
    if with_router(&manifest, &table.router()) != manifest {
        faults.push(
            "Cargo.toml: the router of `cargo lambda watch` is stale, run `cargo xtask router`"
                .to_owned(),
        );
    }
    Ok(faults)
}

/// Writes the router into the root manifest.
pub(crate) fn write_router(checkout: &Checkout) -> Result<()> {
    let file = checkout.path("Cargo.toml");
    let manifest = super::read(&file)?;
    let renewed = with_router(&manifest, &Table::read(checkout)?.router());
    if renewed == manifest {
        report::line("the router is current");
        return Ok(());
    }
    fs::write(&file, renewed).context("Cargo.toml cannot be written")?;
    report::line("the router was written into Cargo.toml");
    Ok(())
}
