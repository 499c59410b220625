//! Which shards this replica reads. One task owns the connection that every lease lives on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use velure_faults::{Point, reach};
use velure_postgres::injected;
use velure_postgres::outbox::{Leases, SHARDS};
use velure_service::{Backoff, Heartbeat};

use crate::metrics::Metrics;

/// How often the replicas look at each other. A replica that was killed is replaced within one such time.
const TICK: Duration = Duration::from_millis(250);

/// How long one question may take before the leases count as lost.
const DEADLINE: Duration = Duration::from_secs(2);

/// What this replica holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    /// Shards to read.
    pub(crate) shards: BTreeSet<i16>,
    /// Shards to be handed over: read no more of them, and say when nothing of them is held.
    pub(crate) giving_back: BTreeSet<i16>,
}

/// What the publishing task asks for.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Nothing of these shards is held any more.
    Drained(Vec<i16>),
    /// Writers need not wake the relay from now on.
    WakeUp,
    /// Writers have to wake the relay. Once that is so the notification is given: look at the outbox once more then.
    FallAsleep(Arc<Notify>),
}

/// How many shards a replica takes when there are `replicas` of them.
fn fair_share(replicas: usize) -> usize {
    usize::try_from(SHARDS)
        .expect("invariant: 64")
        .div_ceil(replicas.max(1))
}

/// The connection is gone, and every lease with it.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    #[error("the database did not answer within {DEADLINE:?}")]
    Timeout(#[from] tokio::time::error::Elapsed),
}

pub(crate) struct LeaseTask {
    pub(crate) options: PgConnectOptions,
    pub(crate) holding: watch::Sender<Holding>,
    pub(crate) asks: mpsc::Receiver<Ask>,
    pub(crate) stop: CancellationToken,
    pub(crate) heart: Heartbeat,
    pub(crate) metrics: Metrics,
}

impl LeaseTask {
    /// Holds leases until the publishing task has finished: it drops its end of the channel then.
    pub(crate) async fn run(mut self) -> anyhow::Result<()> {
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
        loop {
            let ended = self.session(&mut backoff).await;
            // Whoever reads this stops at once: the shards may be somebody else's by now.
            self.holding.send_replace(Holding::default());
            self.metrics.leased_shards.set(0.0);
            match ended {
                Ok(()) => return Ok(()),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "every lease is lost"
                ),
            }
            if backoff.wait(&self.stop).await.is_err() {
                return Ok(());
            }
            self.heart.beat();
        }
    }

    async fn session(&mut self, backoff: &mut Backoff) -> Result<(), Lost> {
        let leases = timeout(DEADLINE, Leases::open(&self.options)).await??;
        backoff.reset();
        let mut session = Session {
            leases,
            held: Holding::default(),
            awake: BTreeSet::new(),
            awake_wanted: false,
        };
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    self.heart.beat();
                    if !self.stop.is_cancelled() {
                        timeout(DEADLINE, session.balance()).await??;
                    }
                }
                ask = self.asks.recv() => match ask {
                    // Closing the connection gives back every lease.
                    None => return Ok(()),
                    Some(ask) => timeout(DEADLINE, session.answer(ask)).await??,
                },
            }
            self.holding.send_if_modified(|holding| {
                let modified = *holding != session.held;
                holding.clone_from(&session.held);
                modified
            });
            self.metrics.leased_shards.set(f64::from(
                u8::try_from(session.held.shards.len()).unwrap_or(u8::MAX),
            ));
        }
    }
}

struct Session {
    leases: Leases,
    held: Holding,
    awake: BTreeSet<i16>,
    awake_wanted: bool,
}

impl Session {
    /// Takes shards that nobody has up to the fair share, and marks for handing over what is beyond it.
    async fn balance(&mut self) -> Result<(), sqlx::Error> {
        let seen = self.leases.observe().await?;
        let share = fair_share(seen.replicas);
        let have = self.held.shards.len();
        if have > share {
            let surplus: Vec<i16> = self
                .held
                .shards
                .iter()
                .rev()
                .take(have - share)
                .copied()
                .collect();
            for shard in surplus {
                self.held.shards.remove(&shard);
                self.held.giving_back.insert(shard);
            }
        } else if have < share {
            let free = (0..SHARDS).filter(|shard| !seen.leased.contains(shard));
            let wanted: Vec<i16> = free.take(share - have).collect();
            let taken = self.leases.take(&wanted).await?;
            if !taken.is_empty() {
                reach(Point::R1).await.map_err(injected)?;
            }
            self.held.shards.extend(taken);
        }
        self.stay_awake().await
    }

    async fn answer(&mut self, ask: Ask) -> Result<(), sqlx::Error> {
        match ask {
            Ask::Drained(shards) => {
                let drained: Vec<i16> = shards
                    .into_iter()
                    .filter(|shard| self.held.giving_back.remove(shard))
                    .collect();
                let awake: Vec<i16> = drained
                    .iter()
                    .copied()
                    .filter(|shard| self.awake.remove(shard))
                    .collect();
                self.leases.fall_asleep(&awake).await?;
                self.leases.give_back(&drained).await
            }
            Ask::WakeUp => {
                self.awake_wanted = true;
                self.stay_awake().await
            }
            Ask::FallAsleep(done) => {
                self.awake_wanted = false;
                let awake: Vec<i16> = std::mem::take(&mut self.awake).into_iter().collect();
                self.leases.fall_asleep(&awake).await?;
                done.notify_one();
                Ok(())
            }
        }
    }

    async fn stay_awake(&mut self) -> Result<(), sqlx::Error> {
        if self.awake_wanted {
            let missing: Vec<i16> = self.held.shards.difference(&self.awake).copied().collect();
            let awake = self.leases.wake_up(&missing).await?;
            self.awake.extend(awake);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_the_replicas_take_every_shard() {
        for replicas in 1..=70 {
            assert!(fair_share(replicas) * replicas >= 64, "{replicas}");
            assert!(
                fair_share(replicas) * replicas < 64 + replicas,
                "{replicas}"
            );
        }
    }
}
