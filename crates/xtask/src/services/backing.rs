//! The four servers behind the shop, started together.

use anyhow::Result;

use super::mongodb::MongoDb;
use super::postgres::Postgres;
use super::rabbitmq::{NodePorts, RabbitMq};
use super::redis::Redis;
use crate::checkout::Checkout;
use crate::environment;
use crate::passwords::Passwords;
use crate::ports::Ports;
use crate::process::Processes;

/// Whether data outlives the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It is there the next time, also after a power cut.
    Kept,
    /// It goes with the run, so nothing is flushed to disk.
    ThrowAway,
}

/// Which servers to start, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    durability: Durability,
    postgres: Option<u16>,
    redis: Option<u16>,
    rabbitmq: Option<NodePorts>,
    mongodb: Option<u16>,
}

impl Plan {
    /// Development: fixed ports unless they are taken, kept data, and no server where a variable names another one.
    pub(crate) fn development(ports: &mut Ports) -> Result<Self> {
        let elsewhere =
            |names: &[&str]| names.iter().all(|name| environment::value(name).is_some());
        Ok(Self {
            durability: Durability::Kept,
            postgres: if elsewhere(&["VELURE_AUTH_DATABASE_URL", "VELURE_ORDERS_DATABASE_URL"]) {
                None
            } else {
                Some(ports.near("PostgreSQL", 28_432)?)
            },
            redis: if elsewhere(&["VELURE_REDIS_URL"]) {
                None
            } else {
                Some(ports.near("Redis", 28_379)?)
            },
            rabbitmq: if elsewhere(&["VELURE_AMQP_URL"]) {
                None
            } else {
                Some(NodePorts {
                    amqp: ports.near("RabbitMQ", 28_672)?,
                    management: ports.near("RabbitMQ's management", 28_673)?,
                    distribution: ports.near("RabbitMQ's node", 28_674)?,
                    epmd: ports.near("Erlang's port mapper", 28_675)?,
                })
            },
            mongodb: if environment::first_of(&["VELURE_MONGODB_URI", "MONGODB_URI"]).is_some() {
                None
            } else {
                Some(ports.near("MongoDB", 28_017)?)
            },
        })
    }

    /// A throw-away PostgreSQL server and nothing else.
    pub(crate) fn postgres_only(ports: &mut Ports) -> Result<Self> {
        Ok(Self {
            durability: Durability::ThrowAway,
            postgres: Some(ports.any()?),
            redis: None,
            rabbitmq: None,
            mongodb: None,
        })
    }

    /// Measurements: all four servers on ports of their own, with commits that reach the disk as they have to.
    pub(crate) fn measured(ports: &mut Ports) -> Result<Self> {
        Ok(Self {
            durability: Durability::Kept,
            ..Self::throw_away(ports)?
        })
    }

    /// Tests: all four servers on ports of their own, nothing kept.
    pub(crate) fn throw_away(ports: &mut Ports) -> Result<Self> {
        Ok(Self {
            durability: Durability::ThrowAway,
            postgres: Some(ports.any()?),
            redis: Some(ports.any()?),
            rabbitmq: Some(NodePorts {
                amqp: ports.any()?,
                management: ports.any()?,
                distribution: ports.any()?,
                epmd: ports.any()?,
            }),
            mongodb: Some(ports.any()?),
        })
    }
}

/// The servers of a run. One that is `None` is somebody else's, named by a variable.
#[derive(Debug)]
pub(crate) struct Backing {
    pub(crate) postgres: Option<Postgres>,
    pub(crate) redis: Option<Redis>,
    pub(crate) rabbitmq: Option<RabbitMq>,
    pub(crate) mongodb: Option<MongoDb>,
}

impl Backing {
    /// Starts the servers of `plan`; they come up side by side.
    pub(crate) fn start(
        processes: &mut Processes,
        checkout: &Checkout,
        passwords: &mut Passwords,
        plan: Plan,
    ) -> Result<Self> {
        // The slowest first.
        let rabbitmq = match plan.rabbitmq {
            Some(ports) => Some(RabbitMq::start(
                processes,
                ports,
                &passwords.of("rabbitmq")?,
                plan.durability,
            )?),
            None => None,
        };
        let postgres = match plan.postgres {
            Some(port) => Some(Postgres::start(
                processes,
                checkout,
                port,
                &passwords.of("postgres")?,
                plan.durability,
            )?),
            None => None,
        };
        let redis = match plan.redis {
            Some(port) => {
                let password = passwords.of("redis")?;
                // Tests put proxies before it, and their data is thrown away.
                let password = (plan.durability == Durability::Kept).then_some(password.as_str());
                Some(Redis::start(processes, port, password)?)
            }
            None => None,
        };
        let mongodb = match plan.mongodb {
            Some(port) => Some(MongoDb::start(processes, checkout, port, plan.durability)?),
            None => None,
        };
        Ok(Self {
            postgres,
            redis,
            rabbitmq,
            mongodb,
        })
    }

    /// Waits until each of them serves.
    pub(crate) fn wait(&self, processes: &mut Processes) -> Result<()> {
        if let Some(redis) = &self.redis {
            redis.wait(processes)?;
        }
        if let Some(postgres) = &self.postgres {
            postgres.wait(processes)?;
        }
        if let Some(mongodb) = &self.mongodb {
            mongodb.wait(processes)?;
        }
        if let Some(rabbitmq) = &self.rabbitmq {
            rabbitmq.wait(processes)?;
        }
        Ok(())
    }

    /// The port of each server that the shop connects to, by its name.
    pub(crate) fn ports(&self) -> Vec<(&'static str, u16)> {
        let servers = [
            ("postgres", self.postgres.as_ref().map(Postgres::port)),
            ("rabbitmq", self.rabbitmq.as_ref().map(RabbitMq::port)),
            ("redis", self.redis.as_ref().map(Redis::port)),
            ("mongodb", self.mongodb.as_ref().map(MongoDb::port)),
        ];
        servers
            .into_iter()
            .filter_map(|(name, port)| Some((name, port?)))
            .collect()
    }

    /// What the integration tests read to find the servers.
    pub(crate) fn test_variables(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
        if let Some(postgres) = &self.postgres {
            add("VELURE_TEST_POSTGRES_URL", postgres.url("postgres"));
            // `#[sqlx::test]` makes its databases on the server that this names.
            add("DATABASE_URL", postgres.url("postgres"));
        }
        if let Some(redis) = &self.redis {
            add("VELURE_TEST_REDIS_URL", redis.url());
        }
        if let Some(rabbitmq) = &self.rabbitmq {
            add("VELURE_TEST_AMQP_URL", rabbitmq.url());
            add(
                "VELURE_TEST_RABBITMQ_MANAGEMENT_URL",
                rabbitmq.management_url(),
            );
        }
        if let Some(mongodb) = &self.mongodb {
            add("VELURE_TEST_MONGODB_URI", mongodb.url(""));
        }
        all
    }
}
