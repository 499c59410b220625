//! Breaks a running shop while orders come in, and judges what is left.
//!
//! [`load`] places orders as impatient shoppers do and [`watch`] keeps every byte that their streams brought; meanwhile
//! [`faults`] kills, breaks and repeats, and `lines` disturbs the connections in between. When everything has been quiet
//! for long enough, [`evidence`] collects what the databases, the provider's ledger, the catalogue and the broker hold,
//! and [`judge`] holds it against the invariants I1 to I12. Nothing in here shares code with the shop but the names of
//! its fail points: a fault that both had would not be seen.

pub mod campaign;
pub mod evidence;
pub mod faults;
pub mod judge;
mod lines;
pub mod load;
pub mod matrix;
pub mod random;
pub mod report;
mod rounds;
pub mod rush;
pub mod shopper;
pub mod stack;
pub mod watch;
