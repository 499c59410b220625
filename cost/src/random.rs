//! A small generator with a published algorithm (xoshiro256++, seeded by SplitMix64), so that a seed means the same
//! numbers in every version of this program.

/// Pseudo-random numbers of a seed.
#[derive(Debug, Clone)]
pub struct Random([u64; 4]);

impl Random {
    /// The sequence of a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ (mixed >> 31)
        };
        Self([next(), next(), next(), next()])
    }

    /// An independent sequence of the same seed for a purpose.
    #[must_use]
    pub fn for_purpose(seed: u64, purpose: &str) -> Self {
        // FNV-1a: any stable text hash does.
        let hash = purpose
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
            });
        Self::seeded(seed ^ hash)
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (mut c, mut d) = (c ^ a, d ^ b);
        let (b2, a2) = (b ^ c, a ^ d);
        c ^= b << 17;
        d = d.rotate_left(45);
        self.0 = [a2, b2, c, d];
        result
    }

    /// At least 0 and below 1.
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are what a double holds"
    )]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Below `bound`, which is not nought; every number equally often for bounds far below 2^64.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.bits() % bound).unwrap_or(0)
    }

    /// The time to the next of events that happen `rate` times in one unit of time.
    pub fn gap(&mut self, rate: f64) -> f64 {
        -(1.0 - self.unit()).ln() / rate
    }

    /// From a triangle between `low` and `high` with its top at `mode`: what is known of a range with a best guess.
    pub fn triangle(&mut self, low: f64, mode: f64, high: f64) -> f64 {
        if high <= low {
            return mode;
        }
        let at = (mode - low) / (high - low);
        let unit = self.unit();
        if unit < at {
            low + (unit * (high - low) * (mode - low)).sqrt()
        } else {
            high - ((1.0 - unit) * (high - low) * (high - mode)).sqrt()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_of_a_seed_is_the_published_one() {
        // Reference: xoshiro256++ by Blackman and Vigna, state from SplitMix64 of nought.
        let mut random = Random::seeded(0);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(
            first,
            [
                5_987_356_902_031_041_503,
                7_051_070_477_665_621_255,
                6_633_766_593_972_829_180
            ]
        );
    }

    #[test]
    fn purposes_do_not_share_numbers() {
        assert_ne!(
            Random::for_purpose(1, "a").bits(),
            Random::for_purpose(1, "b").bits()
        );
        assert_eq!(
            Random::for_purpose(1, "a").bits(),
            Random::for_purpose(1, "a").bits()
        );
    }

    #[test]
    fn a_triangle_stays_within_its_range_and_has_its_mean() {
        let mut random = Random::seeded(3);
        let draws: Vec<f64> = (0..20_000)
            .map(|_| random.triangle(1.0, 2.0, 6.0))
            .collect();
        assert!(draws.iter().all(|draw| (1.0..=6.0).contains(draw)));
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        assert!((mean - 3.0).abs() < 0.05, "{mean}");
        assert!((random.triangle(2.0, 2.0, 2.0) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn gaps_have_the_mean_of_their_rate() {
        let mut random = Random::seeded(4);
        let mean = (0..20_000).map(|_| random.gap(4.0)).sum::<f64>() / 20_000.0;
        assert!((mean - 0.25).abs() < 0.01, "{mean}");
    }
}
