//! The report as one HTML file that needs nothing else.

use std::fmt::Write as _;

use crate::chart::escape;
use crate::decimal::Decimal;

use super::Report;
use super::charts::{Drawing, Named};

const STYLE: &str = include_str!("page.css");

/// With all drawings in it.
#[must_use]
pub fn page(report: &Report, drawings: &[Named]) -> String {
    let mut page = Page(String::with_capacity(256 * 1024));
    page.add("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>What Velure costs</title><style>");
    page.add(STYLE);
    page.add("</style></head><body><main>\n");
    page.head(report);
    page.answers(report);
    page.doubts(report);
    for (name, section) in [
        ("budget", Page::budget as fn(&mut Page, &Report)),
        ("compare", Page::compare),
        ("per-order", Page::orders),
        ("break-even", Page::crossings),
        ("sensitivity", Page::swings),
    ] {
        page.add(&format!("<section id=\"{name}\">\n"));
        page.add(&format!("<h2>{}</h2>\n", heading(name)));
        page.add(&format!("<p>{}</p>\n", escape(&lead(report, name))));
        if let Some(found) = drawings.iter().find(|one| one.name == name) {
            page.figure(&found.drawing);
        }
        section(&mut page, report);
        page.add("</section>\n");
    }
    page.origin(report);
    page.add("</main></body></html>\n");
    page.0
}

fn heading(name: &str) -> &'static str {
    match name {
        "budget" => "The budget, line by line",
        "compare" => "Six ways of running the shop",
        "per-order" => "What an order costs",
        "break-even" => "At what traffic it flips",
        _ => "What the total depends on",
    }
}

fn lead(report: &Report, name: &str) -> String {
    let title = report.budget.variant.title();
    match name {
        "budget" => format!(
            "{title}: {} a month, of which {} is there without a single request.",
            report.budget.bill.printed_total(),
            report.budget.fixed.dollars()
        ),
        "compare" => "A line ends where a variant can carry no more. Both axes are logarithmic: equal distances are equal ratios.".to_owned(),
        "per-order" => "The fixed part is shared by all orders, so an order gets cheaper with traffic until only its own share is left.".to_owned(),
        "break-even" => format!(
            "Searched from {} to {} requests a month. The band holds 90 of 100 draws that cross (P5 to P95; every price, assumption and sample is drawn from its range); the dot is the crossing with the best guesses.",
            grouped(report.range.0),
            grouped(report.range.1)
        ),
        _ => format!(
            "{title}, each input alone at the ends of its range: where better knowledge would change the answer most. Blue is below the best guess, orange above."
        ),
    }
}

pub(super) fn grouped(number: u64) -> String {
    i64::try_from(number).map_or_else(
        |_| number.to_string(),
        |whole| Decimal::whole(whole).printed(0),
    )
}

/// A text that grows.
pub(super) struct Page(String);

impl Page {
    pub(super) fn add(&mut self, html: &str) {
        self.0.push_str(html);
    }

    pub(super) fn say(&mut self, text: &str) {
        self.add(&format!("<p>{}</p>\n", escape(text)));
    }

    fn figure(&mut self, drawing: &Drawing) {
        let wide = drawing
            .wide
            .inline()
            .replacen("<svg ", "<svg class=\"wide\" ", 1);
        let narrow = drawing
            .narrow
            .inline()
            .replacen("<svg ", "<svg class=\"narrow\" ", 1);
        self.add(&format!("<figure>{wide}{narrow}</figure>\n"));
    }

    /// `class` is that of the columns: `n` for numbers.
    pub(super) fn table(
        &mut self,
        label: &str,
        head: &[(&str, &str)],
        rows: &[Vec<String>],
        total: bool,
    ) {
        let mut html = format!(
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table><thead><tr>",
            escape(label)
        );
        for (name, class) in head {
            html.push_str(&format!(
                "<th scope=\"col\" class=\"{class}\">{}</th>",
                escape(name)
            ));
        }
        html.push_str("</tr></thead><tbody>\n");
        for (n, row) in rows.iter().enumerate() {
            let last = total && n + 1 == rows.len();
            html.push_str(if last { "<tr class=\"total\">" } else { "<tr>" });
            for (column, cell) in row.iter().enumerate() {
                let class = head.get(column).map_or("", |(_, class)| class);
                let cell = escape(cell);
                if column == 0 {
                    html.push_str(&format!("<th scope=\"row\">{cell}</th>"));
                } else {
                    html.push_str(&format!("<td class=\"{class}\">{cell}</td>"));
                }
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody></table></div>\n");
        self.add(&html);
    }

    fn head(&mut self, report: &Report) {
        self.add("<h1>What Velure costs</h1>\n");
        self.say(&format!(
            "A month of {} requests from browsers and {} orders in {}, US dollars, free tier: {}. Shape of the week: {} ({})",
            grouped(report.budget.requests),
            report.budget.orders.printed(0),
            report.region,
            report.free_tier,
            report.scenario,
            report.scenario_description,
        ));
        self.add("<nav aria-label=\"Sections\"><ul>");
        for name in [
            "budget",
            "compare",
            "per-order",
            "break-even",
            "sensitivity",
        ] {
            self.add(&format!(
                "<li><a href=\"#{name}\">{}</a></li>",
                heading(name)
            ));
        }
        self.add("<li><a href=\"#origin\">Where the numbers come from</a></li></ul></nav>\n");
    }

    fn answers(&mut self, report: &Report) {
        let cents = |usd: Option<Decimal>| {
            usd.map_or_else(|| "-".to_owned(), |usd| format!("${}", usd.printed(4)))
        };
        let cheapest = report
            .curves
            .iter()
            .filter_map(|curve| {
                let budget = report
                    .orders
                    .iter()
                    .find(|one| one.variant == curve.variant)?;
                (budget.infeasible.is_none() && !budget.total.starts_with('≥')).then_some(budget)
            })
            .min_by(|one, other| one.per_order.cmp(&other.per_order));
        let mut html = "<dl class=\"answers\">".to_owned();
        for (name, class, value) in [
            (
                report.budget.variant.title(),
                "",
                report.budget.bill.printed_total(),
            ),
            ("for each order", "", cents(report.budget.per_order)),
            (
                "for one order more",
                "",
                cents(report.budget.marginal_per_order),
            ),
            (
                "cheapest at this traffic",
                "words",
                cheapest.map_or_else(
                    || "unknown".to_owned(),
                    |one| format!("{}: {}", one.variant.title(), one.total),
                ),
            ),
        ] {
            html.push_str(&format!(
                "<div><dt>{}</dt><dd class=\"{class}\">{}</dd></div>",
                escape(name),
                escape(&value)
            ));
        }
        html.push_str("</dl>\n");
        self.add(&html);
    }

    /// What a reader must know before using a number.
    fn doubts(&mut self, report: &Report) {
        let machine = &report.measured.machine;
        let mut doubts = Vec::new();
        if machine.cpu_quota == "none" {
            doubts.push("The CPU quota of Lambda's memory sizes was not applied: times of sizes below 1,769 MB are too short.".to_owned());
        }
        doubts.push(format!(
            "Times are of {} with {} processors, databases on the same machine: see the reasons why AWS may differ, below.",
            machine.cpu, machine.cores
        ));
        if !report.unknown.is_empty() {
            doubts.push(format!(
                "Nobody has read these prices in {}, so totals with them are lower bounds: {}.",
                report.region,
                report.unknown.join(", ")
            ));
        }
        if !report.doubtful.is_empty() {
            let keys: Vec<&str> = report
                .doubtful
                .iter()
                .map(|price| price.key.as_str())
                .collect();
            doubts.push(format!(
                "These prices in use are from memory or inferred (grade D): {}.",
                keys.join(", ")
            ));
        }
        if !report.stale.is_empty() {
            doubts.push(format!(
                "These prices were read more than {} days before the newest: {}.",
                crate::prices::STALE_AFTER_DAYS,
                report.stale.join(", ")
            ));
        }
        doubts.extend(report.budget.warnings.iter().cloned());
        if let Some(reason) = &report.budget.infeasible {
            doubts.push(format!("It cannot carry this traffic: {reason}"));
        }
        let items: String = doubts
            .iter()
            .map(|doubt| format!("<li>{}</li>", escape(doubt)))
            .collect();
        self.add(&format!("<div class=\"warn\" role=\"note\"><p>Before you use a number</p><ul>{items}</ul></div>\n"));
    }

    fn origin(&mut self, report: &Report) {
        let measured = &report.measured;
        self.add("<section id=\"origin\"><h2>Where the numbers come from</h2>\n");
        self.say(&format!(
            "{} warm calls and {} fresh processes of the release functions, {} at commit {}; {}, {} processors, {} MB, {} ({}); CPU quota: {}.",
            grouped(measured.warm_samples as u64),
            grouped(measured.cold_samples as u64),
            measured.taken_at,
            measured.commit,
            measured.machine.cpu,
            measured.machine.cores,
            grouped(measured.machine.memory_mb),
            measured.machine.os,
            measured.machine.architecture,
            measured.machine.cpu_quota,
        ));
        let mut versions = String::new();
        for (program, version) in &measured.versions {
            if write!(
                versions,
                "{}{program} {version}",
                if versions.is_empty() { "" } else { ", " }
            )
            .is_err()
            {
                break;
            }
        }
        self.say(&format!("Versions: {versions}."));
        self.say(&format!("What stands there: {}.", report.plan));
        self.add("<h3>Why AWS may differ</h3><ul>");
        for reason in &measured.transfer_gap {
            self.add(&format!("<li>{}</li>", escape(reason)));
        }
        self.add("</ul>\n");
        self.say(&format!(
            "Same inputs and seed ({}) give the same bytes. The same numbers are beside this file as CSV, JSON, Markdown, SVG and PNG.",
            report.seed
        ));
        self.add("</section>\n");
    }
}
