//! The tables below the charts.

use crate::decimal::Decimal;
use crate::model::VARIANTS;

use super::Report;
use super::charts::sorted;
use super::page::{Page, grouped};

impl Page {
    pub(super) fn budget(&mut self, report: &Report) {
        let mut rows: Vec<Vec<String>> = sorted(&report.budget.bill.lines)
            .into_iter()
            .map(|line| {
                vec![
                    line.key.clone(),
                    line.amount
                        .map_or_else(|| "unknown".to_owned(), Decimal::dollars),
                    line.quantity.printed(2),
                    line.unit.clone(),
                    if line.is_fixed() { "fixed" } else { "traffic" }.to_owned(),
                    line.grade.letter().to_owned(),
                    line.retrieved.clone().unwrap_or_default(),
                    line.source.clone(),
                ]
            })
            .collect();
        rows.push(vec![
            "total".to_owned(),
            report.budget.bill.printed_total(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        ]);
        self.add("<details open><summary>All lines with their prices' grade, date and source</summary>\n");
        self.table(
            "The budget's lines",
            &[
                ("line", ""),
                ("USD a month", "n"),
                ("quantity", "n"),
                ("unit", ""),
                ("kind", ""),
                ("grade", ""),
                ("read on", "n"),
                ("source", "source"),
            ],
            &rows,
            true,
        );
        self.add("</details>\n<h3>What dominates</h3>\n");
        let percent = |part: Option<Decimal>| {
            part.map_or_else(|| "-".to_owned(), |part| format!("{} %", part.printed(0)))
        };
        let rows: Vec<Vec<String>> = report
            .dominance
            .iter()
            .map(|one| {
                let largest: Vec<String> = one
                    .largest
                    .iter()
                    .map(|share| format!("{} {}", share.key, percent(share.percent)))
                    .collect();
                vec![
                    one.variant.title().to_owned(),
                    percent(one.fixed_percent),
                    largest.join(", "),
                    one.largest_growing.as_ref().map_or_else(
                        || "none".to_owned(),
                        |share| format!("{} {}", share.key, share.amount.dollars()),
                    ),
                ]
            })
            .collect();
        self.table(
            "What dominates each variant",
            &[
                ("variant", ""),
                ("fixed", "n"),
                ("largest lines", "source"),
                ("largest that grows", "source"),
            ],
            &rows,
            false,
        );
    }

    pub(super) fn compare(&mut self, report: &Report) {
        let mut head = vec![("requests a month", "n")];
        head.extend(VARIANTS.iter().map(|variant| (variant.title(), "n")));
        let points = report.curves.first().map_or(0, |curve| curve.points.len());
        let rows: Vec<Vec<String>> = (0..points)
            .step_by(2)
            .map(|n| {
                let at = || report.curves.iter().filter_map(|curve| curve.points.get(n));
                let requests = at().next().map_or(0, |point| point.requests);
                std::iter::once(grouped(requests))
                    .chain(at().map(|point| match (point.total, point.lower_bound) {
                        (None, _) => "cannot".to_owned(),
                        (Some(total), true) => format!("≥ {}", total.dollars()),
                        (Some(total), false) => total.dollars(),
                    }))
                    .collect()
            })
            .collect();
        self.table("Totals of each variant", &head, &rows, false);
    }

    pub(super) fn orders(&mut self, report: &Report) {
        let exact = |usd: Option<Decimal>| {
            usd.map_or_else(|| "-".to_owned(), |usd| format!("${}", usd.printed(6)))
        };
        let rows: Vec<Vec<String>> = report
            .orders
            .iter()
            .map(|order| match &order.infeasible {
                Some(_) => vec![
                    order.variant.title().to_owned(),
                    "cannot".to_owned(),
                    "-".to_owned(),
                    "-".to_owned(),
                ],
                None => vec![
                    order.variant.title().to_owned(),
                    order.total.clone(),
                    exact(order.per_order),
                    exact(order.marginal_per_order),
                ],
            })
            .collect();
        self.say(&format!(
            "At {} requests and {} orders a month:",
            grouped(report.budget.requests),
            report.budget.orders.printed(0)
        ));
        self.table(
            "An order in each variant",
            &[
                ("variant", ""),
                ("USD a month", "n"),
                ("USD for each order", "n"),
                ("USD for one more", "n"),
            ],
            &rows,
            false,
        );
    }

    pub(super) fn crossings(&mut self, report: &Report) {
        let cell = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), grouped);
        let rows: Vec<Vec<String>> = report
            .break_evens
            .iter()
            .map(|found| {
                vec![
                    format!("{} / {}", found.one.title(), found.other.title()),
                    found.requests.map_or_else(
                        || {
                            if found.cheaper_below.is_some() {
                                "no crossing in range".to_owned()
                            } else {
                                "unknown".to_owned()
                            }
                        },
                        grouped,
                    ),
                    cell(found.p5),
                    cell(found.p50),
                    cell(found.p95),
                    format!("{} of {}", found.crossing_draws, found.draws),
                    found
                        .cheaper_below
                        .map_or("unknown", |one| one.title())
                        .to_owned(),
                ]
            })
            .collect();
        self.table(
            "Crossings of each pair",
            &[
                ("pair", ""),
                ("best guess, requests", "n"),
                ("P5", "n"),
                ("median", "n"),
                ("P95", "n"),
                ("draws that cross", "n"),
                ("cheaper below, or everywhere", "words"),
            ],
            &rows,
            false,
        );
    }

    pub(super) fn swings(&mut self, report: &Report) {
        let rows: Vec<Vec<String>> = report
            .swings
            .iter()
            .map(|swing| {
                vec![
                    swing.name.clone(),
                    swing.range.clone(),
                    swing.at_low.dollars(),
                    swing.at_high.dollars(),
                    swing.swing.dollars(),
                ]
            })
            .collect();
        self.table(
            "Every input's effect",
            &[
                ("input", ""),
                ("low / best / high", "source"),
                ("USD at low", "n"),
                ("USD at high", "n"),
                ("apart", "n"),
            ],
            &rows,
            false,
        );
    }
}
