//! How each of the shop's processes is started.

use std::time::Duration;

use rustix::process::Signal;

use super::settings::{AppPorts, Settings, Variables, set};
use crate::checkout::Checkout;
use crate::process::Launch;

/// What differs between development and tests.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    /// How long the simulated payment takes.
    pub(super) payment_delay: &'static str,
    /// How long a process may drain when it is asked to stop.
    pub(super) grace: &'static str,
}

/// One process that hosts every function.
pub(super) fn server(
    checkout: &Checkout,
    settings: &Settings,
    ports: AppPorts,
    pace: &Pace,
) -> Launch {
    let mut all = settings.functions();
    listen(&mut all, "VELURE_SERVER_LISTEN", ports.functions);
    listen(&mut all, "VELURE_ADMIN_LISTEN", ports.server_admin);
    // Caddy.
    set(&mut all, "VELURE_SERVER_TRUSTED_HOPS", "1");
    // A function has one connection because it serves one request at a time; this process serves many.
    set(&mut all, "VELURE_DATABASE_CONNECTIONS", "8");
    pod(checkout, "velure-server", all, ports.server_admin, pace).supervised(settings.supervised())
}

/// Outbox to broker, and status events back into the orders.
pub(super) fn relay(
    checkout: &Checkout,
    settings: &Settings,
    ports: AppPorts,
    pace: &Pace,
) -> Launch {
    let mut all = settings.relay();
    listen(&mut all, "VELURE_ADMIN_LISTEN", ports.relay_admin);
    pod(checkout, "velure-relay", all, ports.relay_admin, pace).supervised(settings.supervised())
}

/// Reserves stock, charges, decides.
pub(super) fn processor(
    checkout: &Checkout,
    settings: &Settings,
    ports: AppPorts,
    pace: &Pace,
) -> Launch {
    let mut all = settings.processor();
    listen(&mut all, "VELURE_ADMIN_LISTEN", ports.processor_admin);
    if crate::environment::value("VELURE_PAYMENT_DELAY").is_none() {
        set(&mut all, "VELURE_PAYMENT_DELAY", pace.payment_delay);
    }
    pod(
        checkout,
        "velure-order-processor",
        all,
        ports.processor_admin,
        pace,
    )
    .supervised(settings.supervised())
}

/// Streams to browsers.
pub(super) fn gateway(
    checkout: &Checkout,
    settings: &Settings,
    ports: AppPorts,
    pace: &Pace,
) -> Launch {
    let mut all = settings.gateway();
    listen(&mut all, "VELURE_GATEWAY_LISTEN", ports.gateway);
    listen(&mut all, "VELURE_ADMIN_LISTEN", ports.gateway_admin);
    pod(
        checkout,
        "velure-sse-gateway",
        all,
        ports.gateway_admin,
        pace,
    )
    .supervised(settings.supervised())
}

/// The development server of the web application.
pub(super) fn pages(checkout: &Checkout, ports: AppPorts) -> Launch {
    let web = checkout.path("web");
    Launch::new("vite", web.join("node_modules/.bin/vite"))
        .args([
            "--host",
            "127.0.0.1",
            "--strictPort",
            "--clearScreen",
            "false",
        ])
        .arg("--port")
        .arg(ports.pages.to_string())
        .folder(web)
        .ready_at(ports.pages, "/")
        .stop_with(Signal::TERM, Duration::from_secs(5))
}

fn pod(checkout: &Checkout, name: &str, all: Variables, admin: u16, pace: &Pace) -> Launch {
    let short = name.strip_prefix("velure-").unwrap_or(name);
    Launch::new(short, checkout.binary(name))
        .envs(&all)
        .env("VELURE_GRACE", pace.grace)
        .folder(checkout.root())
        .ready_at(admin, "/ready")
}

fn listen(all: &mut Variables, variable: &str, port: u16) {
    set(all, variable, &format!("127.0.0.1:{port}"));
}
