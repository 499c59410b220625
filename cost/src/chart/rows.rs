//! Named rows: bars from nought, and spans between a low and a high value.

use super::scale::Scale;
use super::svg::{Anchor, Canvas, LINE, fitted, room_for};
use super::{Chart, Room};

/// A bar.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// How long.
    pub value: f64,
    /// Said at its end.
    pub text: String,
}

/// Bars from nought.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What it shows.
    pub title: String,
    /// For who cannot see it.
    pub description: String,
    /// The name of the axis, with its unit.
    pub axis: String,
    /// From above.
    pub rows: Vec<Row>,
}

/// Between two values.
#[derive(Debug, Clone)]
pub struct Span {
    /// What varies.
    pub name: String,
    /// Both ends, the smaller first; `None`: only the text is shown.
    pub ends: Option<(f64, f64)>,
    /// The best guess within them.
    pub best: Option<f64>,
    /// Said beside or below the name.
    pub text: String,
}

/// Spans around a best guess.
#[derive(Debug, Clone)]
pub struct Spans {
    /// What it shows.
    pub title: String,
    /// For who cannot see it.
    pub description: String,
    /// The name of the axis, with its unit.
    pub axis: String,
    /// Powers of ten.
    pub logarithmic: bool,
    /// Of the axis, at least.
    pub range: (f64, f64),
    /// A value of all rows, drawn through them.
    pub through: Option<f64>,
    /// What the marks of the axis say.
    pub mark: fn(f64) -> String,
    /// From above.
    pub rows: Vec<Span>,
}

const BAR: f64 = 16.0;

/// Where rows and their names stand.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    pitch: f64,
    /// From a row's top to its bar's.
    drop: f64,
    name_room: f64,
    beside: bool,
}

impl Frame {
    fn of(room: Room) -> Self {
        let left = room.names();
        let beside = room == Room::Wide;
        Self {
            left,
            right: room.width() - 24.0,
            top: 10.0,
            pitch: if beside { 30.0 } else { 46.0 },
            drop: if beside { 7.0 } else { 22.0 },
            name_room: if beside {
                left - 16.0
            } else {
                room.width() - 24.0
            },
            beside,
        }
    }

    fn row(&self, n: usize) -> f64 {
        self.top + f64::from(u32::try_from(n).unwrap_or(0)) * self.pitch
    }

    fn name(&self, canvas: &mut Canvas, y: f64, name: &str) {
        let name = fitted(name, self.name_room);
        if self.beside {
            canvas.text("name", self.left - 10.0, y + 19.0, Anchor::End, &name);
        } else {
            canvas.text("name", self.left, y + 15.0, Anchor::Start, &name);
        }
    }

    /// The grid below the rows and the axis at their end; where the drawing ends.
    fn axis(
        &self,
        canvas: &mut Canvas,
        scale: Scale,
        rows: usize,
        name: &str,
        mark: fn(f64) -> String,
    ) -> f64 {
        let bottom = self.row(rows) + 4.0;
        let mut free = f64::NEG_INFINITY;
        for tick in scale.ticks() {
            let (x, text) = (scale.at(tick), mark(tick));
            canvas.line("grid", (x, self.top), (x, bottom));
            let half = room_for(&text) / 2.0;
            if x - half > free {
                canvas.text("quiet", x, bottom + LINE, Anchor::Middle, &text);
                free = x + half + 6.0;
            }
        }
        canvas.line("axis", (self.left, bottom), (self.right, bottom));
        canvas.text(
            "quiet",
            f64::midpoint(self.left, self.right),
            bottom + 2.0 * LINE + 2.0,
            Anchor::Middle,
            name,
        );
        bottom + 2.0 * LINE + 14.0
    }
}

impl Bars {
    /// Draws.
    #[must_use]
    pub fn draw(&self, room: Room) -> Chart {
        let frame = Frame::of(room);
        let most = self
            .rows
            .iter()
            .fold(0.0_f64, |most, row| most.max(row.value));
        let said = self
            .rows
            .iter()
            .map(|row| room_for(&row.text))
            .fold(0.0_f64, f64::max);
        // What is said at a bar's end needs room beyond it.
        let reach = frame.right - said - 8.0;
        let scale = Scale::linear(0.0, most, frame.left, reach);
        let mut canvas = Canvas::default();
        let end = frame.axis(
            &mut canvas,
            scale,
            self.rows.len(),
            &self.axis,
            super::money,
        );
        for (n, row) in self.rows.iter().enumerate() {
            let y = frame.row(n);
            frame.name(&mut canvas, y, &row.name);
            let x = scale.at(row.value);
            canvas.bar(
                "bar",
                frame.left,
                y + frame.drop,
                (x - frame.left).max(1.0),
                BAR,
            );
            canvas.text(
                "name",
                x + 6.0,
                y + frame.drop + 12.5,
                Anchor::Start,
                &row.text,
            );
        }
        Chart::new(
            self.title.clone(),
            self.description.clone(),
            room.width(),
            end,
            canvas,
        )
    }
}

impl Spans {
    /// Draws.
    #[must_use]
    pub fn draw(&self, room: Room) -> Chart {
        let frame = Frame::of(room);
        let ends = self.rows.iter().filter_map(|row| row.ends);
        let (low, high) = ends.fold(self.range, |range, ends| {
            (range.0.min(ends.0), range.1.max(ends.1))
        });
        let scale = if self.logarithmic {
            Scale::logarithmic(low, high, frame.left, frame.right)
        } else {
            Scale::linear(low, high, frame.left, frame.right)
        };
        let mut canvas = Canvas::default();
        let end = frame.axis(&mut canvas, scale, self.rows.len(), &self.axis, self.mark);
        for (n, row) in self.rows.iter().enumerate() {
            let y = frame.row(n);
            frame.name(&mut canvas, y, &row.name);
            self.span(&mut canvas, &frame, scale, y, row);
        }
        if let Some(value) = self.through {
            let x = scale.at(value);
            canvas.line(
                "best",
                (x, frame.top),
                (x, frame.row(self.rows.len()) + 4.0),
            );
        }
        Chart::new(
            self.title.clone(),
            self.description.clone(),
            room.width(),
            end,
            canvas,
        )
    }

    fn span(&self, canvas: &mut Canvas, frame: &Frame, scale: Scale, y: f64, row: &Span) {
        let bar = y + frame.drop;
        let Some((low, high)) = row.ends else {
            canvas.text(
                "quiet",
                frame.left + 6.0,
                bar + 12.5,
                Anchor::Start,
                &row.text,
            );
            return;
        };
        let (from, to) = (scale.at(low), scale.at(high));
        if let Some(through) = self.through {
            let middle = scale.at(through);
            canvas.bar("low", from, bar, (middle - from).max(0.0), BAR);
            canvas.bar("high", middle, bar, (to - middle).max(0.0), BAR);
        } else {
            canvas.bar("bar", from, bar, (to - from).max(2.0), BAR);
        }
        if let Some(best) = row.best {
            canvas.dot("mark", scale.at(best), bar + BAR / 2.0);
        }
        // Beyond the bar where there is room, otherwise before it.
        let needed = room_for(&row.text) + 8.0;
        if to + needed <= frame.right + 16.0 {
            canvas.text("quiet", to + 8.0, bar + 12.5, Anchor::Start, &row.text);
        } else if from - needed >= frame.left {
            canvas.text("quiet", from - 8.0, bar + 12.5, Anchor::End, &row.text);
        }
    }
}
