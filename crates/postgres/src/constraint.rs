/// Whether `error` says that the constraint `name` was broken. Constraints are named in the migrations.
#[must_use]
pub fn breaks_constraint(error: &sqlx::Error, name: &str) -> bool {
    error.as_database_error().and_then(|e| e.constraint()) == Some(name)
}

/// Whether trying again unchanged may help: the database was away, busy, or asked for it.
#[must_use]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "sqlx adds kinds of error; a new one is not known to be transient"
)]
pub fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // Connection exceptions, rollbacks asked for (40001, 40P01), out of resources, cancelled by a limit,
            // shutting down, and a lock that was not to be had in time.
            ["08", "40", "53", "57"]
                .iter()
                .any(|class| code.starts_with(class))
                || code == "55P03"
        }),
        _ => false,
    }
}
