//! RabbitMQ.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;

use super::Durability;
use crate::environment;
use crate::private_file;
use crate::probe;
use crate::process::{Launch, Processes};
use crate::random;

/// The administrator, and the only user until the topology is loaded.
const ADMINISTRATOR: &str = "root";

/// The ports of one node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodePorts {
    pub(crate) amqp: u16,
    pub(crate) management: u16,
    pub(crate) distribution: u16,
    pub(crate) epmd: u16,
}

/// A private RabbitMQ node with its own Erlang port mapper.
#[derive(Debug)]
pub(crate) struct RabbitMq {
    ports: NodePorts,
    password: String,
}

impl RabbitMq {
    /// Starts the port mapper and the node.
    pub(crate) fn start(
        processes: &mut Processes,
        ports: NodePorts,
        password: &str,
        durability: Durability,
    ) -> Result<Self> {
        let program = program().context("RabbitMQ is not installed: run `make setup`")?;
        let epmd = environment::find_program("epmd")
            .context("epmd, which comes with RabbitMQ, is not installed: run `make setup`")?;
        let home = processes.run().path().join("rabbitmq");
        for folder in ["mnesia", "log"] {
            fs::create_dir_all(home.join(folder)).context("RabbitMQ's folder cannot be made")?;
        }
        let node = Self {
            ports,
            password: password.to_owned(),
        };
        node.configure(&home)?;
        processes.start(
            Launch::new("epmd", epmd)
                .args(["-address", "127.0.0.1", "-port"])
                .arg(ports.epmd.to_string())
                .folder(&home),
        )?;
        processes.start(node.launch(&program, &home, durability))?;
        Ok(node)
    }

    /// Where clients connect.
    pub(crate) fn port(&self) -> u16 {
        self.ports.amqp
    }

    /// The URL of the default virtual host, as the administrator.
    pub(crate) fn url(&self) -> String {
        format!(
            "amqp://{ADMINISTRATOR}:{}@127.0.0.1:{}/%2f",
            self.password, self.ports.amqp
        )
    }

    /// The URL for clients that bring their own user and password.
    pub(crate) fn url_of(&self, user: &str, password: &str) -> String {
        format!("amqp://{user}:{password}@127.0.0.1:{}/%2f", self.ports.amqp)
    }

    /// The URL of the management interface, with the administrator's credentials.
    pub(crate) fn management_url(&self) -> String {
        format!(
            "http://{ADMINISTRATOR}:{}@127.0.0.1:{}",
            self.password, self.ports.management
        )
    }

    /// Waits until both interfaces serve, the management one to our administrator.
    pub(crate) fn wait(&self, processes: &mut Processes) -> Result<()> {
        // 5 to 11 s on an idle machine with two cores, while cargo usually keeps both busy.
        processes.wait_for("rabbitmq", Duration::from_secs(180), || {
            let user = Some((ADMINISTRATOR, self.password.as_str()));
            probe::connect(self.ports.amqp).is_some()
                && probe::get(self.ports.management, "/api/overview", user) == Some(200)
        })
    }

    fn configure(&self, home: &Path) -> Result<()> {
        let cookie = home.join(".erlang.cookie");
        if !cookie.exists() {
            // Erlang refuses a cookie that others could read, and rewrites none that is read-only.
            fs::OpenOptions::new()
                .create_new(true)
                .write(true)
                .mode(0o400)
                .open(&cookie)
                .and_then(|mut file| {
                    std::io::Write::write_all(&mut file, random::password().as_bytes())
                })
                .context("the Erlang cookie cannot be written")?;
        }
        fs::write(home.join("enabled_plugins"), "[rabbitmq_management].\n")
            .context("the list of plugins cannot be written")?;
        private_file::write(
            &home.join("rabbitmq.conf"),
            &configuration(self.ports, &self.password),
        )
    }

    fn launch(&self, program: &Path, home: &Path, durability: Durability) -> Launch {
        let at = |name: &str| home.join(name).display().to_string();
        Launch::new("rabbitmq", program)
            .folder(home)
            .env("HOME", home.display().to_string())
            // A name with `localhost` does not depend on what this machine is called.
            .env("RABBITMQ_NODENAME", "velure@localhost")
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            .env("RABBITMQ_CONFIG_FILE", at("rabbitmq.conf"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", at("advanced.config"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", at("enabled_plugins"))
            .env("RABBITMQ_MNESIA_BASE", at("mnesia"))
            .env("RABBITMQ_LOG_BASE", at("log"))
            .env("RABBITMQ_PID_FILE", at("rabbitmq.pid"))
            .env("RABBITMQ_DIST_PORT", self.ports.distribution.to_string())
            .env("ERL_EPMD_PORT", self.ports.epmd.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            // Idle schedulers sleep instead of spinning, and there are two of them.
            .env(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
            )
            // The script then becomes the node instead of watching it, so the process we know is the node.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .stop_with(
                match durability {
                    Durability::Kept => Signal::TERM,
                    // An orderly stop takes six seconds to put in order what is thrown away next.
                    Durability::ThrowAway => Signal::KILL,
                },
                Duration::from_secs(30),
            )
    }
}

fn configuration(ports: NodePorts, password: &str) -> String {
    format!(
        "listeners.tcp.default = 127.0.0.1:{}\n\
         management.tcp.ip = 127.0.0.1\n\
         management.tcp.port = {}\n\
         default_user = {ADMINISTRATOR}\n\
         default_pass = {password}\n\
         default_user_tags.administrator = true\n\
         default_permissions.configure = .*\n\
         default_permissions.read = .*\n\
         default_permissions.write = .*\n\
         disk_free_limit.absolute = 100MB\n\
         vm_memory_high_watermark.absolute = 512MiB\n\
         log.console = false\n\
         log.file.level = warning\n",
        ports.amqp, ports.management
    )
}

/// The server's script. The wrapper on the search path switches users and writes to the system's logs.
pub(crate) fn program() -> Option<PathBuf> {
    let own = PathBuf::from("/usr/lib/rabbitmq/bin/rabbitmq-server");
    own.is_file()
        .then_some(own)
        .or_else(|| environment::find_program("rabbitmq-server"))
}
