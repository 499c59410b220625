//! Known answers: AWS's examples, the golden lines of a maintained repository, an invoice, the Go project's budget.

use std::collections::BTreeMap;

use serde::Deserialize;
use velure_cost::bill::{Bill, Usage, bill};
use velure_cost::decimal::Decimal;
use velure_cost::prices::{Catalogue, FreeTier};

pub(crate) const FILES: &[(&str, &str)] = &[
    ("published", include_str!("../../vectors/published.json")),
    ("go-project", include_str!("../../vectors/go-project.json")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) name: String,
    source: String,
    region: String,
    free_tier: FreeTier,
    /// Prices of the edition that the example was made with.
    prices: BTreeMap<String, Decimal>,
    usage: Vec<Row>,
    lines: BTreeMap<String, Decimal>,
    /// What each tier of a line was printed as.
    tiers: BTreeMap<String, Vec<Decimal>>,
    total: Option<Decimal>,
    #[expect(dead_code, reason = "for who reads the file")]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    key: String,
    part: String,
    quantity: Decimal,
}

impl Vector {
    pub(crate) fn catalogue(&self) -> Catalogue {
        let mut catalogue = Catalogue::of_region(&self.region).unwrap();
        for (key, usd) in &self.prices {
            let today = catalogue.price(key).unwrap().tiers.as_ref().unwrap()[0].usd;
            catalogue
                .scale(key, usd.divided_by(today).unwrap())
                .unwrap();
        }
        catalogue
    }

    pub(crate) fn bill(&self) -> Bill {
        let usage: Vec<Usage> = self
            .usage
            .iter()
            .map(|row| Usage::fixed(row.key.clone(), row.part.clone(), row.quantity))
            .collect();
        bill(&self.catalogue(), self.free_tier, &usage).unwrap()
    }
}

pub(crate) fn all() -> Vec<Vector> {
    FILES
        .iter()
        .flat_map(|(_, text)| serde_json::from_str::<Vec<Vector>>(text).unwrap())
        .collect()
}

/// A printed amount is ours rounded to the cent, whichever way the printer rounds a half.
fn is_printed_as(ours: Decimal, printed: Decimal) -> bool {
    let half_a_cent: Decimal = "0.005".parse().unwrap();
    ours <= printed.plus(half_a_cent).unwrap() && printed <= ours.plus(half_a_cent).unwrap()
}

#[test]
fn every_published_amount_is_met_to_the_cent() {
    let vectors = all();
    assert!(vectors.len() >= 60, "{} examples", vectors.len());
    for vector in vectors {
        let bill = vector.bill();
        for (key, printed) in &vector.lines {
            let line = bill.lines.iter().find(|line| line.key == *key).unwrap();
            let ours = line.amount.unwrap();
            assert!(
                is_printed_as(ours, *printed),
                "{}: {key}: {ours} is not {printed} ({})",
                vector.name,
                vector.source
            );
        }
        for (key, printed) in &vector.tiers {
            let line = bill.lines.iter().find(|line| line.key == *key).unwrap();
            assert_eq!(line.tiers.len(), printed.len(), "{}: {key}", vector.name);
            for (ours, printed) in line.tiers.iter().zip(printed) {
                assert!(
                    is_printed_as(ours.amount, *printed),
                    "{}: {key}: {} is not {printed}",
                    vector.name,
                    ours.amount
                );
            }
        }
        if let Some(printed) = vector.total {
            assert!(
                is_printed_as(bill.total, printed),
                "{}: {} is not {printed}",
                vector.name,
                bill.total
            );
        }
    }
}

#[test]
fn the_go_projects_table_is_reproduced_as_printed_at_720_hours() {
    // Printed with a tilde: whole dollars. Printed without: cents.
    let printed = [
        ("eks.cluster.hour", "720", "72.00", 2),
        ("ec2.t3.small.hour", "1440", "30", 0),
        ("nat.hour", "720", "32", 0),
        ("ebs.gp3.gb_month", "40", "3.20", 2),
        ("logs.ingest_gb", "5", "2.50", 2),
    ];
    let catalogue = Catalogue::of_region("us-east-1").unwrap();
    let mut sum = Decimal::ZERO;
    for (key, quantity, amount, places) in printed {
        let usage = [Usage::fixed(key, "the table", quantity.parse().unwrap())];
        let ours = bill(&catalogue, FreeTier::None, &usage).unwrap().total;
        assert_eq!(ours.printed(places), amount, "{key}");
        sum = sum.plus(amount.parse().unwrap()).unwrap();
    }
    assert_eq!(sum.dollars(), "$139.70");
}

#[test]
fn a_price_that_nobody_has_read_makes_the_total_a_lower_bound() {
    let catalogue = Catalogue::of_region("sa-east-1").unwrap();
    let usage = [
        Usage::fixed("nat.hour", "nat", Decimal::whole(730)),
        Usage::fixed("mq.m7g.medium.hour", "broker", Decimal::whole(730)),
    ];
    let bill = bill(&catalogue, FreeTier::None, &usage).unwrap();
    assert_eq!(bill.printed_total(), "≥ $67.89");
    assert_eq!(bill.unknown, ["mq.m7g.medium.hour"]);
    assert_eq!(bill.lines[0].amount, None);
}

#[test]
fn usage_without_a_row_in_the_catalogue_is_an_error() {
    let catalogue = Catalogue::of_region("us-east-1").unwrap();
    let usage = [Usage::fixed(
        "ec2.p5.48xlarge.hour",
        "a surprise",
        Decimal::whole(1),
    )];
    let error = bill(&catalogue, FreeTier::None, &usage)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("ec2.p5.48xlarge.hour") && error.contains("a surprise"),
        "{error}"
    );
}

#[test]
fn an_allowance_is_taken_once_from_all_keys_that_share_it() {
    let catalogue = Catalogue::of_region("us-east-1").unwrap();
    let usage = [
        Usage::traffic("lambda.x86.gb_second", "x86", Decimal::whole(300_000)),
        Usage::traffic("lambda.arm.gb_second", "arm", Decimal::whole(300_000)),
    ];
    let bill = bill(&catalogue, FreeTier::CreditPlan, &usage).unwrap();
    let free: Vec<String> = bill
        .lines
        .iter()
        .map(|line| format!("{} {}", line.key, line.free))
        .collect();
    assert_eq!(
        free,
        ["lambda.arm.gb_second 100000", "lambda.x86.gb_second 300000"]
    );
}
