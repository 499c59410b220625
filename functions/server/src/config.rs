//! - `VELURE_SERVER_LISTEN` (default `127.0.0.1:8081`): where requests are served.
//! - `VELURE_SERVER_CONTEXTS` (default `auth,catalog,orders,edge`): whose endpoints.
//! - `VELURE_SERVER_TRUSTED_HOPS` (default 0): how many proxies stand before this server. The caller's address is the one
//!   that the outermost of them added to `X-Forwarded-For`; with 0 that header is not believed.
//! - what the chosen contexts read.

use std::net::SocketAddr;

use velure_config::{ConfigFaults, Env, Reader};

use crate::ContextName;

/// What the server does.
#[derive(Debug)]
pub struct Config {
    /// Where requests are served.
    pub listen: SocketAddr,
    /// Whose endpoints.
    pub contexts: Vec<ContextName>,
    /// How many proxies stand before it.
    pub trusted_hops: usize,
    /// What the contexts read.
    pub env: Env,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// With every variable at fault.
    pub fn from_env(env: &Env) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(env);
        let listen = reader.parsed(
            "VELURE_SERVER_LISTEN",
            SocketAddr::from(([127, 0, 0, 1], 8081)),
        );
        let trusted_hops = reader.parsed("VELURE_SERVER_TRUSTED_HOPS", 0);
        let mut contexts = Vec::new();
        for name in reader.list("VELURE_SERVER_CONTEXTS") {
            match name.parse() {
                Ok(context) => contexts.push(context),
                Err(_) => reader.fault(
                    "VELURE_SERVER_CONTEXTS",
                    "names a context other than auth, catalog, orders, edge",
                ),
            }
        }
        if contexts.is_empty() {
            contexts = ContextName::ALL.to_vec();
        }
        reader.finish(Self {
            listen,
            contexts,
            trusted_hops,
            env: env.clone(),
        })
    }
}
