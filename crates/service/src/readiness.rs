use std::sync::{Arc, Mutex, PoisonError};

/// Whether the process can serve now. It is ready when every latch was released, until it is asked to stop.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    held: Vec<(u64, &'static str)>,
    next: u64,
    stopping: bool,
}

/// Something that has to happen before the process is ready.
///
/// A latch that is dropped without a release stays held: a task that died on its way must not look like one that
/// arrived.
#[derive(Debug)]
#[must_use = "an unreleased latch keeps the process from being ready"]
pub struct Latch {
    readiness: Readiness,
    id: u64,
}

impl Readiness {
    /// Adds something to wait for; `name` shows in `/ready` until it is released.
    pub fn latch(&self, name: &'static str) -> Latch {
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        state.held.push((id, name));
        Latch {
            readiness: self.clone(),
            id,
        }
    }

    /// What keeps the process from being ready; empty when it is.
    #[must_use]
    pub fn waiting_for(&self) -> Vec<&'static str> {
        let state = self.state();
        if state.stopping {
            vec!["stopping"]
        } else {
            state.held.iter().map(|(_, name)| *name).collect()
        }
    }

    /// Whether the process can serve now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.waiting_for().is_empty()
    }

    /// Not ready from here on.
    pub(crate) fn stopping(&self) {
        self.state().stopping = true;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Latch {
    /// It has happened.
    pub fn release(self) {
        self.readiness.state().held.retain(|(id, _)| *id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_when_the_last_latch_is_released() {
        let readiness = Readiness::default();
        let (broker, database) = (readiness.latch("broker"), readiness.latch("database"));
        assert_eq!(readiness.waiting_for(), ["broker", "database"]);
        broker.release();
        assert_eq!(readiness.waiting_for(), ["database"]);
        database.release();
        assert!(readiness.is_ready());
    }

    #[test]
    fn a_latch_that_is_dropped_was_not_released() {
        let readiness = Readiness::default();
        drop(readiness.latch("broker"));
        assert!(!readiness.is_ready());
    }

    #[test]
    fn a_process_that_stops_is_not_ready() {
        let readiness = Readiness::default();
        assert!(readiness.is_ready());
        readiness.stopping();
        assert_eq!(readiness.waiting_for(), ["stopping"]);
    }
}
