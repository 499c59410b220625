//! Databases of its own for one test, and the server in front of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use tempfile::TempDir;
use uuid::Uuid;

use crate::Proxy;
use crate::mongo::{server_uri, uri_with_database};
use crate::process::{Process, free_address};

/// Variables of a process.
pub type Variables = BTreeMap<String, String>;

/// How often a server is started again because somebody else was quicker to take its port.
const START_TRIES: u32 = 3;

/// Two PostgreSQL databases, a MongoDB database and a Redis prefix that nobody else uses, on the servers that the
/// `VELURE_TEST_*` variables name. Processes reach each server through a proxy that can take it away.
///
/// Everything is dropped with it.
pub struct Stack {
    /// Before PostgreSQL.
    pub postgres: Proxy,
    /// Before Redis.
    pub redis: Proxy,
    /// Before MongoDB.
    pub mongodb: Proxy,
    name: String,
    server: reqwest::Url,
    logs: TempDir,
}

impl Stack {
    /// Makes the databases and migrates them.
    ///
    /// # Panics
    /// When a server is away.
    pub async fn prepare(auth: &Migrator, orders: &Migrator) -> Self {
        let server: reqwest::Url = variable("VELURE_TEST_POSTGRES_URL")
            .parse()
            .expect("a PostgreSQL URL");
        let redis: reqwest::Url = variable("VELURE_TEST_REDIS_URL")
            .parse()
            .expect("a Redis URL");
        let mongodb: reqwest::Url = server_uri().parse().expect("a MongoDB URI");
        let stack = Self {
            postgres: proxy(&server, 5432).await,
            redis: proxy(&redis, 6379).await,
            mongodb: proxy(&mongodb, 27017).await,
            name: Uuid::new_v4().simple().to_string(),
            server,
            logs: tempfile::tempdir().expect("a temporary folder"),
        };
        let (first, second) =
            tokio::join!(stack.create("auth", auth), stack.create("orders", orders));
        first.expect("the auth database");
        second.expect("the orders database");
        stack
    }

    async fn create(&self, context: &str, migrator: &Migrator) -> anyhow::Result<()> {
        let administrator = PgPool::connect(self.server.as_str()).await?;
        let name = self.database(context);
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&administrator)
            .await?;
        administrator.close().await;
        let database = self.pool(context).await;
        migrator.run(&database).await?;
        database.close().await;
        Ok(())
    }

    fn database(&self, context: &str) -> String {
        format!("velure_test_{}_{context}", self.name)
    }

    fn mongodb_database(&self) -> String {
        format!("velure_test_{}", self.name)
    }

    /// The owner's connections to the database of `context` (`auth` or `orders`), around the proxy: to prepare what
    /// no endpoint can, and to look at what is stored.
    ///
    /// # Panics
    /// When the server is away.
    pub async fn pool(&self, context: &str) -> PgPool {
        let mut url = self.server.clone();
        url.set_path(&self.database(context));
        PgPoolOptions::new()
            .max_connections(2)
            .connect(url.as_str())
            .await
            .expect("the owner's connection")
    }

    /// The URI of the MongoDB database, around the proxy.
    #[must_use]
    pub fn mongodb_uri(&self) -> String {
        uri_with_database(&server_uri(), &self.mongodb_database())
    }

    /// Where processes find the stores, with the roles that they have in production.
    #[must_use]
    pub fn stores(&self) -> Variables {
        let redis: reqwest::Url = variable("VELURE_TEST_REDIS_URL")
            .parse()
            .expect("a Redis URL");
        let mongodb: reqwest::Url = self.mongodb_uri().parse().expect("a MongoDB URI");
        let mut mongodb = at(&mongodb, self.mongodb.address());
        // Else the driver would go around the proxy, to the address that the server calls its own.
        mongodb
            .query_pairs_mut()
            .append_pair("directConnection", "true");
        [
            (
                "VELURE_AUTH_DATABASE_URL",
                self.role_url("auth", "velure_auth_api"),
            ),
            (
                "VELURE_ORDERS_DATABASE_URL",
                self.role_url("orders", "velure_orders_api"),
            ),
            ("VELURE_MONGODB_URI", mongodb.into()),
            ("VELURE_REDIS_URL", at(&redis, self.redis.address()).into()),
            ("VELURE_REDIS_PREFIX", format!("test-{}", self.name)),
            ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true".to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// The database of `context` (`auth` or `orders`) for a process that has `role` in production. Roles cannot sign in
    /// on the test's server; the owner takes one on as the session starts.
    #[must_use]
    pub fn role_url(&self, context: &str, role: &str) -> String {
        let mut url = at(&self.server, self.postgres.address());
        url.set_path(&self.database(context));
        url.set_query(Some(&format!("options=-c%20role%3D{role}")));
        url.into()
    }

    /// Where processes write their logs.
    #[must_use]
    pub fn logs(&self) -> &Path {
        self.logs.path()
    }

    /// Starts the server at `program`, with these variables and no others.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn server(&self, program: &Path, variables: &Variables) -> anyhow::Result<Server> {
        let mut tries = 1;
        loop {
            let (address, admin) = (free_address(), free_address());
            let mut command = Command::new(program);
            command
                .env_clear()
                .envs(variables)
                .env("VELURE_SERVER_LISTEN", address.to_string())
                .env("VELURE_ADMIN_LISTEN", admin.to_string())
                // A context may call another one: both are here.
                .env("VELURE_AUTH_URL", format!("http://{address}"));
            if !variables.contains_key("VELURE_CATALOG_URL") {
                command.env("VELURE_CATALOG_URL", format!("http://{address}"));
            }
            let mut process = Process::start("server", command, self.logs())?;
            match process.listening(address).await {
                Ok(()) => {
                    return Ok(Server {
                        address,
                        admin,
                        process,
                    });
                }
                Err(_)
                    if tries < START_TRIES
                        && process.output().contains("Address already in use") =>
                {
                    tries += 1
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let server = self.server.clone();
        let databases = [self.database("auth"), self.database("orders")];
        // A thread with a runtime of its own: `drop` cannot wait on the test's.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let administrator = PgPool::connect(server.as_str()).await?;
                for database in databases {
                    let sql = format!("drop database if exists {database} with (force)");
                    sqlx::query(AssertSqlSafe(sql))
                        .execute(&administrator)
                        .await?;
                }
                anyhow::Ok(())
            })
        });
        // What is left behind goes with the throw-away servers.
        let _ = dropping.join();
    }
}

/// The server, with all contexts or some, as one process.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    admin: SocketAddr,
    process: Process,
}

impl Server {
    /// Where requests go, a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it is scraped, a URL without a path.
    #[must_use]
    pub fn admin(&self) -> String {
        format!("http://{}", self.admin)
    }

    /// What it wrote.
    #[must_use]
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// Ends it as an orchestrator does. See [`Process::terminate`].
    ///
    /// # Errors
    /// When it does not end, or not well.
    pub async fn terminate(self) -> anyhow::Result<()> {
        self.process.terminate().await
    }
}

async fn proxy(server: &reqwest::Url, default_port: u16) -> Proxy {
    let host = server.host_str().expect("a server's URL has a host");
    let port = server.port().unwrap_or(default_port);
    Proxy::to(&format!("{host}:{port}"))
        .await
        .context("a proxy")
        .expect("a port for a proxy")
}

fn at(url: &reqwest::Url, address: SocketAddr) -> reqwest::Url {
    let mut url = url.clone();
    url.set_host(Some(&address.ip().to_string()))
        .expect("a server's URL has a host");
    url.set_port(Some(address.port()))
        .expect("a server's URL has a host");
    url
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration but the variables that name their servers"
)]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} names a server; `make test` starts one"))
}
