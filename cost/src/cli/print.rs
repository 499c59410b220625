//! Answers as text.

use anyhow::Result;
use velure_cost::answers::{BreakEven, Budget, Curve, Search, Swing};
use velure_cost::decimal::Decimal;
use velure_cost::prices::{Catalogue, STALE_AFTER_DAYS};
use velure_cost::report::Order;

use super::table::Table;
use super::{Format, json_text};

pub(super) fn budget(budget: &Budget, format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(budget);
    }
    let mut table = Table::new(&[
        "line",
        "quantity",
        "unit",
        "USD a month",
        "kind",
        "grade",
        "source",
    ]);
    let mut lines: Vec<_> = budget.bill.lines.iter().collect();
    lines.sort_by(|one, other| {
        other
            .amount
            .cmp(&one.amount)
            .then_with(|| one.key.cmp(&other.key))
    });
    for line in lines {
        table.row([
            line.key.clone(),
            line.quantity.to_string(),
            line.unit.clone(),
            line.amount.map_or_else(|| "unknown".to_owned(), cents),
            if line.is_fixed() { "fixed" } else { "traffic" }.to_owned(),
            format!("{:?}", line.grade),
            line.source.clone(),
        ]);
    }
    table.row([
        "total".to_owned(),
        String::new(),
        String::new(),
        budget.bill.printed_total(),
        String::new(),
        String::new(),
        String::new(),
    ]);
    if format == Format::Csv {
        return Ok(table.text(format));
    }
    let mut text = format!(
        "{}, {}, {} requests and {} orders a month, {}, free tier {}\n\n{}\n",
        budget.variant.title(),
        budget.scenario,
        grouped(budget.requests),
        budget.orders,
        budget.bill.region,
        budget.bill.free_tier.name(),
        table.text(format),
    );
    text.push_str(&format!("Without traffic: {}\n", cents(budget.fixed)));
    if let Some(each) = budget.per_order {
        text.push_str(&format!("For each order:  ${each}\n"));
    }
    if let Some(more) = budget.marginal_per_order {
        text.push_str(&format!("For one more:    ${more}\n"));
    }
    for key in &budget.bill.unknown {
        text.push_str(&format!(
            "Nobody has read the price of {key}: the total is a lower bound.\n"
        ));
    }
    for warning in &budget.warnings {
        text.push_str(&format!("Warning: {warning}\n"));
    }
    if let Some(reason) = &budget.infeasible {
        text.push_str(&format!("It cannot carry this traffic: {reason}\n"));
    }
    Ok(text)
}

pub(super) fn curves(curves: &[Curve], format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(&curves);
    }
    let mut table = Table::new(&["requests a month"]);
    table
        .head
        .extend(curves.iter().map(|curve| curve.variant.name()));
    let points = curves.first().map_or(0, |curve| curve.points.len());
    for n in 0..points {
        let of = |curve: &Curve| curve.points.get(n).cloned();
        let requests = curves
            .first()
            .and_then(of)
            .map_or(0, |point| point.requests);
        let mut row = vec![grouped(requests)];
        for point in curves.iter().filter_map(of) {
            row.push(match (point.total, point.lower_bound) {
                (None, _) => "cannot".to_owned(),
                (Some(total), true) => format!("≥ {}", cents(total)),
                (Some(total), false) => cents(total),
            });
        }
        table.row(row);
    }
    Ok(table.text(format))
}

pub(super) fn break_even(found: &BreakEven, search: Search, format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(found);
    }
    if format == Format::Csv {
        let mut table = Table::new(&[
            "one", "other", "requests", "p5", "p50", "p95", "crossing", "draws",
        ]);
        let cell = |value: Option<u64>| {
            value
                .map(|requests| requests.to_string())
                .unwrap_or_default()
        };
        table.row([
            found.one.name().to_owned(),
            found.other.name().to_owned(),
            cell(found.requests),
            cell(found.p5),
            cell(found.p50),
            cell(found.p95),
            found.crossing_draws.to_string(),
            found.draws.to_string(),
        ]);
        return Ok(table.text(format));
    }
    let mut text = match (found.requests, found.cheaper_below) {
        (Some(requests), Some(cheaper)) => {
            let other = if cheaper == found.one {
                found.other
            } else {
                found.one
            };
            format!(
                "{} is cheaper below {} requests a month, {} from there on.\n",
                cheaper.title(),
                grouped(requests),
                other.title(),
            )
        }
        (None, Some(cheaper)) => format!(
            "No crossing in range ({} to {} requests a month): {} is cheaper wherever both carry the traffic.\n",
            grouped(search.from),
            grouped(search.to),
            cheaper.title(),
        ),
        _ => "No answer: a price that both need is unknown in this region.\n".to_owned(),
    };
    if let Some((one, other)) = found.totals {
        text.push_str(&format!(
            "There {} costs {} and {} {}.\n",
            found.one.title(),
            cents(one),
            found.other.title(),
            cents(other),
        ));
    }
    if let (Some(p5), Some(p50), Some(p95)) = (found.p5, found.p50, found.p95) {
        text.push_str(&format!(
            "Of {} draws {} cross: 5 of 100 below {}, half below {}, 95 of 100 below {}.\n",
            found.draws,
            found.crossing_draws,
            grouped(p5),
            grouped(p50),
            grouped(p95),
        ));
    } else if found.draws > 0 {
        text.push_str(&format!("Of {} draws none crosses.\n", found.draws));
    }
    Ok(text)
}

pub(super) fn swings(swings: &[Swing], format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(&swings);
    }
    let mut table = Table::new(&[
        "what",
        "low / best / high",
        "USD at low",
        "USD at high",
        "apart",
    ]);
    for swing in swings {
        table.row([
            swing.name.clone(),
            swing.range.clone(),
            cents(swing.at_low),
            cents(swing.at_high),
            cents(swing.swing),
        ]);
    }
    Ok(table.text(format))
}

pub(super) fn orders(orders: &[Order], format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(&orders);
    }
    Ok(order_rows(orders, format))
}

pub(super) fn order_rows(orders: &[Order], format: Format) -> String {
    let mut table = Table::new(&[
        "variant",
        "orders a month",
        "USD for each order",
        "USD for one more",
    ]);
    for one in orders {
        let cell =
            |value: Option<Decimal>| value.map_or_else(|| "-".to_owned(), |usd| usd.to_string());
        let (each, more) = if one.infeasible.is_some() {
            ("cannot".to_owned(), "cannot".to_owned())
        } else {
            (cell(one.per_order), cell(one.marginal_per_order))
        };
        table.row([
            one.variant.name().to_owned(),
            one.orders.to_string(),
            each,
            more,
        ]);
    }
    table.text(format)
}

/// Several crossings: rows for spreadsheets, sentences for people.
pub(super) fn break_evens(found: &[BreakEven], search: Search, format: Format) -> Result<String> {
    let mut text = String::new();
    for (n, one) in found.iter().enumerate() {
        let part = break_even(one, search, format)?;
        if format == Format::Csv && n > 0 {
            // The head is the first's.
            text.push_str(part.split_once("\r\n").map_or("", |(_, row)| row));
        } else {
            if n > 0 {
                text.push('\n');
            }
            text.push_str(&part);
        }
    }
    Ok(text)
}

pub(super) fn prices(catalogue: &Catalogue, format: Format) -> Result<String> {
    if format == Format::Json {
        return json_text(&catalogue.prices().collect::<Vec<_>>());
    }
    let mut table = Table::new(&[
        "price",
        "unit",
        "USD",
        "low",
        "high",
        "grade",
        "retrieved",
        "source",
    ]);
    for price in catalogue.prices() {
        let cell = |value: Option<Decimal>| {
            value.map_or_else(|| "unknown".to_owned(), |usd| usd.to_string())
        };
        let tiers = price.tiers.as_ref().map_or_else(
            || "unknown".to_owned(),
            |tiers| {
                tiers
                    .iter()
                    .map(|tier| tier.usd.to_string())
                    .collect::<Vec<_>>()
                    .join(" / ")
            },
        );
        table.row([
            price.key.clone(),
            price.unit.clone(),
            tiers,
            cell(price.low),
            cell(price.high),
            format!("{:?}", price.grade),
            price.retrieved.clone().unwrap_or_default(),
            price.source.clone(),
        ]);
    }
    let mut text = table.text(format);
    if format == Format::Markdown {
        text.push_str(&format!(
            "\nRead a price again {STALE_AFTER_DAYS} days after it was retrieved.\n"
        ));
    }
    Ok(text)
}

/// To the cent.
fn cents(usd: Decimal) -> String {
    usd.dollars()
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
