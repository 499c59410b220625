//! A drawing as PNG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::Chart;

/// The only font that is used, so that pixels do not depend on what a machine has.
const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans-ascii.ttf");
/// Pixels for one unit of the drawing.
const DENSITY: f32 = 2.0;

/// Why there are no pixels.
#[derive(Debug, thiserror::Error)]
pub enum PixelError {
    /// Not drawable.
    #[error("a chart cannot be drawn: {0}")]
    Drawing(#[from] resvg::usvg::Error),
    /// Too large for a picture.
    #[error("a chart of {0} by {1} pixels does not fit in memory")]
    Size(u32, u32),
    /// Not writable as PNG.
    #[error("a chart cannot be written as PNG: {0}")]
    Encoding(String),
}

/// The drawing's light version at two pixels a unit.
pub fn png(chart: &Chart) -> Result<Vec<u8>, PixelError> {
    let mut fonts = Database::new();
    fonts.load_font_data(FONT.to_vec());
    let options = Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let tree = Tree::from_str(&chart.file(), &options)?;
    let (width, height) = (chart.width * 2, chart.height * 2);
    let mut pixels = Pixmap::new(width, height).ok_or(PixelError::Size(width, height))?;
    resvg::render(
        &tree,
        Transform::from_scale(DENSITY, DENSITY),
        &mut pixels.as_mut(),
    );
    pixels
        .encode_png()
        .map_err(|error| PixelError::Encoding(error.to_string()))
}
