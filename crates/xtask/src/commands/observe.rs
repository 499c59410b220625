//! `make observe`: Prometheus and a receiver of traces, beside `make dev`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use rustix::process::Signal;

use crate::checkout::Checkout;
use crate::environment;
use crate::ports::Ports;
use crate::process::{Launch, Processes, RunFolder};
use crate::services::Prometheus;
use crate::setup::{self, Purpose};
use crate::stack::{Description, SPANS_PORT};
use crate::{build, interrupt, report};

/// Starts both and keeps them until Ctrl-C, following the shop as it starts and stops.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let folder = RunFolder::at(checkout.observe());
    let Some(_claim) = folder.claim()? else {
        report::line(
            "The shop is observed already. `make status` says where, `make stop` stops it.",
        );
        return Ok(());
    };
    report::phase("setup", || setup::run(checkout, Purpose::Observe))?;
    interrupt::check()?;
    let mut processes = Processes::new(folder);
    let outcome = observe(checkout, &mut processes);
    let asked = interrupt::requested();
    if let (Err(error), false) = (&outcome, asked) {
        report::line(format_args!("\n{error:#}\n"));
    }
    report::step("stopping");
    processes.stop_all();
    if asked {
        report::line("Stopped. What was measured and traced is kept under .velure/observe/.");
        return Ok(());
    }
    match outcome {
        Err(_) => bail!("it was stopped for the reason above"),
        Ok(()) => Ok(()),
    }
}

fn observe(checkout: &Checkout, processes: &mut Processes) -> Result<()> {
    let mut ports = Ports::default();
    let (metrics, spans) = (
        ports.near("Prometheus", 28_190)?,
        ports.near("the receiver of traces", SPANS_PORT)?,
    );
    let prometheus = Prometheus::start(processes, checkout, metrics)?;
    // All that `make dev` builds: the receiver alone would be resolved with fewer features, and compiled again.
    report::phase("building the receiver", || {
        build::server_shell(processes, checkout)
    })?;
    let store = processes.run().path().join("traces");
    processes.start(
        Launch::new("traces", checkout.binary("velure"))
            .args(["trace", "collect", "--listen"])
            .arg(format!("127.0.0.1:{spans}"))
            .arg("--store")
            .arg(&store)
            .folder(checkout.root())
            .ready_at(spans, "/live")
            .stop_with(Signal::TERM, Duration::from_secs(5)),
    )?;
    report::phase("waiting for both", || {
        processes.wait_until_ready(Duration::from_secs(60))
    })?;
    let receiver = format!("http://127.0.0.1:{spans}");
    announce(&prometheus, &receiver);
    let mut known = None;
    loop {
        follow(checkout, &prometheus, &receiver, &mut known)?;
        processes.check()?;
        std::thread::sleep(interrupt::TICK);
    }
}

/// Scrapes the shop that runs now. One that has stopped is still asked, so that its alerts fire.
fn follow(
    checkout: &Checkout,
    prometheus: &Prometheus,
    receiver: &str,
    known: &mut Option<Shop>,
) -> Result<()> {
    let found = Description::read(&RunFolder::at(checkout.dev())).map(|description| Shop {
        admin: description.admin,
        spans_to: description.spans_to,
    });
    let Some(found) = found.filter(|found| known.as_ref() != Some(found)) else {
        return Ok(());
    };
    prometheus.scrape(&found.admin)?;
    let names: Vec<&str> = found.admin.keys().map(String::as_str).collect();
    report::note(format_args!("watching {}", names.join(", ")));
    if found.spans_to != receiver {
        report::note(format_args!(
            "its spans go to {} and not here. To trace it here, start it again with \
             OTEL_EXPORTER_OTLP_ENDPOINT={receiver} make dev",
            found.spans_to
        ));
    }
    *known = Some(found);
    Ok(())
}

/// What is known of the running shop.
#[derive(Debug, PartialEq, Eq)]
struct Shop {
    admin: BTreeMap<String, String>,
    spans_to: String,
}

fn announce(prometheus: &Prometheus, receiver: &str) {
    report::line("");
    report::line("------------------------------------------------------------");
    report::line(format_args!("  Alerts:  {}", prometheus.page("alerts")));
    report::line(format_args!("  Graphs:  {}", prometheus.page("graph")));
    report::line(format_args!("  Traces:  {receiver}/"));
    report::line("           make trace ORDER=<id>");
    report::line("");
    report::line("  Logs are in .velure/dev/logs: Debian has no package of Grafana Loki.");
    if environment::find_program("docker").is_some() {
        report::line("  Dashboards: docker compose up grafana jaeger");
    } else {
        report::line(
            "  Dashboards need Grafana, which compose.yaml brings where Docker is installed.",
        );
    }
    report::line("  Ctrl-C stops it; what was measured is kept.");
    report::line("------------------------------------------------------------");
}
