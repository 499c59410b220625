//! The auth context: accounts, sessions and tokens.
