use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// A loop's sign of life. `/live` fails when it has not beaten for longer than it promised, and no longer watches it
/// once it is dropped.
#[derive(Debug)]
pub struct Heartbeat(Arc<Pulse>);

impl Heartbeat {
    /// Says that the loop goes round.
    pub fn beat(&self) {
        self.0.beat(Instant::now());
    }
}

#[derive(Debug)]
struct Pulse {
    name: &'static str,
    within: Duration,
    born: Instant,
    /// Milliseconds from `born` to the last beat.
    last: AtomicU64,
}

impl Pulse {
    fn beat(&self, now: Instant) {
        let age = now.saturating_duration_since(self.born).as_millis();
        self.last
            .store(u64::try_from(age).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_alive(&self, now: Instant) -> bool {
        let last = self.born + Duration::from_millis(self.last.load(Ordering::Relaxed));
        now.saturating_duration_since(last) <= self.within
    }
}

/// The heartbeats of this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heartbeats(Arc<Mutex<Vec<Weak<Pulse>>>>);

impl Heartbeats {
    pub(crate) fn add(&self, name: &'static str, within: Duration) -> Heartbeat {
        let pulse = Arc::new(Pulse {
            name,
            within,
            born: Instant::now(),
            last: AtomicU64::new(0),
        });
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::downgrade(&pulse));
        Heartbeat(pulse)
    }

    /// The loops that stand still.
    pub(crate) fn stopped(&self, now: Instant) -> Vec<&'static str> {
        let mut pulses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pulses.retain(|pulse| pulse.strong_count() > 0);
        pulses
            .iter()
            .filter_map(Weak::upgrade)
            .filter(|pulse| !pulse.is_alive(now))
            .map(|pulse| pulse.name)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_does_not_beat_in_time_is_named_until_it_beats_again_or_ends() {
        let hearts = Heartbeats::default();
        let within = Duration::from_secs(10);
        let (publish, sweep) = (
            hearts.add("publish", within),
            hearts.add("sweep", within * 3),
        );
        let now = Instant::now();
        assert!(hearts.stopped(now).is_empty());
        let later = now + within * 2;
        assert_eq!(hearts.stopped(later), ["publish"]);
        publish.0.beat(later);
        assert!(hearts.stopped(later).is_empty());
        assert_eq!(hearts.stopped(later + within * 9), ["publish", "sweep"]);
        drop((publish, sweep));
        assert!(hearts.stopped(later + within * 9).is_empty());
    }
}
