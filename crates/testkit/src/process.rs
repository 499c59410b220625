//! Processes that a test starts, and ends by their id.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use uuid::Uuid;

/// How long a process may take until it serves.
const START_DEADLINE: Duration = Duration::from_secs(30);

/// How long it may take to end: longer than any pod's grace.
const END_DEADLINE: Duration = Duration::from_secs(40);

/// A process that a test started. It is killed, by its id, when this is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with its output in a file of `logs`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, mut command: Command, logs: &Path) -> anyhow::Result<Self> {
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("the log of {name}"))?;
        let child = command
            .stdin(Stdio::null())
            .stderr(file.try_clone()?)
            .stdout(file)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it ended, when it has.
    ///
    /// # Panics
    /// When the system does not say.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked about")
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote.
    #[must_use]
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks it to end, as an orchestrator does, and waits until it has.
    ///
    /// # Errors
    /// When it takes longer than 40 seconds, or ends with another code than 0.
    pub async fn terminate(mut self) -> anyhow::Result<()> {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .context("a signal can be sent")?;
        if !told.success() {
            bail!("{} took no signal", self.name);
        }
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            match self.exited() {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("{} ended with {status}: {}", self.name, self.output()),
                None if started.elapsed() > END_DEADLINE => {
                    bail!("{} goes on: {}", self.name, self.output())
                }
                None => {}
            }
        }
    }

    /// Waits until the process accepts connections at `address`.
    ///
    /// # Errors
    /// When it ends, or takes longer than 30 seconds.
    pub async fn listening(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            if let Some(status) = self.exited() {
                bail!("{} ended with {status}: {}", self.name, self.output());
            }
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return Ok(());
            }
            if started.elapsed() > START_DEADLINE {
                bail!(
                    "{} does not listen after {START_DEADLINE:?}: {}",
                    self.name,
                    self.output()
                );
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where ports are looked for: below those that the kernel gives to outgoing connections, which would take one that
/// waits for its process.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port on the loopback interface that nobody listens on.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free_address() -> SocketAddr {
    let (random, _) = Uuid::new_v4().as_u64_pair();
    let count = PORTS.end - PORTS.start;
    let start =
        PORTS.start + u16::try_from(random % u64::from(count)).expect("invariant: below the count");
    let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
    (start..PORTS.end)
        .chain(PORTS.start..start)
        .map(address)
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("a free port")
}

/// The folder of the debug binaries: the one above the running test's.
///
/// # Panics
/// When the test is not where cargo puts tests.
#[must_use]
pub fn binaries() -> PathBuf {
    let test = std::env::current_exe().expect("a process knows its program");
    test.ancestors()
        .nth(2)
        .expect("cargo puts tests into <profile>/deps")
        .to_path_buf()
}

/// A debug binary of the workspace.
///
/// # Panics
/// When it was not built: cargo builds a test's own package only.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let path = binaries().join(name);
    assert!(
        path.is_file(),
        "{} is missing: run `cargo build --bins` first, as `make test` does",
        path.display()
    );
    path
}

/// Time on a processor of all of a process' threads, in microseconds.
///
/// # Errors
/// When the process is gone.
pub fn cpu_us(process: u32) -> anyhow::Result<u64> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task"))
        .with_context(|| format!("process {process} is gone"))?;
    let mut nanoseconds = 0;
    for thread in threads {
        // A thread may end while we look.
        let Ok(text) = std::fs::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        nanoseconds += text
            .split(' ')
            .next()
            .and_then(|first| first.parse::<u64>().ok())
            .context("schedstat has another form")?;
    }
    Ok(nanoseconds / 1000)
}
