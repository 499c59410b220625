//! The infrastructure as text, as a plan, and applied to an emulator.

mod checkout;
mod scratch;
mod terraform;
mod tool;
