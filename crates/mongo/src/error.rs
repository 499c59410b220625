use std::time::Duration;

use mongodb::error::{Error, ErrorKind, WriteFailure};
use velure_faults::Injected;

/// When a call gives up. Below the deadline of every endpoint that makes it, and below what a process of ours waits for an
/// answer (`velure_clients::CALL_DEADLINE`): what nobody waits for any more only takes the turns of others.
pub const DEADLINE: Duration = Duration::from_millis(2_500);

/// The code of a broken unique index.
const DUPLICATE_KEY: i32 = 11000;

/// Why the catalogue could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The server could not be reached, or refused.
    #[error("the catalogue database did not carry out the command")]
    Driver(#[from] Error),
    /// No answer within [`DEADLINE`]. A write may or may not have happened; all of them can be sent again.
    #[error("the catalogue database did not answer in time")]
    Deadline,
    /// Other transactions got in the way for as long as there was patience.
    #[error("the transaction met others too often")]
    Contended(#[source] Error),
    /// A stored document breaks a rule of the catalogue.
    #[error("document {id} is not what the catalogue stores: {what}")]
    Corrupt {
        /// The document's id.
        id: String,
        /// The rule that it breaks.
        what: &'static str,
    },
    /// The connection URI names no database.
    #[error("the connection URI names no database")]
    NoDatabase,
}

/// A fault as the server's: nobody knows what came of the command.
impl From<Injected> for StoreError {
    fn from(fault: Injected) -> Self {
        Self::Driver(std::io::Error::from(fault).into())
    }
}

impl StoreError {
    /// Whether trying again unchanged may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Deadline | Self::Contended(_) => true,
            Self::Driver(error) => driver_error_is_transient(error),
            Self::Corrupt { .. } | Self::NoDatabase => false,
        }
    }
}

fn driver_error_is_transient(error: &Error) -> bool {
    let retry_labels = [
        "RetryableWriteError",
        "TransientTransactionError",
        "UnknownTransactionCommitResult",
    ];
    if retry_labels.iter().any(|label| error.contains_label(label)) {
        return true;
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the driver's list of kinds is open"
    )]
    match error.kind.as_ref() {
        ErrorKind::Io(_)
        | ErrorKind::ServerSelection { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. } => true,
        // Ran out of its time, interrupted, not the primary any more, shutting down.
        ErrorKind::Command(command) => matches!(
            command.code,
            50 | 91 | 189 | 262 | 10107 | 11600 | 11602 | 13435 | 13436
        ),
        _ => false,
    }
}

/// Whether `error` says that a unique index was broken.
pub(crate) fn is_duplicate_key(error: &Error) -> bool {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the driver's list of kinds is open"
    )]
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.code == DUPLICATE_KEY,
        ErrorKind::Command(command) => command.code == DUPLICATE_KEY,
        _ => false,
    }
}

/// Whether `error` is the server's wish to have the transaction run again from the start.
pub(crate) fn asks_for_another_try(error: &Error) -> bool {
    // A lost race for a new document shows as a conflict or as a duplicate key, by when the other committed; the
    // next try reads what the other wrote.
    error.contains_label("TransientTransactionError") || is_duplicate_key(error)
}

/// Runs `work` until [`DEADLINE`].
pub(crate) async fn bounded<T>(
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, StoreError> {
    Ok(tokio::time::timeout(DEADLINE, work)
        .await
        .map_err(|_| StoreError::Deadline)??)
}
