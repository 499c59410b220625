//! Counting tests.

use std::fmt;
use std::ops::AddAssign;

/// How many tests ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Count {
    /// One that is a test by itself.
    pub(super) const SUCCESS: Self = Self {
        passed: 1,
        failed: 0,
        skipped: 0,
    };

    /// A check that is no test but failed.
    pub(super) const FAILURE: Self = Self {
        passed: 0,
        failed: 1,
        skipped: 0,
    };
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_read_as_one_line() {
        let mut all = Count {
            passed: 3,
            failed: 0,
            skipped: 1,
        };
        all += Count::FAILURE;
        assert_eq!(all.to_string(), "3 passed, 1 failed, 1 skipped");
    }
}
