use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::heartbeat::{Heartbeat, Heartbeats};
use crate::readiness::Readiness;

/// Owns every task of the process, and alone decides how the process ends.
///
/// A task that ends before it was asked to (well, with an error or by a panic) stops the process, which then exits
/// non-zero and is started again from outside. Losing a connection is not ending: loops connect again.
#[derive(Debug, Default)]
pub struct Supervisor {
    tasks: JoinSet<anyhow::Result<()>>,
    names: HashMap<Id, &'static str>,
    stop: CancellationToken,
    hearts: Heartbeats,
    readiness: Readiness,
}

type Ended = Result<(Id, anyhow::Result<()>), JoinError>;

impl Supervisor {
    /// A supervisor without tasks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a task for as long as the process lives. It has to end by itself, soon, once the stop token is
    /// cancelled.
    pub fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        let handle = self.tasks.spawn(task);
        self.names.insert(handle.id(), name);
    }

    /// Cancelled when the process was asked to stop.
    #[must_use]
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// A sign of life for a loop that goes round at least once in `within`; without it `/live` fails.
    #[must_use]
    pub fn heartbeat(&self, name: &'static str, within: Duration) -> Heartbeat {
        self.hearts.add(name, within)
    }

    pub(crate) fn hearts(&self) -> Heartbeats {
        self.hearts.clone()
    }

    pub(crate) fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Runs until `asked_to_stop` is done or a task ends, then is no longer ready and lets every task finish within
    /// `grace`.
    ///
    /// # Errors
    /// When a task ended early, failed, panicked, or outlived the grace period.
    pub async fn run(
        mut self,
        asked_to_stop: impl Future<Output = ()>,
        grace: Duration,
    ) -> anyhow::Result<()> {
        let mut verdict = tokio::select! {
            () = asked_to_stop => Ok(()),
            Some(ended) = self.tasks.join_next_with_id() => Err(self.premature(ended)),
        };
        self.readiness.stopping();
        self.stop.cancel();
        let drain = async {
            while let Some(ended) = self.tasks.join_next_with_id().await {
                let (name, outcome) = named(&mut self.names, ended);
                if let Err(error) = outcome {
                    tracing::error!(
                        task = name,
                        error = format!("{error:#}"),
                        "a task failed while stopping"
                    );
                    verdict = std::mem::replace(&mut verdict, Ok(())).and(Err(error));
                }
            }
        };
        if timeout(grace, drain).await.is_err() {
            let left: Vec<_> = self.names.values().copied().collect();
            verdict = verdict.and(Err(anyhow!(
                "{} outlived the grace period of {grace:?}",
                left.join(", ")
            )));
        }
        verdict
    }

    fn premature(&mut self, ended: Ended) -> anyhow::Error {
        let (name, outcome) = named(&mut self.names, ended);
        match outcome {
            Ok(()) => anyhow!("task {name} ended before it was asked to"),
            Err(error) => error,
        }
    }
}

fn named(
    names: &mut HashMap<Id, &'static str>,
    ended: Ended,
) -> (&'static str, anyhow::Result<()>) {
    let id = match &ended {
        Ok((id, _)) => *id,
        Err(error) => error.id(),
    };
    let name = names.remove(&id).unwrap_or("unnamed");
    let outcome = match ended {
        Ok((_, outcome)) => outcome.with_context(|| format!("task {name} failed")),
        // Its own text repeats what the task panicked with, which may quote what it worked on.
        Err(error) if error.is_panic() => Err(anyhow!("task {name} panicked")),
        Err(_) => Err(anyhow!("task {name} was aborted")),
    };
    (name, outcome)
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    const GRACE: Duration = Duration::from_secs(5);

    fn text(verdict: anyhow::Result<()>) -> String {
        format!("{:#}", verdict.expect_err("the process fails"))
    }

    #[tokio::test]
    async fn a_task_that_ends_early_fails_the_process() {
        let mut supervisor = Supervisor::new();
        supervisor.spawn("publish", ready(Ok(())));
        assert_eq!(
            text(supervisor.run(pending(), GRACE).await),
            "task publish ended before it was asked to"
        );
    }

    #[tokio::test]
    async fn a_task_that_fails_fails_the_process_and_stops_the_others() {
        let mut supervisor = Supervisor::new();
        let stop = supervisor.stop_token();
        let drained = Arc::new(AtomicBool::new(false));
        let seen = drained.clone();
        supervisor.spawn("sweep", async move {
            stop.cancelled().await;
            seen.store(true, Ordering::Relaxed);
            Ok(())
        });
        supervisor.spawn("publish", ready(Err(anyhow!("no topology"))));
        assert_eq!(
            text(supervisor.run(pending(), GRACE).await),
            "task publish failed: no topology"
        );
        assert!(drained.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_panic_fails_the_process() {
        let mut supervisor = Supervisor::new();
        supervisor.spawn("publish", async { panic!("a bug") });
        let text = text(supervisor.run(pending(), GRACE).await);
        assert_eq!(text, "task publish panicked");
    }

    #[tokio::test(start_paused = true)]
    async fn when_asked_to_stop_tasks_finish_what_they_hold() {
        let mut supervisor = Supervisor::new();
        let stop = supervisor.stop_token();
        let finished = Arc::new(AtomicBool::new(false));
        let seen = finished.clone();
        supervisor.spawn("publish", async move {
            stop.cancelled().await;
            tokio::time::sleep(GRACE / 2).await;
            seen.store(true, Ordering::Relaxed);
            Ok(())
        });
        supervisor
            .run(ready(()), GRACE)
            .await
            .expect("an orderly end");
        assert!(finished.load(Ordering::Relaxed));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_outlives_the_grace_period_fails_the_process() {
        let mut supervisor = Supervisor::new();
        supervisor.spawn("publish", pending());
        assert_eq!(
            text(supervisor.run(ready(()), GRACE).await),
            "publish outlived the grace period of 5s"
        );
    }

    #[tokio::test]
    async fn a_failure_while_stopping_fails_the_process() {
        let mut supervisor = Supervisor::new();
        let stop = supervisor.stop_token();
        supervisor.spawn("publish", async move {
            stop.cancelled().await;
            Err(anyhow!("could not settle"))
        });
        assert_eq!(
            text(supervisor.run(ready(()), GRACE).await),
            "task publish failed: could not settle"
        );
    }
}
