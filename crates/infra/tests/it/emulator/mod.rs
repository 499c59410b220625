//! The whole root, applied to an emulator of AWS and destroyed again, with the functions as they ship behind its API.

pub(crate) mod ministack;
pub(crate) mod root;

mod drift;
mod shop;
mod walk;
