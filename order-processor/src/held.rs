//! The orders in work here, and the loop that renews their leases: an order whose holder died is free after one lease.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use velure_domain::OrderId;
use velure_postgres::fulfilment::Lease;
use velure_service::{Heartbeat, StopToken};

use crate::payment::PaymentProvider;
use crate::processor::Processor;

/// Leases are looked at eight times in their life and renewed at half of it: a renewal may fail three times.
const LOOKS: u32 = 8;

type Key = (OrderId, Lease);

/// The orders in work here. The same order is here twice when it was taken up again while an earlier holder, whose
/// lease has passed on, still waits for an answer.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<HashMap<Key, Times>>);

#[derive(Debug, Clone, Copy)]
struct Times {
    /// When the step that the order is in began.
    began: Instant,
    /// From when its lease runs.
    leased: Instant,
}

impl Held {
    /// Holds an order until the guard is dropped.
    pub(crate) fn hold(&self, order_id: OrderId, lease: Lease) -> Holding<'_> {
        let holding = Holding {
            held: self,
            key: (order_id, lease),
        };
        holding.moved();
        holding
    }

    /// The orders whose leases have run for `age` and whose step has not taken longer than `step` yet.
    fn to_renew(&self, age: Duration, step: Duration) -> Vec<Key> {
        let due = |times: &Times| times.leased.elapsed() >= age && times.began.elapsed() <= step;
        self.orders()
            .iter()
            .filter(|(_, times)| due(times))
            .map(|(key, _)| *key)
            .collect()
    }

    fn renewed(&self, keys: &[Key], at: Instant) {
        let mut orders = self.orders();
        for key in keys {
            if let Some(times) = orders.get_mut(key) {
                times.leased = times.leased.max(at);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.orders().is_empty()
    }

    fn orders(&self) -> MutexGuard<'_, HashMap<Key, Times>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An order that is in work here as long as this lives.
#[derive(Debug)]
pub(crate) struct Holding<'a> {
    held: &'a Held,
    key: Key,
}

impl Holding<'_> {
    /// The order is in another step, and its lease runs anew.
    pub(crate) fn moved(&self) {
        let now = Instant::now();
        let times = Times {
            began: now,
            leased: now,
        };
        self.held.orders().insert(self.key, times);
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.held.orders().remove(&self.key);
    }
}

impl<P: PaymentProvider> Processor<P> {
    /// Renews the leases that have run for half their time. A step that has taken longer than any may keeps its lease
    /// no longer: whatever it hangs in, somebody else takes the order up.
    ///
    /// # Errors
    /// When the books do not answer.
    async fn renew_leases(&self) -> anyhow::Result<()> {
        let keys = self
            .held
            .to_renew(self.settings.lease / 2, self.settings.step);
        if keys.is_empty() {
            return Ok(());
        }
        let at = Instant::now();
        tokio::time::timeout(self.settings.lease / 2, self.books.renew(&keys)).await??;
        self.held.renewed(&keys, at);
        Ok(())
    }
}

/// Keeps what is in work here, also while it is finished after a stop.
pub(crate) async fn keep_held<P: PaymentProvider>(
    processor: Arc<Processor<P>>,
    heartbeat: Heartbeat,
    stop: StopToken,
) -> anyhow::Result<()> {
    let pause = processor.settings.lease / LOOKS;
    while !(stop.is_cancelled() && processor.held.is_empty()) {
        heartbeat.beat();
        if let Err(error) = processor.renew_leases().await {
            tracing::warn!(
                error = &*error as &dyn Error,
                "leases could not be renewed: others may take up what is in work here"
            );
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVER: Duration = Duration::MAX;

    #[test]
    fn a_lease_is_renewed_at_its_age_while_its_order_is_in_work() {
        let (held, order_id) = (Held::default(), OrderId::generate());
        let holding = held.hold(order_id, Lease(1));
        assert_eq!(held.to_renew(Duration::ZERO, EVER), [(order_id, Lease(1))]);
        assert!(held.to_renew(Duration::from_secs(60), EVER).is_empty());
        drop(holding);
        assert!(held.to_renew(Duration::ZERO, EVER).is_empty());
        assert!(held.is_empty());
    }

    #[test]
    fn a_renewed_lease_runs_anew_and_its_step_does_not() {
        let (held, key) = (Held::default(), (OrderId::generate(), Lease(1)));
        let _holding = held.hold(key.0, key.1);
        let later = Instant::now() + Duration::from_secs(60);
        held.renewed(&[key], later);
        assert!(held.to_renew(Duration::from_nanos(1), EVER).is_empty());
        assert!(held.to_renew(Duration::ZERO, Duration::ZERO).is_empty());
    }

    #[test]
    fn who_holds_an_order_anew_keeps_it_when_the_earlier_holder_is_done() {
        let (held, order_id) = (Held::default(), OrderId::generate());
        let earlier = held.hold(order_id, Lease(1));
        let _later = held.hold(order_id, Lease(2));
        drop(earlier);
        assert_eq!(held.to_renew(Duration::ZERO, EVER), [(order_id, Lease(2))]);
    }
}
