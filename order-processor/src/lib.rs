//! The order processor: reserve, charge, settle.
//!
//! ```text
//! order.created ──► handle ──► record ──► drive ─► step ─► step ─► … ──► ack
//!                                │                  │
//!                           books (PostgreSQL)      ├ ask: catalog (hold, commit, release), payments (charge, …)
//!                                │                  └ store: phase, payment and events in one transaction
//!            due ◄───────────────┘  retries, and orders whose holder died
//! ```
//!
//! The books decide everything: a delivery only tells that there is an order. Whatever is asked of others is asked
//! outside of any transaction, under a key that makes a repeated question harmless, and what the answer means is
//! stored under the order's lease. An order that may be charged is never failed.

mod budget;
mod charge;
mod config;
mod consume;
pub mod decode;
mod due;
mod handle;
mod held;
mod housekeep;
mod metrics;
pub mod payment;
pub mod process;
mod processor;
mod stock;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use velure_clients::CatalogClient;
use velure_postgres::fulfilment::FulfilmentStore;
use velure_service::{Readiness, Supervisor};

pub use budget::Driven;
pub use config::{Config, Settings};
pub use handle::Incoming;
pub use processor::{Processor, Stepped};

use crate::payment::Simulated;

/// A loop that has not gone round for this long is stuck. Each waits at most for a connection (10 s).
const STUCK: Duration = Duration::from_secs(60);

/// Builds the processor and hands its loops to the supervisor.
///
/// # Errors
/// When a part of it cannot be built. Nothing is connected to yet: what is away now may come later.
pub async fn start(
    config: Config,
    supervisor: &mut Supervisor,
    readiness: Readiness,
) -> anyhow::Result<()> {
    metrics::describe();
    let pool = config
        .database
        .pool()
        .context("the database URL cannot be read")?;
    let ledger = config
        .ledger
        .pool()
        .context("the database URL cannot be read")?;
    let books = FulfilmentStore::new(pool, config.settings.lease);
    let catalog =
        CatalogClient::new(&config.catalog).context("the catalog client cannot be made")?;
    let payments = Simulated::new(ledger, config.payment);
    let processor = Arc::new(Processor::new(
        books.clone(),
        catalog,
        payments,
        config.settings,
    ));
    let stop = supervisor.stop_token();
    supervisor.spawn(
        "consume",
        consume::consume(
            processor.clone(),
            config.broker.clone(),
            readiness.latch("broker"),
            supervisor.heartbeat("consume", STUCK),
            stop.clone(),
        ),
    );
    supervisor.spawn(
        "held",
        held::keep_held(
            processor.clone(),
            supervisor.heartbeat("held", STUCK),
            stop.clone(),
        ),
    );
    supervisor.spawn(
        "due",
        due::work_on_due(
            processor,
            readiness.latch("books"),
            supervisor.heartbeat("due", STUCK),
            stop.clone(),
        ),
    );
    supervisor.spawn(
        "house",
        housekeep::keep_house(
            books,
            config.broker,
            supervisor.heartbeat("house", STUCK),
            stop,
        ),
    );
    Ok(())
}
