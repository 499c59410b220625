//! Redis.

use std::fs;
use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::environment;
use crate::private_file;
use crate::probe;
use crate::process::{Launch, Processes};

/// A private Redis server. Nothing in it is ever worth keeping: it is a hint everywhere.
#[derive(Debug)]
pub(crate) struct Redis {
    port: u16,
    password: Option<String>,
}

impl Redis {
    /// Starts the server; without a password anybody on this machine may use it.
    pub(crate) fn start(
        processes: &mut Processes,
        port: u16,
        password: Option<&str>,
    ) -> Result<Self> {
        let program = environment::find_program("redis-server")
            .context("Redis is not installed: run `make setup`")?;
        let folder = processes.run().path().join("redis");
        fs::create_dir_all(&folder).context("Redis's folder cannot be made")?;
        let file = folder.join("redis.conf");
        private_file::write(&file, &configuration(port, password))?;
        processes.start(Launch::new("redis", program).arg(&file).folder(&folder))?;
        Ok(Self {
            port,
            password: password.map(str::to_owned),
        })
    }

    /// Where clients connect.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The server's URL.
    pub(crate) fn url(&self) -> String {
        match &self.password {
            Some(password) => format!("redis://:{password}@127.0.0.1:{}", self.port),
            None => format!("redis://127.0.0.1:{}", self.port),
        }
    }

    /// Waits until the server answers us.
    pub(crate) fn wait(&self, processes: &mut Processes) -> Result<()> {
        processes.wait_for("redis", Duration::from_secs(20), || {
            self.ping().is_some_and(|answer| answer.contains("+PONG"))
        })
    }

    fn ping(&self) -> Option<String> {
        let mut stream = probe::connect(self.port)?;
        if let Some(password) = &self.password {
            write!(stream, "AUTH {password}\r\n").ok()?;
        }
        write!(stream, "PING\r\nQUIT\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}

fn configuration(port: u16, password: Option<&str>) -> String {
    let secret = password
        .map(|password| format!("requirepass {password}\n"))
        .unwrap_or_default();
    format!(
        "bind 127.0.0.1\nport {port}\n{secret}save \"\"\nappendonly no\ndaemonize no\n\
         maxmemory 256mb\nmaxmemory-policy noeviction\n"
    )
}
