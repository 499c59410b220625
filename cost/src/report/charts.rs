//! The report's charts.

use crate::answers::{BreakEven, Point};
use crate::bill::Line;
use crate::chart::{Bars, Chart, Lines, Room, Row, Series, Span, Spans, money, short};
use crate::decimal::Decimal;

use super::Report;

/// Lines of the budget and of the tornado that are drawn; tables have all.
const DRAWN: usize = 12;

/// A drawing for every room.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// For desktops and files.
    pub wide: Chart,
    /// For phones.
    pub narrow: Chart,
}

/// A drawing with the name of its file.
#[derive(Debug, Clone)]
pub struct Named {
    /// Without an ending.
    pub name: &'static str,
    /// Itself.
    pub drawing: Drawing,
}

fn drawing(draw: impl Fn(Room) -> Chart) -> Drawing {
    Drawing {
        wide: draw(Room::Wide),
        narrow: draw(Room::Narrow),
    }
}

/// All of them, in the order in which the report shows them.
#[must_use]
pub fn drawings(report: &Report) -> Vec<Named> {
    [
        ("budget", drawing(|room| budget_bars(report).draw(room))),
        ("compare", drawing(|room| totals(report).draw(room))),
        ("per-order", drawing(|room| per_order(report).draw(room))),
        ("break-even", drawing(|room| crossings(report).draw(room))),
        ("sensitivity", drawing(|room| swings(report).draw(room))),
    ]
    .map(|(name, drawing)| Named { name, drawing })
    .into()
}

/// A budget's lines, the dearest first, those without a price last.
pub(super) fn sorted(lines: &[Line]) -> Vec<&Line> {
    let mut lines: Vec<&Line> = lines.iter().collect();
    lines.sort_by(|one, other| {
        other
            .amount
            .cmp(&one.amount)
            .then_with(|| one.key.cmp(&other.key))
    });
    lines
}

fn budget_bars(report: &Report) -> Bars {
    let lines = sorted(&report.budget.bill.lines);
    let mut rows: Vec<Row> = lines
        .iter()
        .take(DRAWN)
        .filter_map(|line| {
            let amount = line.amount?;
            Some(Row {
                name: line.key.clone(),
                value: amount.approximate(),
                text: amount.dollars(),
            })
        })
        .collect();
    let rest = lines
        .iter()
        .skip(DRAWN)
        .filter_map(|line| line.amount)
        .try_fold(Decimal::ZERO, Decimal::plus);
    let others = lines.len().saturating_sub(DRAWN);
    if let Ok(rest) = rest
        && others > 0
    {
        rows.push(Row {
            name: format!("{others} other lines"),
            value: rest.approximate(),
            text: rest.dollars(),
        });
    }
    Bars {
        title: format!("{}: a month, line by line", report.budget.variant.title()),
        description: format!(
            "{} in all; the largest line is {}",
            report.budget.bill.printed_total(),
            lines.first().map_or("none", |line| line.key.as_str())
        ),
        axis: "US dollars a month".to_owned(),
        rows,
    }
}

fn series(report: &Report, of: fn(&Point) -> Option<Decimal>) -> Vec<Series> {
    report
        .curves
        .iter()
        .map(|curve| Series {
            name: curve.variant.title().to_owned(),
            points: curve
                .points
                .iter()
                .filter_map(|point| {
                    let usd = of(point)?.approximate();
                    (usd > 0.0).then(|| (crate::answers::float(point.requests), usd))
                })
                .collect(),
        })
        .collect()
}

fn totals(report: &Report) -> Lines {
    Lines {
        title: "Total a month, by traffic".to_owned(),
        description: "Each variant from the least to the most traffic it can carry".to_owned(),
        upright: "US dollars a month, logarithmic".to_owned(),
        level: "requests from browsers a month, logarithmic".to_owned(),
        series: series(report, |point| point.total),
    }
}

fn per_order(report: &Report) -> Lines {
    Lines {
        title: "Cost of an order, by traffic".to_owned(),
        description: "Each variant's total over its orders".to_owned(),
        upright: "US dollars an order, logarithmic".to_owned(),
        level: "requests from browsers a month, logarithmic".to_owned(),
        series: series(report, |point| point.per_order),
    }
}

fn crossings(report: &Report) -> Spans {
    let (from, to) = report.range;
    Spans {
        title: "Where the cheaper one changes".to_owned(),
        description: "The band holds 90 of 100 draws that cross, the dot is the best guess"
            .to_owned(),
        axis: "requests a month, logarithmic".to_owned(),
        logarithmic: true,
        range: (crate::answers::float(from), crate::answers::float(to)),
        through: None,
        mark: short,
        rows: report.break_evens.iter().map(crossing).collect(),
    }
}

fn crossing(found: &BreakEven) -> Span {
    let number = crate::answers::float;
    let ends = found.p5.zip(found.p95);
    let text = match (found.requests, ends) {
        (Some(requests), _) => short(number(requests)),
        (None, Some(_)) => format!("{} of {} draws", found.crossing_draws, found.draws),
        (None, None) => match found.cheaper_below {
            Some(cheaper) => format!("no crossing in range: {}", cheaper.title()),
            None => "unknown: a price is missing".to_owned(),
        },
    };
    Span {
        name: format!("{} / {}", found.one.name(), found.other.name()),
        ends: ends.map(|(low, high)| (number(low), number(high))),
        best: found.requests.map(number),
        text,
    }
}

fn swings(report: &Report) -> Spans {
    let total = report.budget.bill.total.approximate();
    Spans {
        title: format!("{}: what moves the total", report.budget.variant.title()),
        description: "Each input at the low and at the high end of its range, one at a time"
            .to_owned(),
        axis: "US dollars a month; the line is the best guess".to_owned(),
        logarithmic: false,
        range: (total, total),
        through: Some(total),
        mark: money,
        rows: report
            .swings
            .iter()
            .take(DRAWN)
            .map(|swing| {
                let (low, high) = (
                    swing.at_low.min(swing.at_high),
                    swing.at_low.max(swing.at_high),
                );
                Span {
                    name: swing.name.clone(),
                    ends: Some((low.approximate(), high.approximate())),
                    best: None,
                    text: swing.swing.dollars(),
                }
            })
            .collect(),
    }
}
