use velure_contracts::http::User;
use velure_http::ApiError;
use velure_postgres::auth::Account;
use velure_postgres::{DatabaseError, is_transient};

/// An account as it is shown.
pub(crate) fn present(account: Account) -> User {
    User {
        id: account.id.as_uuid(),
        name: account.name,
        email: account.email,
        role: account.role,
        created_at: account.created_at,
    }
}

/// Why users cannot be shown.
#[derive(Debug, thiserror::Error)]
#[error("the users could not be read")]
pub(crate) struct ReadUserError(#[source] pub(crate) DatabaseError);

impl From<ReadUserError> for ApiError {
    fn from(error: ReadUserError) -> Self {
        if is_transient(&error.0) {
            ApiError::unavailable(error)
        } else {
            ApiError::internal(error)
        }
    }
}
