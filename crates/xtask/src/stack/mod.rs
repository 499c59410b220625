//! The whole shop on this machine: servers, the shop's own processes and the origin.

mod apps;
mod describe;
mod lines;
mod settings;
mod shop;

pub(crate) use describe::Description;
pub(crate) use lines::Lines;
pub(crate) use settings::{Inherited, SPANS_PORT};
pub(crate) use shop::{Mode, Shop};
