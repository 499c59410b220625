//! The infrastructure as text, as a plan, and applied to an emulator.

mod charts;
mod checkout;
mod lint;
mod scratch;
mod terraform;
mod tool;
