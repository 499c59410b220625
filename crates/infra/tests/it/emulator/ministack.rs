//! An emulator of AWS: the control plane of what the root uses, and a data plane of Lambda, API Gateway and Secrets
//! Manager.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use velure_testkit::http::Call;
use velure_testkit::process::free_address;

use super::root::last;
use crate::tool::{program, variable};

/// It imports a great deal of Python.
const START: Duration = Duration::from_secs(60);

/// How long it may take to end the functions that it has started.
const STOP: Duration = Duration::from_secs(20);

/// The emulator never closes a connection first. It may do so while it handles a request that has just come: the provider
/// asks again, and what was made is in its way. Terraform's provider closes one that was silent for 90 s; the emulator by
/// itself does after 75 s, and after 1,000 requests.
const NEVER_CLOSES: &str = "keep_alive_timeout = 3600\nkeep_alive_max_requests = 1000000000\n";

/// An emulator of one test's own. It ends with it, and so do the functions that it has started.
#[derive(Debug)]
pub(crate) struct Emulator {
    address: SocketAddr,
    process: Child,
    log: PathBuf,
}

impl Emulator {
    /// Functions get `variables` besides what Terraform gives them.
    pub(crate) async fn start<'a>(
        folder: &Path,
        variables: impl IntoIterator<Item = &'a (String, String)>,
    ) -> Self {
        fs::create_dir_all(folder).expect("a folder for the emulator");
        let path = folder.join("ministack.log");
        let log = File::create(&path).expect("a log of the emulator");
        let config = folder.join("hypercorn.toml");
        fs::write(&config, NEVER_CLOSES).expect("the emulator's configuration");
        let address = free_address();
        let process = program("VELURE_TEST_MINISTACK_PYTHON")
            .args(["-m", "hypercorn", "ministack.app:app"])
            .arg("--config")
            .arg(config)
            .args(["--bind", &address.to_string()])
            // In this very process, which is the one that is asked to end.
            .args(["--workers", "0"])
            .current_dir(folder)
            // Functions inherit its environment: what a shell here has set has no say in them.
            .env_clear()
            .env("PATH", variable("PATH"))
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .env("STATE_DIR", folder.join("state"))
            .env("GATEWAY_PORT", address.port().to_string())
            // lambda_http refuses the Host header that an address makes of an API's name.
            .env("MINISTACK_HOST", "localhost")
            .env("AWS_ENDPOINT_URL", url(address))
            .env("LAMBDA_EXECUTOR", "local")
            .envs(variables.into_iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log of the emulator"))
            .stderr(log)
            .spawn()
            .expect("VELURE_TEST_MINISTACK_PYTHON can be run");
        let mut emulator = Self {
            address,
            process,
            log: path,
        };
        let deadline = Instant::now() + START;
        let mut again = tokio::time::interval(Duration::from_millis(100));
        let health = Call::new("GET", "/_ministack/health");
        while health.send(&emulator.url()).await.is_err() {
            again.tick().await;
            let ended = emulator.process.try_wait().expect("a child");
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "the emulator did not start: {}",
                emulator.output()
            );
        }
        emulator
    }

    /// Where it answers, without a path.
    pub(crate) fn url(&self) -> String {
        url(self.address)
    }

    /// What stands in `Host` for the HTTP API with this id.
    pub(crate) fn api_host(&self, id: &str) -> String {
        format!("{id}.execute-api.localhost:{}", self.address.port())
    }

    /// What it wrote.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

fn url(address: SocketAddr) -> String {
    format!("http://localhost:{}", address.port())
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the emulator:\n{}", last(&self.output()));
        }
        // SIGTERM lets it end the functions, which are processes of their own.
        let asked = Command::new("kill")
            .arg(self.process.id().to_string())
            .status();
        let deadline = Instant::now() + STOP;
        while asked.is_ok() && Instant::now() < deadline {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
