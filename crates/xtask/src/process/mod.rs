//! Starting, watching and stopping processes of our own, and nothing else.

mod identity;
mod launch;
mod leftovers;
mod requests;
mod run_folder;
mod set;

pub(crate) use identity::Identity;
pub(crate) use launch::{Launch, User};
pub(crate) use requests::{Action, send};
pub(crate) use run_folder::{Claim, RunFolder};
pub(crate) use set::{Processes, log_tail};

/// Every process we start carries the path of its run folder under this name, and so do all its descendants:
/// what a killed run leaves behind is found by it.
pub(crate) const MARKER: &str = "VELURE_XTASK_RUN";
