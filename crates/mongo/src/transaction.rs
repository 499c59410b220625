use std::time::Duration;

use mongodb::ClientSession;
use mongodb::bson::doc;
use mongodb::error::{Error, ErrorKind};
use mongodb::options::{Acknowledgment, ReadConcern, WriteConcern};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::error::asks_for_another_try;
use crate::{CatalogStore, DEADLINE, StoreError};

/// For how long a call begins transactions. The time from then to [`DEADLINE`] is for the last one to end in: one that is
/// dropped on its way may stay open on the server for seconds, with all that it has locked.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a transaction is run before it gives its turn to the next between two tries. Others in their turns have
/// ended by then; what is still in the way may be the transaction of a dead process, which stays for seconds and must not
/// hold up those who want something else.
const TRIES_OF_A_TURN: u32 = 4;

/// How often a commit whose outcome is unknown is asked for again. Repeating it is harmless.
const MAX_COMMITS: u32 = 3;

/// The time of one call, however many transactions it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallTime {
    patient_until: Instant,
    ends: Instant,
}

impl CallTime {
    /// Of a call that has just come in.
    pub(crate) fn from_now() -> Self {
        let now = Instant::now();
        Self {
            patient_until: now + PATIENCE,
            ends: now + DEADLINE,
        }
    }

    /// Runs `work` until the call has to be answered.
    ///
    /// # Errors
    /// When it takes longer.
    pub(crate) async fn bounds<T>(self, work: impl Future<Output = T>) -> Result<T, StoreError> {
        timeout_at(self.ends, work)
            .await
            .map_err(|_| StoreError::Deadline)
    }
}

/// How a transaction's steps ended.
pub(crate) enum Verdict<T> {
    /// Everything written is to stay.
    Commit(T),
    /// Nothing written is to stay.
    Abort(T),
}

/// What happens in one transaction.
pub(crate) trait Steps: Sync {
    /// What the caller learns.
    type Answer: Send;

    /// Reads and writes with `session`. Called again from the start when another transaction got in the way, so it
    /// must not have effects of its own.
    fn run(
        &self,
        store: &CatalogStore,
        session: &mut ClientSession,
    ) -> impl Future<Output = Result<Verdict<Self::Answer>, Error>> + Send;
}

impl CatalogStore {
    /// Runs `steps` in one transaction of a call: snapshot reads, majority writes.
    ///
    /// When this future is dropped, or the process dies, nothing of what was not committed stays; but until the server ends
    /// the transaction, which may take as long as it lets one live, nobody else gets what it has locked.
    ///
    /// # Errors
    /// When the store fails, or others get in the way for longer than the call has patience.
    pub(crate) async fn transact<S: Steps>(
        &self,
        time: CallTime,
        steps: S,
    ) -> Result<S::Answer, StoreError> {
        if Instant::now() > time.patient_until {
            return Err(StoreError::Deadline);
        }
        let tries = async {
            let mut session = self.client().start_session().await?;
            let mut turn = None;
            let mut tried = 0;
            loop {
                tried += 1;
                if turn.is_none() {
                    let mine = timeout_at(time.patient_until, self.turns.acquire()).await;
                    let mine = mine.map_err(|_| StoreError::Deadline)?;
                    turn = Some(mine.expect("nobody closes the semaphore"));
                }
                let error = match self.run_once(&mut session, &steps).await {
                    Ok(value) => return Ok(value),
                    Err(error) if !asks_for_another_try(&error) => {
                        return Err(StoreError::from(error));
                    }
                    Err(error) => error,
                };
                if tried >= TRIES_OF_A_TURN {
                    turn = None;
                }
                let again = Instant::now() + pause(tried);
                if again > time.patient_until {
                    return Err(StoreError::Contended(error));
                }
                sleep_until(again).await;
            }
        };
        time.bounds(tries).await?
    }

    async fn run_once<S: Steps>(
        &self,
        session: &mut ClientSession,
        steps: &S,
    ) -> Result<S::Answer, Error> {
        if let Err(error) = begin(session).await {
            // The driver takes a server that it has not met yet for one without transactions. The ping tells: it
            // fails with the true reason, or the driver knows the server by now.
            if !matches!(error.kind.as_ref(), ErrorKind::Transaction { .. }) {
                return Err(error);
            }
            self.database.run_command(doc! { "ping": 1 }).await?;
            begin(session).await?;
        }
        match steps.run(self, session).await {
            Ok(Verdict::Commit(value)) => {
                commit(session).await?;
                Ok(value)
            }
            Ok(Verdict::Abort(value)) => {
                session.abort_transaction().await?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one to act on; a transaction that cannot be aborted ends on the server.
                let _ = session.abort_transaction().await;
                Err(error)
            }
        }
    }
}

async fn begin(session: &mut ClientSession) -> Result<(), Error> {
    let begun = session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::builder().w(Acknowledgment::Majority).build());
    begun.await
}

async fn commit(session: &mut ClientSession) -> Result<(), Error> {
    let mut asked = 0;
    loop {
        asked += 1;
        match session.commit_transaction().await {
            Err(error)
                if asked < MAX_COMMITS
                    && error.contains_label("UnknownTransactionCommitResult") => {}
            outcome => return outcome,
        }
    }
}

/// Full jitter below a bound that doubles from 16 ms to 256 ms: those who collided do not collide again in step.
fn pause(tried: u32) -> Duration {
    let bound = 16_u64 << tried.saturating_sub(1).min(4);
    Duration::from_millis(rand::random_range(0..=bound))
}

#[cfg(test)]
mod tests {
    use mongodb::Client;

    use super::*;

    struct Nothing;

    impl Steps for Nothing {
        type Answer = ();

        async fn run(&self, _: &CatalogStore, _: &mut ClientSession) -> Result<Verdict<()>, Error> {
            Ok(Verdict::Commit(()))
        }
    }

    #[tokio::test]
    async fn a_call_whose_patience_is_spent_begins_no_transaction() {
        // Nobody listens there: a transaction that was begun would say that the store is away.
        let uri = "mongodb://127.0.0.1:1/velure?serverSelectionTimeoutMS=1";
        let client = Client::with_uri_str(uri).await.expect("a good URI");
        let store = CatalogStore::of(client.database("velure"));
        let mut time = CallTime::from_now();
        let away = store.transact(time, Nothing).await;
        assert!(!matches!(away, Err(StoreError::Deadline) | Ok(())));
        time.patient_until = Instant::now() - Duration::from_millis(1);
        let late = store.transact(time, Nothing).await;
        assert!(matches!(late, Err(StoreError::Deadline)), "{late:?}");
    }
}
