//! Accounts, sessions and failed sign-ins: the tables of the database `velure_auth`.
//!
//! The database alone says who is signed in. It holds these by itself: one account to an address, a session that has
//! ended has a reason, a refresh token is known by its hash only.

mod accounts;
mod failures;
mod sessions;

pub use accounts::{
    Account, AccountStore, Credentials, InsertAccountError, NewAccount, SetPasswordError,
};
pub use failures::{EmailHash, SignInFailures};
pub use sessions::{
    EndReason, NewSession, OpenSessionError, OpenedSession, RotateError, SessionStore, TokenHash,
};
