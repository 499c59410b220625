//! Charts as SVG: the same drawing inside a page, as a file of its own, and as pixels.
//!
//! A drawing carries class names and no colours. A page gives the classes its colours, light or dark; a file of its own
//! brings the light ones with it. Numbers are written with one decimal, so the same values give the same bytes.

mod lines;
mod pixels;
mod rows;
mod scale;
mod svg;

pub use lines::{Lines, Series};
pub use pixels::{PixelError, png};
pub use rows::{Bars, Row, Span, Spans};
pub use scale::{money, short};

use svg::Canvas;
pub(crate) use svg::escape;

/// How much room a drawing has: one drawing is not legible on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// A desktop's column, and files.
    Wide,
    /// A phone.
    Narrow,
}

impl Room {
    fn width(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Narrow => 360.0,
        }
    }

    /// Where the names of rows end.
    fn names(self) -> f64 {
        match self {
            Self::Wide => 250.0,
            Self::Narrow => 20.0,
        }
    }
}

/// A finished drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    title: String,
    description: String,
    width: u32,
    height: u32,
    body: String,
}

/// Contrast of every text with its ground is at least 4.5, of every mark at least 3.
const LIGHT: &str = ".ground{fill:#fff}text{fill:#1c2126;font-family:'DejaVu Sans',Verdana,sans-serif;font-size:12px}.quiet{fill:#525c66}.grid{stroke:#dfe4e9;fill:none}.axis{stroke:#6b7680;fill:none}.bar{fill:#1f5fbf}.low{fill:#1f5fbf}.high{fill:#b45309}.mark{fill:#1c2126;stroke:none}.m0{fill:#1f5fbf}.m1{fill:#b45309}.m2{fill:#15803d}.m3{fill:#7e22ce}.m4{fill:#be123c}.m5{fill:#475569}.best{stroke:#1c2126}.s0{stroke:#1f5fbf}.s1{stroke:#b45309}.s2{stroke:#15803d}.s3{stroke:#7e22ce}.s4{stroke:#be123c}.s5{stroke:#475569}.s{fill:none;stroke-width:2.25}";

impl Chart {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few hundred units, not below nought"
    )]
    fn new(title: String, description: String, width: f64, height: f64, canvas: Canvas) -> Self {
        Self {
            title,
            description,
            width: width.ceil() as u32,
            height: height.ceil() as u32,
            body: canvas.0,
        }
    }

    /// For a page that colours the classes.
    #[must_use]
    pub fn inline(&self) -> String {
        self.drawing("", "")
    }

    /// A file of its own.
    #[must_use]
    pub fn file(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
            self.drawing(
                &format!("<style>{LIGHT}</style>"),
                "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>"
            )
        )
    }

    fn drawing(&self, style: &str, ground: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{label}\">{style}<title>{title}</title><desc>{description}</desc>{ground}{body}</svg>",
            width = self.width,
            height = self.height,
            label = escape(&format!("{}. {}", self.title, self.description)),
            title = escape(&self.title),
            description = escape(&self.description),
            body = self.body,
        )
    }
}
