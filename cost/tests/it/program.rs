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

#[test]
fn two_plans_differ_by_what_was_added_and_what_it_costs() {
    let folder = tempfile::tempdir().unwrap();
    let shop = concat!(env!("CARGO_MANIFEST_DIR"), "/inputs/shop-inventory.json");
    let mut inventory: Value =
        serde_json::from_str(&std::fs::read_to_string(shop).unwrap()).unwrap();
    let nodes = &mut inventory["nodes"]["minimum"];
    *nodes = (nodes.as_u64().unwrap() + 1).into();
    inventory["functions"][0]["memory_mb"] = 3008.into();
    let larger = folder.path().join("larger.json");
    std::fs::write(&larger, inventory.to_string()).unwrap();
    let diff = |one: &str, other: &str| velure_cost(&["diff", one, other]);
    let output = diff(shop, larger.to_str().unwrap());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    // One t4g.medium more: 730 h at $0.0336.
    assert!(text.contains("| +$24.53"), "{text}");
    assert!(text.contains("3008 MB, arm64 after"), "{text}");
    assert_eq!(output.stdout, diff(shop, larger.to_str().unwrap()).stdout);
    let back = String::from_utf8(diff(larger.to_str().unwrap(), shop).stdout).unwrap();
    assert!(back.contains("| -$24.53"), "{back}");
    let same = String::from_utf8(diff(shop, shop).stdout).unwrap();
    assert!(same.ends_with("No quantity differs.\n"), "{same}");
}

#[test]
fn two_measurements_differ_where_a_function_got_slower_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut measured: Value =
        serde_json::from_str(&std::fs::read_to_string(MEASUREMENT).unwrap()).unwrap();
    let function = &mut measured["functions"][3];
    let name = function["route"].as_str().unwrap().to_owned();
    for time in function["warm_us"].as_array_mut().unwrap() {
        *time = (time.as_u64().unwrap() * 13 / 10).into();
    }
    measured["commit"] = "another".into();
    let slower = folder.path().join("slower.json");
    std::fs::write(&slower, measured.to_string()).unwrap();
    let diff = || velure_cost(&["diff", MEASUREMENT, slower.to_str().unwrap()]);
    let text = String::from_utf8(diff().stdout).unwrap();
    assert!(text.starts_with("1 of "), "{text}");
    let row = text
        .lines()
        .find(|line| line.ends_with("| yes     |"))
        .unwrap();
    assert!(
        row.starts_with(&format!("| {name} ")) && row.contains("| warm "),
        "{row}"
    );
    assert!(text.contains("| commit"), "{text}");
    assert_eq!(diff().stdout, diff().stdout);
}

#[test]
fn a_plan_is_not_compared_with_a_measurement() {
    let shop = concat!(env!("CARGO_MANIFEST_DIR"), "/inputs/shop-inventory.json");
    let text = refused(&["diff", shop, MEASUREMENT]);
    assert!(text.contains("one file is not what the other is"), "{text}");
}

#[test]
fn the_order_page_shows_what_follows_from_the_committed_measurement() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let measurement = root.join("measurements/latest.json");
    let output = velure_cost(&[
        "order",
        "--page",
        "--measurement",
        measurement.to_str().unwrap(),
    ]);
    let shown = root.join("../web/src/features/orders/order-cost.json");
    assert_eq!(
        std::fs::read_to_string(shown).unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        "run `make order-cost`"
    );
    let page: Value = serde_json::from_str(&said(&["order", "--page"])).unwrap();
    for variant in page["variants"].as_array().unwrap() {
        let lines = variant["lines"].as_array().unwrap();
        let sum: i64 = lines
            .iter()
            .map(|line| line["amount"].as_i64().unwrap())
            .sum();
        let whole = variant["one_more"].as_i64().unwrap();
        // Each line is rounded by itself.
        assert!(sum.abs_diff(whole) <= 20, "{sum} is not {whole}: {variant}");
    }
}
