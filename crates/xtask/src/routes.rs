//! The route table, as far as automation needs it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::checkout::Checkout;

/// `functions/routes.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Table {
    pub(crate) routes: Vec<Route>,
    /// Answers what no route matches.
    pub(crate) fallback: Option<Fallback>,
}

/// The function behind everything that is not in the table.
#[derive(Debug, Deserialize)]
pub(crate) struct Fallback {
    pub(crate) name: String,
    pub(crate) context: String,
}

/// One endpoint.
#[derive(Debug, Deserialize)]
pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) context: String,
    pub(crate) method: String,
    pub(crate) path: String,
}

impl Table {
    /// Reads the table.
    pub(crate) fn read(checkout: &Checkout) -> Result<Self> {
        let file = checkout.path("functions/routes.json");
        let text = fs::read(&file).context("functions/routes.json cannot be read")?;
        serde_json::from_slice(&text).context("functions/routes.json is not a route table")
    }

    /// Context and name of each function.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&str, &str)> {
        let fallback = self
            .fallback
            .iter()
            .map(|fallback| (fallback.context.as_str(), fallback.name.as_str()));
        self.routes
            .iter()
            .map(|route| (route.context.as_str(), route.name.as_str()))
            .chain(fallback)
    }

    /// What the shop's own processes call.
    pub(crate) fn internal(&self) -> impl Iterator<Item = &Route> {
        self.routes
            .iter()
            .filter(|route| route.path.starts_with("/internal/"))
    }

    /// The router of `cargo lambda watch` as it stands in the root manifest, between the two marks.
    pub(crate) fn router(&self) -> String {
        let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
        for route in &self.routes {
            paths.entry(&route.path).or_default().push(route);
        }
        let mut out = format!("{BEGIN}\n[workspace.metadata.lambda.watch.router]\n");
        for (path, routes) in paths {
            // API Gateway sends a known path with another method to the fallback as well.
            let others = self.fallback.iter().flat_map(|fallback| {
                METHODS
                    .iter()
                    .filter(|method| !routes.iter().any(|route| route.method == **method))
                    .map(|method| (*method, fallback.name.as_str()))
            });
            let functions: Vec<String> = routes
                .iter()
                .map(|route| (route.method.as_str(), route.name.as_str()))
                .chain(others)
                .map(|(method, name)| format!("{{ method = \"{method}\", function = \"{name}\" }}"))
                .collect();
            out.push_str(&format!("\"{path}\" = [{}]\n", functions.join(", ")));
        }
        if let Some(fallback) = &self.fallback {
            out.push_str(&format!("\"/{{*path}}\" = \"{}\"\n", fallback.name));
        }
        out.push_str(END);
        out
    }
}

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const BEGIN: &str = "# begin: written by `cargo xtask router` from functions/routes.json, checked by `cargo xtask check`";
const END: &str = "# end";

/// The manifest with its router replaced by `router`, or with it added at the end.
pub(crate) fn with_router(manifest: &str, router: &str) -> String {
    let found = manifest.find(BEGIN).and_then(|begin| {
        let length = manifest[begin..].find(END)? + END.len();
        Some((begin, begin + length))
    });
    match found {
        Some((begin, end)) => format!("{}{router}{}", &manifest[..begin], &manifest[end..]),
        None => format!("{}\n\n{router}\n", manifest.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(name: &str, method: &str, path: &str) -> Route {
        Route {
            name: name.to_owned(),
            context: "catalog".to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
        }
    }

    fn table() -> Table {
        Table {
            routes: vec![
                route("list-products", "GET", "/api/products"),
                route("get-product", "GET", "/api/products/{id}"),
                route("create-product", "POST", "/api/products"),
            ],
            fallback: None,
        }
    }

    #[test]
    fn a_path_with_two_methods_is_one_entry_with_two_functions() {
        let router = table().router();
        assert!(router.contains(
            "\"/api/products\" = [{ method = \"GET\", function = \"list-products\" }, \
             { method = \"POST\", function = \"create-product\" }]\n"
        ));
        assert_eq!(router.matches("\"/api/products\"").count(), 1);
    }

    #[test]
    fn what_no_route_matches_goes_to_the_fallback_by_path_and_by_method() {
        let mut table = table();
        table.fallback = Some(Fallback {
            name: "no-route".to_owned(),
            context: "edge".to_owned(),
        });
        let router = table.router();
        assert!(router.contains("\"/{*path}\" = \"no-route\"\n"));
        assert!(router.contains("{ method = \"DELETE\", function = \"no-route\" }"));
        assert!(!router.contains("{ method = \"GET\", function = \"no-route\" }"));
    }

    #[test]
    fn the_committed_router_is_the_one_that_follows_from_the_routes() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let table = Table::read(&Checkout::at(&root)).expect("the route table can be read");
        let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the root manifest");
        assert!(
            with_router(&manifest, &table.router()) == manifest,
            "the router is stale: run `make router`"
        );
    }

    #[test]
    fn writing_the_router_twice_changes_nothing() {
        let once = with_router("[workspace]\nmembers = []\n", &table().router());
        assert_eq!(with_router(&once, &table().router()), once);
    }

    #[test]
    fn a_router_in_the_middle_is_replaced_where_it_stands() {
        let stale = Table {
            routes: vec![route("old", "GET", "/old")],
            fallback: None,
        };
        let manifest = format!("[workspace]\n{}\n[profile.dev]\n", stale.router());
        let renewed = with_router(&manifest, &table().router());
        assert!(renewed.starts_with("[workspace]\n# begin"));
        assert!(renewed.ends_with("# end\n[profile.dev]\n"));
        assert!(!renewed.contains("/old"));
    }
}
