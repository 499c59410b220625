//! `make dev` and `make watch`.

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::{Processes, RunFolder};
use crate::services::{Backing, Plan};
use crate::setup::{self, Purpose};
use crate::stack::{Description, Inherited, Mode, Shop};
use crate::{build, interrupt, report};

/// Brings the shop up and keeps it up until Ctrl-C.
pub(crate) fn run(checkout: &Checkout, mode: Mode) -> Result<()> {
    let folder = RunFolder::at(checkout.dev());
    let Some(_claim) = folder.claim()? else {
        report::line("The shop is running already.");
        if let Some(description) = Description::read(&folder) {
            report::line(format_args!("  {}", description.url));
        }
        report::line("`make status` shows its processes, `make stop` stops it.");
        return Ok(());
    };
    // It describes the last run until this one has come up.
    drop(std::fs::remove_file(Description::file(&folder)));
    setup::run(
        checkout,
        match mode {
            Mode::Server => Purpose::Dev,
            Mode::Watch | Mode::Lambda => Purpose::Watch,
        },
    )?;
    interrupt::check()?;

    let mut processes = Processes::new(folder.clone());
    let outcome = bring_up(checkout, &folder, &mut processes, mode).and_then(|()| {
        loop {
            processes.check()?;
            std::thread::sleep(interrupt::TICK);
        }
    });
    let asked = interrupt::requested();
    if let (Err(error), false) = (&outcome, asked) {
        report::line(format_args!("\n{error:#}\n"));
    }
    report::step("stopping");
    processes.stop_all();
    drop(std::fs::remove_file(Description::file(&folder)));
    match outcome {
        // Ctrl-C is how this command ends.
        Err(_) if asked => {
            report::line("Stopped. The data is kept under .velure/ for the next time.");
            Ok(())
        }
        Err(_) => bail!("the shop was stopped for the reason above"),
        Ok(()) => Ok(()),
    }
}

fn bring_up(
    checkout: &Checkout,
    folder: &RunFolder,
    processes: &mut Processes,
    mode: Mode,
) -> Result<()> {
    let mut ports = Ports::default();
    let plan = Plan::development(&mut ports)?;
    let app_ports = Shop::development_ports(&mut ports)?;
    let mut passwords = Passwords::open(folder.path().join("passwords.json"))?;

    report::step("starting PostgreSQL, Redis, RabbitMQ and MongoDB");
    let backing = Backing::start(processes, checkout, &mut passwords, plan)?;
    // They come up while cargo works.
    report::phase("building", || match mode {
        Mode::Server => {
            build::server_shell(processes, checkout)?;
            build::web(processes, checkout)
        }
        Mode::Watch | Mode::Lambda => build::functions(processes, checkout),
    })?;
    report::phase("waiting for the servers", || backing.wait(processes))?;
    let shop = report::phase("migrating and seeding", || {
        Shop::prepare(
            processes,
            checkout,
            &backing,
            app_ports,
            mode,
            Inherited::Wins,
        )
    })?;
    report::phase("starting the shop", || shop.start(processes))?;
    shop.describe(folder)
        .and_then(|description| description.write(folder))
        .context("the running shop cannot be described")?;
    announce(folder, &shop, mode);
    Ok(())
}

fn announce(folder: &RunFolder, shop: &Shop<'_>, mode: Mode) {
    report::line("");
    report::line("------------------------------------------------------------");
    report::line(format_args!("  Velure is open:  {}", shop.url()));
    report::line("");
    for account in shop.accounts() {
        report::line(format_args!("  {account}"));
    }
    report::line("");
    report::line(format_args!("  Logs:  {}", folder.logs().display()));
    report::line("         make logs, make logs NAME=relay, make status");
    if mode == Mode::Watch {
        report::line("  Functions and pages reload when their source changes.");
    }
    report::line("  Ctrl-C stops everything; the data is kept.");
    report::line("------------------------------------------------------------");
}
