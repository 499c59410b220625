use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// The process was asked to stop while something waited to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("asked to stop")]
pub struct Stopped;

/// How long to wait before the next try: random between zero and a limit that doubles with every failure up to a
/// cap ("full jitter"), so that a thousand processes that lost the same server do not come back as one.
#[derive(Debug, Clone)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    limit: Duration,
}

impl Backoff {
    /// Waits up to `base` at first and up to `cap` in the end.
    ///
    /// # Panics
    /// When `base` is zero or larger than `cap`: such a wait would spin, or shrink.
    #[must_use]
    pub fn new(base: Duration, cap: Duration) -> Self {
        assert!(
            !base.is_zero() && base <= cap,
            "a backoff grows from more than nothing to its cap"
        );
        Self {
            base,
            cap,
            limit: base,
        }
    }

    /// What suits a connection: from 100 ms to 10 s.
    #[must_use]
    pub fn for_connections() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(10))
    }

    /// Forgets past failures. Call it after a success.
    pub fn reset(&mut self) {
        self.limit = self.base;
    }

    /// The next wait, for callers that keep time themselves.
    pub fn next_delay(&mut self) -> Duration {
        let limit = self.limit;
        self.limit = limit.saturating_mul(2).min(self.cap);
        limit.mul_f64(rand::random::<f64>())
    }

    /// Waits before the next try.
    ///
    /// # Errors
    /// When the process is asked to stop, at once.
    pub async fn wait(&mut self, stop: &CancellationToken) -> Result<(), Stopped> {
        let delay = self.next_delay();
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Stopped),
            () = tokio::time::sleep(delay) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const BASE: Duration = Duration::from_millis(100);
    const CAP: Duration = Duration::from_secs(3);

    #[test]
    fn a_delay_stays_below_a_limit_that_doubles_up_to_the_cap() {
        let mut limits = [0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 3.0]
            .map(Duration::from_secs_f64)
            .into_iter();
        let mut backoff = Backoff::new(BASE, CAP);
        let mut longest = Duration::ZERO;
        for limit in limits.by_ref() {
            assert_eq!(backoff.limit, limit);
            let delay = backoff.next_delay();
            assert!(delay <= limit, "{delay:?} > {limit:?}");
            longest = longest.max(delay);
        }
        assert!(longest > Duration::ZERO);
        backoff.reset();
        assert_eq!(backoff.limit, BASE);
    }

    #[test]
    fn two_processes_do_not_wait_equally_long() {
        let delays: std::collections::BTreeSet<_> = (0..50)
            .map(|_| Backoff::new(CAP, CAP).next_delay())
            .collect();
        assert!(delays.len() > 25, "{} different delays of 50", delays.len());
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_takes_no_longer_than_the_limit() {
        let stop = CancellationToken::new();
        let mut backoff = Backoff::new(BASE, CAP);
        let started = Instant::now();
        backoff.wait(&stop).await.expect("nobody asked to stop");
        // The timer's grain is a millisecond.
        assert!(started.elapsed() <= BASE + Duration::from_millis(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_once_when_the_process_is_asked_to_stop() {
        let stop = CancellationToken::new();
        stop.cancel();
        let started = Instant::now();
        assert_eq!(Backoff::new(CAP, CAP).wait(&stop).await, Err(Stopped));
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}
