//! Waiting for the broker's answers.

use std::io;
use std::pin::pin;
use std::time::Duration;

use lapin::ConnectionStatus;
use tokio::time::{Instant, timeout};

/// How long the broker may take for an answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// How often whoever waits looks whether the connection still stands.
const LOOK: Duration = Duration::from_millis(100);

/// Waits for an answer, as long as there is somebody to give it.
///
/// The client library loses what is asked in the moment in which its connection ends: the question stays in a queue that
/// nobody reads any more (lapin 4.12.3, a command behind the one that stops its `InternalRPC`), and its future is pending
/// for ever. So the connection is looked at beside it.
///
/// # Errors
/// The answer's own; or that the connection is gone, or the broker did not answer within ten seconds. Then nobody knows
/// whether what was asked for was done.
pub(crate) async fn answered<T>(
    connection: &ConnectionStatus,
    asking: impl Future<Output = Result<T, lapin::Error>>,
) -> Result<T, lapin::Error> {
    let mut asking = pin!(asking);
    let deadline = Instant::now() + DEADLINE;
    loop {
        // Before the wait: what the end of the connection has answered comes first.
        let over = !connection.connected();
        match timeout(LOOK, asking.as_mut()).await {
            Ok(answer) => return answer,
            Err(_) if over => return Err(gone()),
            Err(_) if Instant::now() >= deadline => {
                return Err(io::Error::from(io::ErrorKind::TimedOut).into());
            }
            Err(_) => {}
        }
    }
}

/// The connection ended, and whoever waited was not told.
pub(crate) fn gone() -> lapin::Error {
    io::Error::from(io::ErrorKind::ConnectionAborted).into()
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn on_a_connection_that_is_gone_nobody_waits_for_an_answer() {
        let gone = ConnectionStatus::default();
        let started = Instant::now();
        let answer = answered(&gone, pending::<Result<(), lapin::Error>>()).await;
        assert!(answer.expect_err("nobody answers").is_io_error());
        assert_eq!(started.elapsed(), LOOK);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_has_come_is_taken_from_a_connection_that_is_gone() {
        let gone = ConnectionStatus::default();
        let answer = answered(&gone, async { Ok(7) }).await;
        assert_eq!(answer.ok(), Some(7));
    }
}
