//! The orders context: placing orders and reading them.
