//! What each of the shop's processes is told through its environment.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::Lines;
use crate::environment;
use crate::services::Backing;

/// The variables of one process.
pub(crate) type Variables = BTreeMap<String, String>;

/// Database roles and their databases.
const ROLES: [(&str, &str); 5] = [
    ("velure_auth_api", "velure_auth"),
    ("velure_orders_api", "velure_orders"),
    ("velure_relay", "velure_orders"),
    ("velure_gateway", "velure_orders"),
    ("velure_fulfilment", "velure_orders"),
];

/// Where each database is migrated, the variable that brings one from elsewhere, and its name on a server of ours.
const MIGRATIONS: [(&str, &str, &str); 3] = [
    (
        "VELURE_AUTH_MIGRATION_URL",
        "VELURE_AUTH_DATABASE_URL",
        "velure_auth",
    ),
    (
        "VELURE_ORDERS_MIGRATION_URL",
        "VELURE_ORDERS_DATABASE_URL",
        "velure_orders",
    ),
    (
        "VELURE_OPERATOR_DATABASE_URL",
        "VELURE_ORDERS_DATABASE_URL",
        "velure_orders",
    ),
];

/// Where `make observe` receives spans. A process that has no receiver keeps its last spans, a few megabytes, and
/// delivers them when one starts: it does not matter which of `make dev` and `make observe` is started first.
pub(crate) const SPANS_PORT: u16 = 28_318;

/// Names the receiver of a process' spans.
pub(super) const SPANS_VARIABLE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// What differs where everything is broken on purpose.
const BROKEN: [(&str, &str); 8] = [
    ("VELURE_ORDERS_PER_MINUTE", "10000"),
    ("VELURE_PAYMENT_LOST_ANSWERS", "1"),
    ("VELURE_PROCESSOR_RETRY_BASE", "100ms"),
    ("VELURE_PROCESSOR_RETRY_CAP", "5s"),
    ("VELURE_PROCESSOR_ATTEMPTS", "60"),
    ("VELURE_RELAY_RETRY", "100ms"),
    ("VELURE_SWEEP_AFTER", "8s"),
    ("VELURE_SWEEP_EVERY", "4s"),
];

/// Which variables of the person who started us win over ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inherited {
    /// A variable that is already set is left as it is.
    Wins,
    /// Tests do not depend on anybody's shell.
    Ignored,
    /// Nor do measurements, and their payments take no time.
    Measured,
    /// The same for a shop that is broken on purpose: what ends is started again, the provider's first answer to each
    /// charge gets lost, and what is waited for in production for a minute takes seconds.
    Broken,
}

/// The ports of the shop's own processes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppPorts {
    pub(crate) origin: u16,
    /// The functions: the server shell, or the emulator of the Lambda interface.
    pub(crate) functions: u16,
    pub(crate) server_admin: u16,
    pub(crate) gateway: u16,
    pub(crate) gateway_admin: u16,
    pub(crate) relay_admin: u16,
    pub(crate) processor_admin: u16,
    pub(crate) pages: u16,
}

/// Builds the variables of each process.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Keys, key sets and passwords, from `velure keys generate`.
    pub(super) keys: Variables,
    /// Database URLs by role.
    pub(super) databases: BTreeMap<String, String>,
    pub(super) shared: Variables,
    pub(super) administrator: Variables,
    pub(super) amqp: BTreeMap<String, String>,
    pub(super) inherited: Inherited,
    /// What is between the shop's processes and everything that they connect to.
    pub(super) lines: Option<Lines>,
}

impl Settings {
    /// Settings for servers of our own, with what is elsewhere left to the inherited variables.
    pub(super) fn new(
        backing: &Backing,
        keys: Variables,
        allowed_origins: &str,
        ports: AppPorts,
        inherited: Inherited,
    ) -> Result<Self> {
        let secret = |name: &str| {
            keys.get(name)
                .cloned()
                .with_context(|| format!("`velure keys generate` printed no {name}"))
        };
        let mut databases = BTreeMap::new();
        // Passwords of roles and users, which the migration and the topology give them, and of the demo accounts.
        let mut administrator = keys.clone();
        if let Some(postgres) = &backing.postgres {
            for (role, database) in ROLES {
                let short = role.trim_start_matches("velure_").to_uppercase();
                let password = secret(&format!("VELURE_ROLE_{short}_PASSWORD"))?;
                databases.insert(role.to_owned(), postgres.url_of(role, &password, database));
            }
            set(
                &mut administrator,
                "VELURE_AUTH_DATABASE_URL",
                &postgres.url("velure_auth"),
            );
        }
        for (variable, given, database) in MIGRATIONS {
            let url = match &backing.postgres {
                Some(postgres) => Some(postgres.url(database)),
                // Whoever brings a server without roles brings a user that may do everything.
                None => environment::value(given),
            };
            if let Some(url) = url {
                set(&mut administrator, variable, &url);
            }
        }
        let mut amqp = BTreeMap::new();
        if let Some(rabbitmq) = &backing.rabbitmq {
            for user in ["relay", "processor"] {
                let password = secret(&format!("VELURE_AMQP_{}_PASSWORD", user.to_uppercase()))?;
                amqp.insert(user.to_owned(), rabbitmq.url_of(user, &password));
            }
            for variable in ["VELURE_AMQP_URL", "VELURE_OPERATOR_AMQP_URL"] {
                set(&mut administrator, variable, &rabbitmq.url());
            }
            set(
                &mut administrator,
                "VELURE_RABBITMQ_MANAGEMENT_URL",
                &rabbitmq.management_url(),
            );
        }
        let mut shared = Variables::new();
        set(&mut shared, "VELURE_ALLOW_DEVELOPMENT_SECRETS", "true");
        set(&mut shared, "VELURE_ALLOWED_ORIGINS", allowed_origins);
        let functions = format!("http://127.0.0.1:{}", ports.functions);
        set(&mut shared, "VELURE_AUTH_URL", &functions);
        set(&mut shared, "VELURE_CATALOG_URL", &functions);
        if inherited == Inherited::Wins {
            let receiver = format!("http://127.0.0.1:{SPANS_PORT}");
            set(&mut shared, SPANS_VARIABLE, &receiver);
        }
        if let Some(redis) = &backing.redis {
            set(&mut shared, "VELURE_REDIS_URL", &redis.url());
        }
        if let Some(mongodb) = &backing.mongodb {
            set(&mut shared, "VELURE_MONGODB_URI", &mongodb.url("velure"));
        } else if let Some(uri) = environment::value("MONGODB_URI") {
            set(&mut shared, "VELURE_MONGODB_URI", &uri);
        }
        Ok(Self {
            keys,
            databases,
            shared,
            administrator,
            amqp,
            inherited,
            lines: None,
        })
    }

    /// For `velure migrate`, `velure topology apply` and `velure seed`, which make what the others use.
    pub(super) fn administrator(&self) -> Variables {
        let mut all = self.shared.clone();
        all.extend(self.administrator.clone());
        self.finish(all)
    }

    /// For every function, in whichever shell.
    pub(super) fn functions(&self) -> Variables {
        let mut all = self.with_keys(
            &["VELURE_ACCESS_SIGNING_KEY", "VELURE_ACCESS_JWKS"],
            "orders",
        );
        self.database(&mut all, "VELURE_AUTH_DATABASE_URL", "velure_auth_api");
        self.database(&mut all, "VELURE_ORDERS_DATABASE_URL", "velure_orders_api");
        self.of_process(all)
    }

    /// For the relay.
    pub(super) fn relay(&self) -> Variables {
        let mut all = self.shared.clone();
        self.database(&mut all, "VELURE_ORDERS_DATABASE_URL", "velure_relay");
        self.broker(&mut all, "relay");
        self.of_process(all)
    }

    /// For the order processor.
    pub(super) fn processor(&self) -> Variables {
        let mut all = self.with_keys(&[], "order-processor");
        self.database(
            &mut all,
            "VELURE_FULFILMENT_DATABASE_URL",
            "velure_fulfilment",
        );
        self.broker(&mut all, "processor");
        self.of_process(all)
    }

    /// For the stream gateway.
    pub(super) fn gateway(&self) -> Variables {
        let mut all = self.with_keys(&["VELURE_ACCESS_JWKS"], "sse-gateway");
        self.database(&mut all, "VELURE_ORDERS_DATABASE_URL", "velure_gateway");
        self.of_process(all)
    }

    fn with_keys(&self, names: &[&str], caller: &str) -> Variables {
        let mut all = self.shared.clone();
        for name in names.iter().chain(&["VELURE_SERVICE_JWKS"]) {
            if let Some(value) = self.keys.get(*name) {
                set(&mut all, name, value);
            }
        }
        // A caller signs with its own key.
        let suffix = caller.to_uppercase().replace('-', "_");
        let own = format!("VELURE_SERVICE_SIGNING_KEY_{suffix}");
        if let Some(value) = self.keys.get(&own) {
            set(&mut all, "VELURE_SERVICE_SIGNING_KEY", value);
        }
        all
    }

    fn database(&self, all: &mut Variables, variable: &str, role: &str) {
        if let Some(url) = self.databases.get(role) {
            set(all, variable, url);
        }
    }

    fn broker(&self, all: &mut Variables, user: &str) {
        if let Some(url) = self.amqp.get(user) {
            set(all, "VELURE_AMQP_URL", url);
        }
    }

    /// Whether what ends is started again.
    pub(super) fn supervised(&self) -> bool {
        self.inherited == Inherited::Broken
    }

    /// What one of the shop's processes is told.
    fn of_process(&self, all: Variables) -> Variables {
        let all = self.finish(all);
        match &self.lines {
            Some(lines) => lines.through(all),
            None => all,
        }
    }

    fn finish(&self, mut all: Variables) -> Variables {
        if self.inherited == Inherited::Broken {
            for (name, value) in BROKEN {
                set(&mut all, name, value);
            }
        }
        if self.inherited == Inherited::Wins {
            all.retain(|name, _| environment::value(name).is_none());
        }
        all
    }
}

pub(super) fn set(all: &mut Variables, name: &str, value: &str) {
    all.insert(name.to_owned(), value.to_owned());
}
