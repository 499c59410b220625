//! Lines over a logarithmic axis: totals over traffic.

use super::scale::{Scale, money, short};
use super::svg::{Anchor, Canvas, LINE, room_for};
use super::{Chart, Room};

/// Dashes of the lines, in order, beside their colours.
const DASHES: [&str; 6] = ["", "8 4", "2 3", "12 4 2 4", "5 2", "1 5"];

/// One line.
#[derive(Debug, Clone)]
pub struct Series {
    /// For the legend.
    pub name: String,
    /// Ascending by the first number; all above nought.
    pub points: Vec<(f64, f64)>,
}

/// Dollars over requests a month, both logarithmic.
#[derive(Debug, Clone)]
pub struct Lines {
    /// What it shows.
    pub title: String,
    /// For who cannot see it.
    pub description: String,
    /// The name of the upright axis, with its unit.
    pub upright: String,
    /// The name of the level axis, with its unit.
    pub level: String,
    /// At most six.
    pub series: Vec<Series>,
}

impl Lines {
    /// Draws.
    #[must_use]
    pub fn draw(&self, room: Room) -> Chart {
        let width = room.width();
        let (left, right, top) = (58.0, width - 18.0, 30.0);
        let bottom = top + if room == Room::Wide { 320.0 } else { 260.0 };
        let points = || self.series.iter().flat_map(|series| &series.points);
        let range = |of: fn(&(f64, f64)) -> f64| {
            points()
                .map(of)
                .fold((f64::INFINITY, 0.0_f64), |ends, value| {
                    (ends.0.min(value), ends.1.max(value))
                })
        };
        let (low, high) = range(|point| point.0);
        let level = Scale::logarithmic(low, high, left, right);
        let (low, high) = range(|point| point.1);
        let upright = Scale::logarithmic(low, high, bottom, top);
        let mut canvas = Canvas::default();
        canvas.text("quiet", 8.0, 16.0, Anchor::Start, &self.upright);
        for tick in upright.ticks() {
            let y = upright.at(tick);
            canvas.line("grid", (left, y), (right, y));
            canvas.text("quiet", left - 8.0, y + 4.0, Anchor::End, &money(tick));
        }
        for tick in level.ticks() {
            let x = level.at(tick);
            canvas.line("grid", (x, top), (x, bottom));
            canvas.text("quiet", x, bottom + LINE, Anchor::Middle, &short(tick));
        }
        canvas.line("axis", (left, bottom), (right, bottom));
        canvas.text(
            "quiet",
            f64::midpoint(left, right),
            bottom + 2.0 * LINE + 2.0,
            Anchor::Middle,
            &self.level,
        );
        for (n, series) in self.series.iter().enumerate() {
            let points: Vec<_> = series
                .points
                .iter()
                .map(|(x, y)| (level.at(*x), upright.at(*y)))
                .collect();
            canvas.curve(&format!("s{n}"), dashes(n), &points);
            if let Some((x, y)) = points.last() {
                canvas.dot(&format!("mark m{n}"), *x, *y);
            }
        }
        let end = self.legend(&mut canvas, bottom + 3.0 * LINE + 12.0, right);
        Chart::new(
            self.title.clone(),
            self.description.clone(),
            width,
            end,
            canvas,
        )
    }

    /// Below the axis, as many beside each other as fit; where it ends.
    fn legend(&self, canvas: &mut Canvas, top: f64, right: f64) -> f64 {
        let (mut x, mut y) = (12.0, top);
        for (n, series) in self.series.iter().enumerate() {
            let needed = 44.0 + room_for(&series.name) + 12.0;
            if x > 12.0 && x + needed > right {
                x = 12.0;
                y += LINE + 4.0;
            }
            canvas.curve(
                &format!("s{n}"),
                dashes(n),
                &[(x, y - 4.0), (x + 34.0, y - 4.0)],
            );
            canvas.text("name", x + 42.0, y, Anchor::Start, &series.name);
            x += needed;
        }
        y + 12.0
    }
}

fn dashes(series: usize) -> &'static str {
    DASHES.get(series).copied().unwrap_or("")
}
