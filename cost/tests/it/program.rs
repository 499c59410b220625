//! The program as people run it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const MEASUREMENT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/measurements/made-up.json"
);

fn velure_cost(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_velure-cost"))
        .args(args)
        .output()
        .unwrap()
}

fn said(args: &[&str]) -> String {
    let mut args = args.to_vec();
    args.extend(["--measurement", MEASUREMENT]);
    let output = velure_cost(&args);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

fn refused(args: &[&str]) -> String {
    let output = velure_cost(args);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_budget_names_every_line_with_its_source_and_ends_in_the_sum() {
    let text = said(&["budget", "hybrid", "--requests", "1000000"]);
    assert!(text.starts_with("Hybrid, as deployed, diurnal, 1,000,000 requests and "));
    assert!(text.contains("| eks.cluster.hour "), "{text}");
    assert!(text.contains("| $73.00 "), "{text}");
    let json: Value =
        serde_json::from_str(&said(&["budget", "hybrid", "--format", "json"])).unwrap();
    let lines = json["bill"]["lines"].as_array().unwrap();
    assert!(lines.len() > 20);
    for line in lines {
        assert!(!line["source"].as_str().unwrap().is_empty(), "{line}");
    }
}

#[test]
fn the_same_question_gets_the_same_bytes() {
    let once = || {
        said(&[
            "breakeven",
            "serverless",
            "all-eks",
            "--draws",
            "5",
            "--seed",
            "7",
        ])
    };
    assert_eq!(once(), once());
}

#[test]
fn a_break_even_without_a_crossing_says_so() {
    let text = said(&[
        "breakeven",
        "one-machine",
        "hybrid",
        "--to",
        "10000000",
        "--draws",
        "2",
    ]);
    assert!(
        text.starts_with("No crossing in range (100,000 to 10,000,000 requests a month): One t4g.medium is cheaper"),
        "{text}"
    );
    assert!(text.ends_with("Of 2 draws none crosses.\n"), "{text}");
}

#[test]
fn tables_for_spreadsheets_have_as_many_cells_in_each_row() {
    let text = said(&["order", "--format", "csv"]);
    let rows: Vec<&str> = text.split("\r\n").filter(|row| !row.is_empty()).collect();
    assert_eq!(rows.len(), 7);
    assert!(rows.iter().all(|row| row.split(',').count() == 4), "{text}");
}

#[test]
fn without_a_measurement_there_is_no_answer() {
    let text = refused(&["budget", "--measurement", "nowhere.json"]);
    assert!(text.contains("nowhere.json cannot be read"), "{text}");
    assert!(text.contains("--measurement FILE"), "{text}");
}

#[test]
fn a_resource_without_a_price_rule_stops_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    let resource = r#"{"planned_values":{"root_module":{"resources":[{"address":"aws_sagemaker_endpoint.x","mode":"managed","type":"aws_sagemaker_endpoint","values":{}}]}}}"#;
    std::fs::write(&plan, resource).unwrap();
    let text = refused(&["inventory", plan.to_str().unwrap()]);
    assert!(
        text.contains("no price rule for: aws_sagemaker_endpoint (aws_sagemaker_endpoint.x)"),
        "{text}"
    );
}

#[test]
fn a_range_that_is_none_is_refused() {
    let text = refused(&[
        "compare",
        "--from",
        "10",
        "--to",
        "5",
        "--measurement",
        MEASUREMENT,
    ]);
    assert!(text.contains("0 < --from < --to"), "{text}");
}

#[test]
fn the_shop_of_the_program_has_every_function_of_the_route_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join(path)).unwrap()).unwrap()
    };
    let inventory = read("inputs/shop-inventory.json");
    let table = read("../functions/routes.json");
    let mut planned: Vec<(String, u64)> = inventory["functions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let name = one["name"]
                .as_str()
                .unwrap()
                .trim_start_matches("velure-dev-");
            (name.to_owned(), one["memory_mb"].as_u64().unwrap())
        })
        .collect();
    let rows = table["routes"].as_array().unwrap().iter();
    let mut declared: Vec<(String, u64)> = rows
        .chain([&table["fallback"]])
        .map(|row| {
            let name = row["name"].as_str().unwrap();
            (name.to_owned(), row["memory_mb"].as_u64().unwrap())
        })
        .collect();
    planned.sort();
    declared.sort();
    assert_eq!(
        planned, declared,
        "make cost/inputs/shop-inventory.json again: see docs/COST.md"
    );
}
