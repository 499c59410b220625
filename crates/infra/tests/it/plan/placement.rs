//! Moving a context to EKS makes and leaves out what is the context's, and changes nothing of the others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{MOVED, text};
use crate::checkout::functions;

/// What each context brings besides its endpoints: its target group, rule, integration and pods; what is watched; and the
/// list of releases that the switches do not ask for.
const BRINGS: [&str; 5] = [
    "module.context[\"{context}\"].",
    "aws_apigatewayv2_integration.context[\"{context}\"]",
    "module.pods[\"functions-{context}\"].",
    "module.observability.",
    "terraform_data.retired",
];

/// What the first context on EKS brings.
const FIRST: &str = "module.api.aws_apigatewayv2_vpc_link.this[0]";

/// Who is told where a context is now; and the way of functions to MongoDB, which pods do not need.
fn follows(context: &str) -> &'static [&'static str] {
    match context {
        "auth" => &["module.pods[\"sse-gateway\"]."],
        "catalog" => &[
            "module.pods[\"order-processor\"].",
            "module.servers[\"mongodb\"].",
            "module.documents.",
            "module.secrets.aws_secretsmanager_secret_version.written[\"mongodb-uri\"]",
        ],
        _ => &[],
    }
}

/// Each resource by its address: its attributes, and which of them only AWS knows.
fn resources(plan: &str) -> BTreeMap<String, Value> {
    let whole: Value = serde_json::from_str(&text(plan)).expect("a plan is JSON");
    whole["resource_changes"]
        .as_array()
        .expect("a plan lists changes")
        .iter()
        .map(|planned| {
            let (after, unknown) = (
                &planned["change"]["after"],
                &planned["change"]["after_unknown"],
            );
            let address = planned["address"].as_str().expect("an address").to_owned();
            (address, serde_json::json!([after, unknown]))
        })
        .collect()
}

#[test]
fn a_context_moves_alone() {
    let usual = resources("usual");
    for (context, _) in MOVED {
        let mut own: Vec<String> = BRINGS
            .iter()
            .map(|address| address.replace("{context}", context))
            .collect();
        own.push(FIRST.to_owned());
        own.extend(follows(context).iter().map(|&address| address.to_owned()));
        let endpoints: Vec<String> = functions()
            .into_iter()
            .filter(|(of, _)| of == context)
            .map(|(_, name)| format!("module.endpoint[\"{name}\"]."))
            .collect();
        let moved = resources(context);
        let differing: Vec<&String> = usual
            .keys()
            .chain(moved.keys())
            .filter(|address| usual.get(*address) != moved.get(*address))
            .collect();
        for prefix in &endpoints {
            assert!(
                differing.iter().any(|address| address.starts_with(prefix)),
                "{context}: {prefix} stays as it is"
            );
        }
        let strangers: Vec<&&String> = differing
            .iter()
            .filter(|address| {
                !own.iter()
                    .chain(&endpoints)
                    .any(|prefix| address.starts_with(prefix))
            })
            .collect();
        assert_eq!(strangers, Vec::<&&String>::new(), "{context}");
    }
}
