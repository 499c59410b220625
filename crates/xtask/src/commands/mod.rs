//! The commands behind the Makefile's targets.

pub(crate) mod bench;
pub(crate) mod chaos;
pub(crate) mod dev;
pub(crate) mod fuzz;
pub(crate) mod inspect;
pub(crate) mod mutants;
pub(crate) mod observe;
pub(crate) mod prepare;
pub(crate) mod services;
