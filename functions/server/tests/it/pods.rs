//! The long-lived processes beside a shop's server, as programs.

use std::net::SocketAddr;
use std::process::Command;

use velure_amqp::Topology;
use velure_testkit::process::{Process, binary, free_address};
use velure_testkit::{Broker, Vhost};

use crate::shop::Shop;

/// A virtual host with the topology in it.
pub(crate) async fn vhost() -> Vhost {
    let vhost = Broker::from_env().vhost().await;
    vhost
        .import(&Topology::load().definitions(vhost.name(), |_| Vhost::password_hash().to_owned()))
        .await;
    vhost
}

/// One of them.
pub(crate) struct Pod {
    process: Process,
    /// Where it is scraped, a URL without a path.
    pub(crate) admin: String,
}

impl Pod {
    /// Ends it as an orchestrator does.
    pub(crate) async fn terminate(self) {
        self.process.terminate().await.expect("an orderly end");
    }
}

fn program(shop: &Shop, name: &str, admin: SocketAddr) -> Command {
    let mut command = Command::new(binary(name));
    command
        .env_clear()
        .envs(&shop.variables)
        .env("VELURE_ADMIN_LISTEN", admin.to_string());
    command
}

async fn started(
    shop: &Shop,
    name: &str,
    command: Command,
    admin: SocketAddr,
    at: SocketAddr,
) -> Pod {
    let mut process = Process::start(name, command, shop.stack.logs()).expect("it starts");
    process.listening(at).await.expect("it comes up");
    Pod {
        process,
        admin: format!("http://{admin}"),
    }
}

pub(crate) async fn relay(shop: &Shop, vhost: &Vhost) -> Pod {
    let admin = free_address();
    let mut command = program(shop, "velure-relay", admin);
    command
        .env(
            "VELURE_ORDERS_DATABASE_URL",
            shop.stack.role_url("orders", "velure_relay"),
        )
        .env("VELURE_AMQP_URL", vhost.user_url("relay"));
    started(shop, "velure-relay", command, admin, admin).await
}

/// A processor with a name for its log, which asks the catalog at `catalog` and takes so many orders at a time.
pub(crate) async fn processor(
    shop: &Shop,
    vhost: &Vhost,
    name: &str,
    catalog: &str,
    prefetch: u16,
) -> Pod {
    let admin = free_address();
    let mut command = program(shop, "velure-order-processor", admin);
    command
        .env(
            "VELURE_FULFILMENT_DATABASE_URL",
            shop.stack.role_url("orders", "velure_fulfilment"),
        )
        .env("VELURE_AMQP_URL", vhost.user_url("processor"))
        .env("VELURE_CATALOG_URL", catalog)
        .env("VELURE_PROCESSOR_PREFETCH", prefetch.to_string())
        .env("VELURE_PROCESSOR_LEASE", "2s")
        .env("VELURE_PROCESSOR_RETRY_BASE", "1ms")
        .env("VELURE_PROCESSOR_RETRY_CAP", "100ms")
        .env(
            "VELURE_SERVICE_SIGNING_KEY",
            shop.keys.service_signing_key("order-processor"),
        );
    started(shop, name, command, admin, admin).await
}

/// A gateway, and where browsers find it.
pub(crate) async fn gateway(shop: &Shop) -> (Pod, String) {
    let (admin, listen) = (free_address(), free_address());
    let mut command = program(shop, "velure-sse-gateway", admin);
    command
        .env("VELURE_GATEWAY_LISTEN", listen.to_string())
        .env(
            "VELURE_ORDERS_DATABASE_URL",
            shop.stack.role_url("orders", "velure_gateway"),
        )
        .env("VELURE_AUTH_URL", shop.server.url())
        .env(
            "VELURE_SERVICE_SIGNING_KEY",
            shop.keys.service_signing_key("sse-gateway"),
        );
    let process = started(shop, "velure-sse-gateway", command, admin, listen).await;
    (process, format!("http://{listen}"))
}
