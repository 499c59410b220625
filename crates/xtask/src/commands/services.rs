//! `make services`: throw-away servers for running single tests by hand.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::Processes;
use crate::services::{Backing, Plan};
use crate::setup::{self, Purpose};
use crate::throw_away::ThrowAway;
use crate::{env_lines, interrupt, private_file, report};

/// Starts the servers, says how to use them, and keeps them until Ctrl-C.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    setup::run(checkout, Purpose::Test)?;
    let place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let mut passwords = Passwords::open(place.folder().path().join("passwords.json"))?;
    let plan = Plan::throw_away(&mut Ports::default())?;
    let backing = Backing::start(&mut processes, checkout, &mut passwords, plan)?;
    backing.wait(&mut processes)?;
    let variables = backing
        .test_variables()
        .into_iter()
        .chain(setup::test_programs(checkout))
        .collect();
    let file = checkout.state().join("services.env");
    private_file::write(&file, &env_lines::write(&variables))?;
    report::line(format_args!(
        "The servers are up. In another shell:\n\n  set -a; . {}; set +a\n  cargo nextest run -p velure-postgres\n\n\
         Ctrl-C stops them and removes their data.",
        file.display()
    ));
    let outcome = loop {
        if let Err(error) = processes.check() {
            break error;
        }
        std::thread::sleep(interrupt::TICK);
    };
    processes.stop_all();
    drop(std::fs::remove_file(&file));
    if interrupt::requested() {
        Ok(())
    } else {
        Err(outcome)
    }
}
