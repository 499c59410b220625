//! How many orders are tried again side by side.
//!
//! Whoever is asked in vain is often asked by too many. So what may be tried again at once is halved by each try in vain and
//! grows by one with each that went on, as a sender's window does: an overloaded catalogue is asked again by a few orders
//! at a time, and by all of them a few moments after it answers. Orders that have to wait stay in the books, where
//! nothing of their tries is used up.

/// At least so many are tried: some of them may be after what a process that died still has in its hands, and wait for
/// seconds, which must not keep all the others waiting.
const LEAST: u16 = 8;

/// What came of driving an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driven {
    /// It is further than it was, or somebody else's.
    WentOn,
    /// It is where it was, and waits for another try.
    InVain,
}

/// From [`LEAST`] to `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetryBudget {
    now: u16,
    most: u16,
}

impl RetryBudget {
    pub(crate) fn new(most: u16) -> Self {
        Self { now: most, most }
    }

    /// How many may be tried at once.
    pub(crate) fn get(self) -> u16 {
        self.now
    }

    /// How many more may be tried while so many are being tried.
    pub(crate) fn left(self, busy: usize) -> usize {
        usize::from(self.now).saturating_sub(busy)
    }

    pub(crate) fn note(&mut self, driven: Driven) {
        self.now = match driven {
            Driven::WentOn => self.most.min(self.now.saturating_add(1)),
            Driven::InVain => (self.now / 2).max(LEAST.min(self.most)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_in_vain_leave_a_few_and_tries_that_go_on_bring_all_back() {
        let mut budget = RetryBudget::new(64);
        assert_eq!((budget.get(), budget.left(60)), (64, 4));
        for _ in 0..3 {
            budget.note(Driven::InVain);
        }
        assert_eq!((budget.get(), budget.left(7), budget.left(60)), (8, 1, 0));
        budget.note(Driven::InVain);
        assert_eq!(budget.get(), 8);
        // Each order that went on lets two others follow: the number doubles with every round.
        let mut rounds = 0;
        while budget.get() < 64 {
            for _ in 0..budget.get() {
                budget.note(Driven::WentOn);
            }
            rounds += 1;
        }
        assert_eq!(rounds, 3);
        budget.note(Driven::WentOn);
        assert_eq!(budget.get(), 64);
    }

    #[test]
    fn a_budget_that_is_small_stays_as_it_is() {
        let mut budget = RetryBudget::new(2);
        budget.note(Driven::InVain);
        assert_eq!(budget.get(), 2);
    }
}
