//! `make chaos`: the whole shop on servers of its own, broken in every way that is known while orders come in, and judged
//! by a program that shares no code with it.

use anyhow::{Result, ensure};
use clap::Args;

use crate::build;
use crate::checkout::Checkout;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::{Launch, Processes};
use crate::report;
use crate::services::{Backing, Plan};
use crate::setup::{self, Purpose};
use crate::stack::{Description, Inherited, Lines, Mode, Shop};
use crate::throw_away::ThrowAway;

/// What is passed on to `velure-chaos`, whose `--help` says what it means.
#[derive(Debug, Clone, Args)]
pub(crate) struct ChaosArgs {
    /// Break an optimised build, which has more time for orders; the first one is built for a quarter of an hour
    #[arg(long)]
    optimised: bool,
    /// Arguments of `velure-chaos`, as in `-- --campaign large --minutes 90 --seed 7`
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl ChaosArgs {
    /// What every run of the tests does.
    pub(crate) fn suite() -> Self {
        let arguments = ["--campaign", "test", "--seed", "1", "--untimed"];
        Self {
            optimised: false,
            arguments: arguments.map(str::to_owned).into(),
        }
    }
}

/// Runs a campaign on servers that write to the disk before they answer.
pub(crate) fn run(checkout: &Checkout, args: &ChaosArgs) -> Result<()> {
    setup::run(checkout, Purpose::Test)?;
    let mut place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let outcome = report::phase("build", || {
        if args.optimised {
            build::optimised(&mut processes, checkout).map(|()| checkout.optimised())
        } else {
            build::functions(&mut processes, checkout).map(|()| checkout.clone())
        }
    })
    .and_then(|built| campaign(&mut processes, &built, &args.arguments));
    processes.stop_all();
    if outcome.is_err() {
        place.keep_logs();
        report::note(format_args!(
            "logs of the servers and of the shop: {}",
            place.folder().logs().display()
        ));
    }
    outcome
}

/// One campaign, in a build that is there already.
pub(crate) fn campaign(
    processes: &mut Processes,
    checkout: &Checkout,
    arguments: &[String],
) -> Result<()> {
    let mut passwords = Passwords::open(processes.run().path().join("passwords.json"))?;
    let backing = report::phase("servers", || {
        let plan = Plan::measured(&mut Ports::default())?;
        let backing = Backing::start(processes, checkout, &mut passwords, plan)?;
        backing.wait(processes)?;
        Ok(backing)
    })?;
    let mut free = Ports::default();
    let ports = Shop::free_ports(&mut free)?;
    let lines = Lines::to(&backing, ports, &mut free)?;
    processes.start(lines.launch(checkout))?;
    let shop = Shop::prepare(
        processes,
        checkout,
        &backing,
        ports,
        Mode::Server,
        Inherited::Broken,
    )?
    .over(lines);
    shop.start(processes)?;
    let run = processes.run().clone();
    shop.describe(&run)?.write(&run)?;
    let launch = Launch::new("chaos", checkout.binary("velure-chaos"))
        .arg("--stack")
        .arg(Description::file(&run))
        .args(arguments.iter().cloned())
        .folder(checkout.root());
    let ended_well = processes.run_to_end(launch)?;
    ensure!(
        ended_well,
        "the campaign found a fault, or did not come to its end"
    );
    shop.stop(processes)?;
    processes.stop("fault-proxy").map(drop)
}
