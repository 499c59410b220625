//! `velure topology`: the broker's exchanges, queues, bindings and users.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::{Args, Subcommand};
use serde_json::json;
use sha2::{Digest, Sha256};
use velure_amqp::{Topology, User};
use velure_config::{Env, ExposeSecret, Reader, SecretString};
use velure_faults::{Point, is_armed, reach};

use crate::management::Management;

/// The arguments of `velure topology`.
#[derive(Debug, Args)]
pub(crate) struct TopologyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Loads the topology into the broker and verifies it. Running it again changes nothing.
    ///
    /// `VELURE_RABBITMQ_MANAGEMENT_URL` is the management API with an administrator's name and password;
    /// `VELURE_AMQP_RELAY_PASSWORD` and `VELURE_AMQP_PROCESSOR_PASSWORD` become the passwords of the two users.
    Apply(ApplyArgs),
    /// Prints the topology as the management API takes it, without users' passwords.
    Print {
        /// The virtual host.
        #[arg(long, default_value = "/")]
        vhost: String,
    },
}

#[derive(Debug, Args)]
struct ApplyArgs {
    /// The virtual host; it is made when it is missing.
    #[arg(long, default_value = "/")]
    vhost: String,
    /// The management API, as in `http://admin:password@127.0.0.1:15672`; `VELURE_RABBITMQ_MANAGEMENT_URL` when it is
    /// not given. Prefer the variable: arguments are seen by every user of the machine.
    #[arg(long)]
    management_url: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is at fault, or the broker refuses or does not end up with the topology.
pub(crate) async fn run(args: TopologyArgs) -> anyhow::Result<()> {
    match args.command {
        Command::Print { vhost } => print(&vhost),
        Command::Apply(args) => {
            let env = Env::process().resolve().await?;
            apply(&env, args).await
        }
    }
}

fn print(vhost: &str) -> anyhow::Result<()> {
    let definitions = Topology::load().definitions(vhost, |_| String::new());
    Ok(crate::say(&serde_json::to_string_pretty(&definitions)?)?)
}

async fn apply(env: &Env, args: ApplyArgs) -> anyhow::Result<()> {
    let topology = Topology::load();
    let mut reader = Reader::new(env);
    let passwords: Vec<(String, SecretString)> = topology
        .users
        .iter()
        .map(|user| (user.name.clone(), reader.secret(&user.password_variable)))
        .collect();
    let url = args.management_url.map_or_else(
        || reader.secret_url("VELURE_RABBITMQ_MANAGEMENT_URL"),
        SecretString::from,
    );
    let (passwords, url) = reader.finish((passwords, url))?;
    let management = Management::new(&url)?;
    let hash = |user: &User| {
        let (_, password) = passwords
            .iter()
            .find(|(name, _)| *name == user.name)
            .expect("invariant: every user has one");
        password_hash(password.expose_secret(), rand::random())
    };
    let definitions = topology.definitions(&args.vhost, hash);
    if is_armed(Point::M1) {
        // The broker takes definitions one after the other, bindings last; it may die in between.
        let mut half = definitions.clone();
        half["bindings"] = json!([]);
        management.load(&half).await?;
        reach(Point::M1).await?;
    }
    management.load(&definitions).await?;
    management.verify(&topology, &args.vhost).await?;
    Ok(report(&topology, &args.vhost)?)
}

fn report(topology: &Topology, vhost: &str) -> std::io::Result<()> {
    crate::say(&format!(
        "topology applied to virtual host {vhost}: {} exchanges, {} queues, {} bindings, {} users",
        topology.exchanges.len(),
        topology.queues.len(),
        topology.bindings.len(),
        topology.users.len()
    ))
}

/// A password as RabbitMQ stores it.
fn password_hash(password: &str, salt: [u8; 4]) -> String {
    let digest = Sha256::new()
        .chain_update(salt)
        .chain_update(password)
        .finalize();
    let mut bytes = salt.to_vec();
    bytes.extend_from_slice(&digest);
    BASE64_STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hashed_as_the_broker_expects() {
        // The example of RabbitMQ's own documentation: salt 908DC60A, password test12.
        let hash = password_hash("test12", [0x90, 0x8D, 0xC6, 0x0A]);
        assert_eq!(hash, "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR");
    }
}
