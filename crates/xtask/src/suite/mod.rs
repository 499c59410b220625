//! `make test`: every check and every test, against servers of its own.

mod browser;
mod count;
mod infra;
mod nextest;
mod phases;
mod unit;

pub(crate) use phases::{Part, run};
