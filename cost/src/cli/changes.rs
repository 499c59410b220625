//! Differences as text.

use anyhow::Result;
use velure_cost::decimal::Decimal;
use velure_cost::difference::{Measured, Planned};

use super::table::Table;
use super::{Format, json_text};

pub(super) fn measured(found: &Measured, format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(found);
    }
    let mut times = Table::new(&[
        "function",
        "MB",
        "time",
        "before, us",
        "after, us",
        "change of the median, 95 %",
        "changed",
    ]);
    let number = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |us| us.to_string());
    for time in &found.times {
        times.row([
            time.route.clone(),
            time.memory_mb.to_string(),
            time.what.to_owned(),
            number(time.before_us),
            number(time.after_us),
            time.percent.map_or_else(
                || "-".to_owned(),
                |(low, high)| format!("{} to {} %", signed(low), signed(high)),
            ),
            if time.changed { "yes" } else { "no" }.to_owned(),
        ]);
    }
    if format == Format::Csv {
        return Ok(times.text(format));
    }
    let mut circumstances = Table::new(&["circumstance", "before", "after"]);
    for (name, before, after) in &found.circumstances {
        circumstances.row([name.clone(), before.clone(), after.clone()]);
    }
    let mut pods = Table::new(&["pod", "number", "before", "after"]);
    for (pod, name, before, after) in &found.pods {
        pods.row([pod.clone(), name.clone(), number(*before), number(*after)]);
    }
    let changed = found.times.iter().filter(|time| time.changed).count();
    let mut text = format!(
        "{changed} of {} times changed by more than chance explains.\n\n",
        found.times.len()
    );
    for (table, none) in [
        (&circumstances, "The circumstances are the same."),
        (&times, "Nothing was measured."),
        (&pods, "The pods' numbers are the same."),
    ] {
        if table.rows.is_empty() {
            text.push_str(&format!("{none}\n\n"));
        } else {
            text.push_str(&format!("{}\n", table.text(format)));
        }
    }
    Ok(format!("{}\n", text.trim_end()))
}

pub(super) fn planned(found: &Planned, format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(found);
    }
    let mut lines = Table::new(&[
        "line",
        "unit",
        "before",
        "after",
        "USD before",
        "USD after",
        "difference",
    ]);
    let cents = |usd: Option<Decimal>| usd.map_or_else(|| "unknown".to_owned(), Decimal::dollars);
    for line in &found.lines {
        lines.row([
            line.key.clone(),
            line.unit.clone(),
            line.before.to_string(),
            line.after.to_string(),
            cents(line.before_usd),
            cents(line.after_usd),
            line.before_usd.zip(line.after_usd).map_or_else(
                || "unknown".to_owned(),
                |(before, after)| apart(before, after),
            ),
        ]);
    }
    if format == Format::Csv {
        return Ok(lines.text(format));
    }
    let mut text = format!(
        "What stands there around the clock, nodes at their least number: {} before, {} after.\n\n",
        found.before, found.after
    );
    text.push_str(&if lines.rows.is_empty() {
        "No quantity differs.\n".to_owned()
    } else {
        lines.text(format)
    });
    for (name, before, after) in &found.functions {
        let or = |size: &Option<String>| size.clone().unwrap_or_else(|| "none".to_owned());
        text.push_str(&format!(
            "Function {name}: {} before, {} after.\n",
            or(before),
            or(after)
        ));
    }
    Ok(text)
}

fn signed(number: Decimal) -> String {
    if number.is_negative() || number.is_zero() {
        number.to_string()
    } else {
        format!("+{number}")
    }
}

fn apart(before: Decimal, after: Decimal) -> String {
    if after >= before {
        format!("+{}", after.minus_down_to_zero(before).dollars())
    } else {
        format!("-{}", before.minus_down_to_zero(after).dollars())
    }
}
