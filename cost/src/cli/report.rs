//! The report's files.

use std::path::Path;

use anyhow::{Context, Result};
use velure_cost::answers::Search;
use velure_cost::chart::png;
use velure_cost::model::{Case, Variant};
use velure_cost::report::{Question, Report, drawings, draws, gather, page};

use super::{Args, Format, json_text, print, progress};

/// Four decades and a half: from a shop that hardly anybody knows to more than Lambda's default concurrency.
const FROM: u64 = 100_000;
const TO: u64 = 10_000_000_000;

/// Writes all files and says which.
pub(super) fn write(
    case: &Case<'_>,
    args: &Args,
    variant: Variant,
    out: &Path,
    count: u32,
) -> Result<String> {
    let search = Search {
        from: FROM,
        to: TO,
        draws: count,
    };
    let bar = progress(draws(search));
    let report = gather(
        case,
        Question {
            variant,
            requests: args.requests,
            search,
        },
        &|| bar.inc(1),
    )?;
    bar.finish_and_clear();
    let charts = drawings(&report);
    let folder = out.join("charts");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let mut written = 0;
    let mut file = |name: &str, bytes: &[u8]| -> Result<()> {
        let path = out.join(name);
        std::fs::write(&path, bytes)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        written += 1;
        Ok(())
    };
    for chart in &charts {
        let drawing = &chart.drawing.wide;
        file(
            &format!("charts/{}.svg", chart.name),
            drawing.file().as_bytes(),
        )?;
        file(&format!("charts/{}.png", chart.name), &png(drawing)?)?;
    }
    for (name, text) in tables(&report, search, Format::Csv)? {
        file(&format!("{name}.csv"), text.as_bytes())?;
    }
    file("report.md", markdown(&report, search)?.as_bytes())?;
    file("report.json", json_text(&report)?.as_bytes())?;
    file("report.html", page(&report, &charts).as_bytes())?;
    Ok(format!(
        "{}: {}, {} files\n",
        out.join("report.html").display(),
        report.budget.bill.printed_total(),
        written
    ))
}

fn tables(report: &Report, search: Search, format: Format) -> Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("budget", print::budget(&report.budget, format)?),
        ("compare", print::curves(&report.curves, format)?),
        ("orders", print::order_rows(&report.orders, format)),
        (
            "break-even",
            print::break_evens(&report.break_evens, search, format)?,
        ),
        ("sensitivity", print::swings(&report.swings, format)?),
    ])
}

fn markdown(report: &Report, search: Search) -> Result<String> {
    let mut text = format!(
        "# What Velure costs\n\nMeasured {} at commit {} on {}; CPU quota: {}. Resources: {}. Seed {}.\n",
        report.measured.taken_at,
        report.measured.commit,
        report.measured.machine.cpu,
        report.measured.machine.cpu_quota,
        report.plan,
        report.seed
    );
    let titles = [
        "The budget, line by line",
        "Totals by traffic, USD a month",
        "What an order costs",
        "Break-even",
        "What the total depends on",
    ];
    for (title, (_, table)) in titles
        .into_iter()
        .zip(tables(report, search, Format::Markdown)?)
    {
        text.push_str(&format!("\n## {title}\n\n{table}"));
    }
    text.push_str("\n## Why AWS may differ\n\n");
    for reason in &report.measured.transfer_gap {
        text.push_str(&format!("- {reason}\n"));
    }
    Ok(text)
}
