//! Numbers that a seed decides.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A stream of random numbers of its own for each part of a campaign: how one part draws changes nothing for another.
#[derive(Debug)]
pub struct Random(StdRng);

impl Random {
    /// The stream of `part`.
    #[must_use]
    pub fn new(seed: u64, part: u64) -> Self {
        Self(StdRng::seed_from_u64(
            seed ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        ))
    }

    /// Below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    /// Yes, in so many of a hundred cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}
