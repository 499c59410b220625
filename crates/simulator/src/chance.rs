//! What a seed decides.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Simulated time, in milliseconds from the start.
pub(crate) type Ms = u64;

/// The one source of chance in a run.
#[derive(Debug)]
pub(crate) struct Chance(StdRng);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    /// From `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: Ms, to: Ms) -> Ms {
        self.0.random_range(from..=to)
    }

    /// Yes, in so many of a thousand cases.
    pub(crate) fn permille(&mut self, permille: usize) -> bool {
        permille > 0 && self.below(1_000) < permille
    }

    /// Between 0 and 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.0.random()
    }
}
