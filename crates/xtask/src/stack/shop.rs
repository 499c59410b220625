//! Bringing the shop up, in the order in which its parts need each other.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};

use super::apps::{self, Pace};
use super::describe::Description;
use super::lines::Lines;
use super::settings::{AppPorts, Inherited, SPANS_PORT, SPANS_VARIABLE, Settings};
use crate::checkout::Checkout;
use crate::lambda;
use crate::ports::Ports;
use crate::process::{Launch, Processes, RunFolder};
use crate::services::Backing;
use crate::services::caddy::{Origin, Pages};
use crate::{env_lines, environment, private_file, report};

/// Which shell hosts the functions, and where pages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The server shell and the built web application.
    Server,
    /// `cargo lambda watch` and the web application's development server: both reload on change.
    Watch,
    /// `cargo lambda watch` and the built web application, for tests.
    Lambda,
}

/// The shop's own processes over running servers.
#[derive(Debug)]
pub(crate) struct Shop<'a> {
    checkout: &'a Checkout,
    mode: Mode,
    ports: AppPorts,
    origin: Origin,
    settings: Settings,
    pace: Pace,
    accounts: Vec<String>,
}

impl<'a> Shop<'a> {
    /// The ports of development: fixed unless somebody else has them.
    pub(crate) fn development_ports(ports: &mut Ports) -> Result<AppPorts> {
        Ok(AppPorts {
            origin: ports.near("the shop", 8080)?,
            functions: ports.near("the functions", 28_081)?,
            server_admin: ports.near("the functions' admin", 28_181)?,
            gateway: ports.near("the stream gateway", 28_082)?,
            gateway_admin: ports.near("the stream gateway's admin", 28_182)?,
            relay_admin: ports.near("the relay's admin", 28_183)?,
            processor_admin: ports.near("the order processor's admin", 28_184)?,
            pages: ports.near("the pages", 28_173)?,
        })
    }

    /// Ports that nobody uses.
    pub(crate) fn free_ports(ports: &mut Ports) -> Result<AppPorts> {
        Ok(AppPorts {
            origin: ports.any()?,
            functions: ports.any()?,
            server_admin: ports.any()?,
            gateway: ports.any()?,
            gateway_admin: ports.any()?,
            relay_admin: ports.any()?,
            processor_admin: ports.any()?,
            pages: ports.any()?,
        })
    }

    /// Keys, schema, topology, catalogue: everything that must be there before the first process of the shop starts.
    pub(crate) fn prepare(
        processes: &mut Processes,
        checkout: &'a Checkout,
        backing: &Backing,
        ports: AppPorts,
        mode: Mode,
        inherited: Inherited,
    ) -> Result<Self> {
        let origin = Origin {
            port: ports.origin,
            functions: ports.functions,
            gateway: ports.gateway,
            spans: SPANS_PORT,
            pages: match mode {
                Mode::Server | Mode::Lambda => Pages::Folder(checkout.path("web/dist")),
                Mode::Watch => Pages::Server(ports.pages),
            },
        };
        let keys = keys(processes.run(), checkout)?;
        let settings = Settings::new(backing, keys, &origin.allowed_origins(), ports, inherited)?;
        let mut shop = Self {
            checkout,
            mode,
            ports,
            origin,
            settings,
            pace: match inherited {
                // Long enough to watch a status change.
                Inherited::Wins => Pace {
                    payment_delay: "1500ms",
                    grace: "10s",
                },
                Inherited::Ignored => Pace {
                    payment_delay: "300ms",
                    grace: "5s",
                },
                Inherited::Measured | Inherited::Broken => Pace {
                    payment_delay: "0",
                    grace: "5s",
                },
            },
            accounts: Vec::new(),
        };
        shop.command(processes, "migrate", &["migrate"])?;
        shop.command(processes, "topology", &["topology", "apply"])?;
        shop.command(processes, "seed", &["seed", "--demo-users"])?;
        shop.accounts = fs::read_to_string(processes.run().log("seed"))
            .unwrap_or_default()
            .lines()
            // An account is its address and its password.
            .filter(|line| line.contains('@'))
            .map(|line| line.trim().to_owned())
            .collect();
        Ok(shop)
    }

    /// The same shop, whose processes reach their servers over these lines.
    pub(crate) fn over(mut self, lines: Lines) -> Self {
        self.settings.lines = Some(lines);
        self
    }

    /// The variables of the functions, for a measurement that starts them itself.
    pub(crate) fn function_variables(&self) -> BTreeMap<String, String> {
        self.settings.functions()
    }

    fn command(&self, processes: &mut Processes, name: &str, arguments: &[&str]) -> Result<()> {
        let launch = Launch::new(name, self.checkout.binary("velure"))
            .args(arguments)
            .envs(&self.settings.administrator())
            .folder(self.checkout.root());
        processes.run_quietly(launch)
    }

    /// Starts the shop's processes and waits until a request through the origin is answered.
    pub(crate) fn start(&self, processes: &mut Processes) -> Result<()> {
        let (checkout, settings, ports) = (self.checkout, &self.settings, self.ports);
        match self.mode {
            Mode::Server => {
                processes.start(apps::server(checkout, settings, ports, &self.pace))?;
            }
            Mode::Watch => {
                processes.start(apps::pages(checkout, ports))?;
                lambda::watch(processes, checkout, &settings.functions(), ports.functions)?;
            }
            Mode::Lambda => {
                lambda::watch(processes, checkout, &settings.functions(), ports.functions)?;
            }
        }
        for app in [apps::gateway, apps::relay, apps::processor] {
            processes.start(app(checkout, settings, ports, &self.pace))?;
        }
        self.origin.start(processes)?;
        // The slowest is the first request through `cargo lambda watch`, which builds what it needs.
        processes.wait_until_ready(Duration::from_secs(180))?;
        match self.mode {
            Mode::Server => Ok(()),
            Mode::Watch | Mode::Lambda => lambda::wake(processes, checkout, ports.functions),
        }
    }

    /// Stops the shop's processes; the servers go on.
    pub(crate) fn stop(&self, processes: &mut Processes) -> Result<()> {
        for name in [
            "caddy",
            "order-processor",
            "relay",
            "sse-gateway",
            "vite",
            "functions",
            "server",
        ] {
            if processes.is_running(name) {
                processes.stop(name)?;
            }
        }
        Ok(())
    }

    /// The address to open.
    pub(crate) fn url(&self) -> String {
        self.origin.url()
    }

    /// The demo accounts.
    pub(crate) fn accounts(&self) -> &[String] {
        &self.accounts
    }

    /// The running stack, for other commands and for tests.
    pub(crate) fn describe(&self, run: &RunFolder) -> Result<Description> {
        let own = std::env::current_exe().context("our own program cannot be found")?;
        let administrator = self.settings.administrator();
        let variable = |name: &str| {
            administrator
                .get(name)
                .cloned()
                .or_else(|| environment::value(name))
                .unwrap_or_default()
        };
        let local = |port: u16| format!("http://127.0.0.1:{port}");
        let mut admin = BTreeMap::from([
            ("sse-gateway".to_owned(), local(self.ports.gateway_admin)),
            ("relay".to_owned(), local(self.ports.relay_admin)),
            (
                "order-processor".to_owned(),
                local(self.ports.processor_admin),
            ),
        ]);
        if self.mode == Mode::Server {
            admin.insert("server".to_owned(), local(self.ports.server_admin));
        }
        Ok(Description {
            url: self.url(),
            dir: run.path().to_path_buf(),
            logs: run.logs(),
            admin,
            functions_url: local(self.ports.functions),
            gateway_url: local(self.ports.gateway),
            databases: BTreeMap::from([
                (
                    "velure_auth".to_owned(),
                    variable("VELURE_AUTH_MIGRATION_URL"),
                ),
                (
                    "velure_orders".to_owned(),
                    variable("VELURE_ORDERS_MIGRATION_URL"),
                ),
            ]),
            mongodb_uri: variable("VELURE_MONGODB_URI"),
            redis_url: variable("VELURE_REDIS_URL"),
            spans_to: variable(SPANS_VARIABLE),
            fault_proxy: self.settings.lines.as_ref().map(Lines::control),
            rabbitmq_management_url: variable("VELURE_RABBITMQ_MANAGEMENT_URL"),
            administrator: administrator.clone(),
            accounts: self.accounts.clone(),
            control: vec![
                own.display().to_string(),
                "stack".to_owned(),
                "--dir".to_owned(),
                run.path().display().to_string(),
            ],
        })
    }
}

/// The run's signing keys, made once.
fn keys(run: &RunFolder, checkout: &Checkout) -> Result<BTreeMap<String, String>> {
    let file = run.path().join("secrets.env");
    if !file.exists() {
        report::note("making signing keys");
        let output = std::process::Command::new(checkout.binary("velure"))
            .args(["keys", "generate"])
            .stdin(Stdio::null())
            .output()
            .context("velure cannot be started")?;
        anyhow::ensure!(
            output.status.success(),
            "velure keys generate: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let text = String::from_utf8(output.stdout).context("keys are text")?;
        env_lines::parse(&text).context("velure keys generate printed something else")?;
        private_file::write(&file, &text)?;
    }
    let text = fs::read_to_string(&file).context("the signing keys cannot be read")?;
    env_lines::parse(&text).with_context(|| format!("{} is damaged", file.display()))
}
