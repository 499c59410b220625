//! The running shop: where everything is, and how its processes are killed.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use mongodb::bson::Document;
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::process::Command;

/// How long a server may take to serve after it was started.
const SERVER_START: Duration = Duration::from_secs(60);

/// What `stack.json` of a run says.
#[derive(Debug, Clone, Deserialize)]
pub struct Stack {
    /// The origin that browsers see.
    pub url: String,
    /// The run folder.
    pub dir: PathBuf,
    /// Where the processes write.
    pub logs: PathBuf,
    /// Where each process is scraped.
    pub admin: BTreeMap<String, String>,
    databases: BTreeMap<String, String>,
    mongodb_uri: String,
    rabbitmq_management_url: String,
    administrator: BTreeMap<String, String>,
    accounts: Vec<String>,
    control: Vec<String>,
    /// Where the proxy between the shop's processes and their servers takes orders.
    pub(crate) fault_proxy: String,
    #[serde(skip)]
    pool: OnceLock<PgPool>,
    #[serde(skip)]
    management: OnceLock<reqwest::Client>,
}

impl Stack {
    /// Reads the description.
    ///
    /// # Errors
    /// When it is not there or is none.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        serde_json::from_slice(&text)
            .with_context(|| format!("{} describes no stack", file.display()))
    }

    /// The superuser's connections to the orders' database; one that was lost is made anew.
    ///
    /// # Errors
    /// When the address cannot be read.
    pub fn orders(&self) -> anyhow::Result<PgPool> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool.clone());
        }
        let options = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(10));
        let pool = options.connect_lazy(&self.databases["velure_orders"])?;
        Ok(self.pool.get_or_init(|| pool).clone())
    }

    /// A collection of the catalogue.
    ///
    /// # Errors
    /// When the address cannot be read.
    pub async fn collection(&self, name: &str) -> anyhow::Result<mongodb::Collection<Document>> {
        let client = mongodb::Client::with_uri_str(&self.mongodb_uri).await?;
        let database = client
            .default_database()
            .context("the address names no database")?;
        Ok(database.collection(name))
    }

    /// The name and password of the shop's admin.
    ///
    /// # Errors
    /// When the seed printed none.
    pub fn admin_account(&self) -> anyhow::Result<(&str, &str)> {
        self.accounts
            .iter()
            .find(|account| account.starts_with("admin@"))
            .and_then(|account| account.split_once(char::is_whitespace))
            .map(|(email, password)| (email, password.trim()))
            .context("the seed printed no admin")
    }

    /// Does something (`kill`, `stop`, `start`, `restart`) to a process, with faults in what is started.
    ///
    /// # Errors
    /// When the stack's supervisor refuses.
    pub async fn control(
        &self,
        action: &str,
        name: &str,
        faults: Option<&str>,
    ) -> anyhow::Result<()> {
        let mut command = Command::new(&self.control[0]);
        command
            .args(&self.control[1..])
            .args([action, name])
            .stdin(Stdio::null());
        if let Some(faults) = faults {
            command.args(["--faults", faults]);
        }
        let output = command
            .output()
            .await
            .context("the supervisor cannot be asked")?;
        ensure!(
            output.status.success(),
            "{action} {name}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(())
    }

    /// Kills a process and starts it again at once.
    ///
    /// # Errors
    /// When the stack's supervisor refuses.
    pub async fn kill_and_start(&self, name: &str) -> anyhow::Result<()> {
        self.control("kill", name, None).await?;
        self.control("start", name, None).await
    }

    /// Runs one of the operators' commands.
    ///
    /// # Errors
    /// When it fails.
    pub async fn velure(&self, arguments: &[&str], faults: Option<&str>) -> anyhow::Result<i32> {
        let own = std::env::current_exe().context("our own program cannot be found")?;
        let mut command = Command::new(own.with_file_name("velure"));
        command
            .args(arguments)
            .envs(&self.administrator)
            .stdin(Stdio::null());
        if let Some(faults) = faults {
            command.env("VELURE_FAULTS", faults);
        }
        let output = command.output().await.context("velure cannot be started")?;
        output.status.code().context("velure was killed")
    }

    /// Asks the broker's management interface.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn broker(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let client = if let Some(client) = self.management.get() {
            client
        } else {
            let client = reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(10))
                .build()?;
            self.management.get_or_init(|| client)
        };
        let method = method.parse::<reqwest::Method>()?;
        let mut request = client.request(
            method,
            format!("{}/api/{path}", self.rabbitmq_management_url),
        );
        if let Some(body) = body {
            request = request.json(&body);
        }
        let text = request.send().await?.error_for_status()?.text().await?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Waits until the server `name` serves.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub async fn serving(&self, name: &str) -> anyhow::Result<()> {
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(50));
        loop {
            again.tick().await;
            let served = match name {
                "postgres" => sqlx::query("select 1")
                    .execute(&self.orders()?)
                    .await
                    .is_ok(),
                "rabbitmq" => self.broker("GET", "overview", None).await.is_ok(),
                "mongodb" => match self.collection("products").await {
                    Ok(products) => products.find_one(Document::new()).await.is_ok(),
                    Err(_) => false,
                },
                _ => true,
            };
            if served {
                return Ok(());
            }
            ensure!(
                started.elapsed() < SERVER_START,
                "{name} does not serve after {SERVER_START:?}"
            );
        }
    }

    /// How long the log of `name` is, in bytes.
    #[must_use]
    pub fn written(&self, name: &str) -> u64 {
        std::fs::metadata(self.log(name)).map_or(0, |file| file.len())
    }

    /// Whether a line of `name`'s log says so after its first `from` bytes.
    #[must_use]
    pub fn said_since(&self, name: &str, from: u64, what: &str) -> bool {
        let read = || {
            let mut file = std::fs::File::open(self.log(name))?;
            file.seek(SeekFrom::Start(from))?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            Ok::<_, std::io::Error>(text)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).contains(what)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }
}
