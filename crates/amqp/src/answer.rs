//! Waiting for the broker's answers.

use std::io;
use std::pin::pin;
use std::time::Duration;

use lapin::ConnectionStatus;
use tokio::time::timeout;

/// How long the broker may take for an answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// How often whoever waits looks whether the connection still stands.
const LOOK: Duration = Duration::from_millis(100);

/// Waits for as long as the connection stands.
///
/// The client library loses what is asked in the moment in which its connection ends: the question stays in a queue that
/// nobody reads any more (lapin 4.12.3, a command behind the one that stops its `InternalRPC`), and its future is pending
/// for ever. So the connection is looked at beside it.
///
/// # Errors
/// The connection ended, and whoever waited was not told.
pub(crate) async fn while_it_stands<T>(
    connection: &ConnectionStatus,
    waiting: impl Future<Output = T>,
) -> Result<T, lapin::Error> {
    let mut waiting = pin!(waiting);
    loop {
        // Before the wait: what came before the end of the connection comes first.
        let over = !connection.connected();
        match timeout(LOOK, waiting.as_mut()).await {
            Ok(what) => return Ok(what),
            Err(_) if over => return Err(io::Error::from(io::ErrorKind::ConnectionAborted).into()),
            Err(_) => {}
        }
    }
}

/// Waits for an answer, as long as there is somebody to give it.
///
/// # Errors
/// The answer's own; or that the connection is gone, or the broker did not answer within ten seconds. Then nobody knows
/// whether what was asked for was done.
pub(crate) async fn answered<T>(
    connection: &ConnectionStatus,
    asking: impl Future<Output = Result<T, lapin::Error>>,
) -> Result<T, lapin::Error> {
    match timeout(DEADLINE, while_it_stands(connection, asking)).await {
        Ok(answer) => answer?,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::Instant;

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
