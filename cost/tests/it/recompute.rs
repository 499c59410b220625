//! A second calculator, in another language and from the same catalogue file, agrees on every line of every bill.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use velure_cost::bill::Bill;
use velure_cost::prices::{Catalogue, Grade};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What the second calculator gets: usage and prices, and our amounts to compare its own with.
pub(crate) fn case(name: &str, catalogue: &Catalogue, bill: &Bill) -> Value {
    let prices: Vec<Value> = catalogue
        .prices()
        .map(|price| json!({"key": price.key, "tiers": price.tiers}))
        .collect();
    let allowances: Vec<Value> = catalogue
        .granted(bill.free_tier)
        .map(|allowance| json!({"keys": allowance.keys, "quantity": allowance.quantity}))
        .collect();
    json!({"name": name, "prices": prices, "allowances": allowances, "bill": bill})
}

pub(crate) fn agree(cases: &[Value]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    std::fs::write(&file, serde_json::to_vec(cases).unwrap()).unwrap();
    let output = Command::new("python3")
        .arg(here("check/recompute.py"))
        .arg(&file)
        .output()
        .map_err(|error| format!("python3 cannot be started: {error}"))?;
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() {
        Ok(said)
    } else {
        Err(said)
    }
}

#[test]
fn python_agrees_on_every_line_of_the_published_examples() {
    let cases: Vec<Value> = super::vectors::all()
        .iter()
        .map(|vector| case(&vector.name, &vector.catalogue(), &vector.bill()))
        .collect();
    let said = agree(&cases).unwrap();
    assert!(said.contains(&format!("{} bills", cases.len())), "{said}");
}

#[test]
fn python_notices_an_amount_that_is_wrong_by_a_millionth_of_a_cent() {
    let vector = &super::vectors::all()[0];
    let mut bill = vector.bill();
    bill.lines[0].amount = Some(
        bill.lines[0]
            .amount
            .unwrap()
            .plus("0.00000001".parse().unwrap())
            .unwrap(),
    );
    let said = agree(&[case("wrong on purpose", &vector.catalogue(), &bill)]).unwrap_err();
    assert!(said.contains("wrong on purpose"), "{said}");
    assert_ne!(bill.lines[0].grade, Grade::Unknown);
}
