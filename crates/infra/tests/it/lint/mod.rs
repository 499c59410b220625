//! What linters say of files that nothing here can run.

mod actionlint;
mod checkov;
mod hadolint;
mod sam;
