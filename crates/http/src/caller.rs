use velure_contracts::http::UserRole;
use velure_domain::{SessionId, UserId};

/// Who calls, as far as the edge could prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// Someone who is signed in, with a session that has not ended.
    User {
        /// Who.
        user_id: UserId,
        /// By which sign-in.
        session_id: SessionId,
        /// What the database says they may do.
        role: UserRole,
    },
    /// One of our own processes.
    Service(String),
}
