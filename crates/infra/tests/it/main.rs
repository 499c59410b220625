//! The infrastructure as text, as a plan, and applied to an emulator.

mod charts;
mod checkout;
mod emulator;
mod images;
mod lint;
mod plan;
mod release;
mod scratch;
mod terraform;
mod tool;
