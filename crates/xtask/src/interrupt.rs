//! Ctrl-C, `kill` and a closed terminal.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// How often a wait looks again: short enough that nobody notices, long enough to cost nothing.
pub(crate) const TICK: Duration = Duration::from_millis(40);

/// From here on a signal is a request to stop in order, not the end of this process.
pub(crate) fn listen() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("signals cannot be listened to")?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            REQUESTS.fetch_add(1, Ordering::SeqCst);
        }
    });
    Ok(())
}

/// Whether somebody asked us to stop.
pub(crate) fn requested() -> bool {
    REQUESTS.load(Ordering::SeqCst) > 0
}

/// Whether somebody asked twice: the orderly stop takes too long for them.
pub(crate) fn impatient() -> bool {
    REQUESTS.load(Ordering::SeqCst) > 1
}

/// An error when somebody asked us to stop.
pub(crate) fn check() -> Result<()> {
    if requested() {
        bail!("interrupted");
    }
    Ok(())
}
