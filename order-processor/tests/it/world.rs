//! What every test here needs: books, a provider's ledger, a catalog, and orders.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_amqp::Outcome;
use velure_clients::{CatalogClient, CatalogConfig};
use velure_config::{Env, Reader};
use velure_domain::{EventId, OrderId};
use velure_order_processor::payment::{Simulated, SimulatedConfig};
use velure_order_processor::{Incoming, Processor, Settings};
use velure_postgres::fulfilment::{Fulfilment, FulfilmentStore, NewFulfilment, Recorded, Trace};
use velure_service::StopToken;

use crate::catalog::{Catalog, SIGNING_KEY};

pub(crate) const LEASH: &str = "aaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const BOWL: &str = "bbbbbbbbbbbbbbbbbbbbbbbb";
pub(crate) const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The processor under test.
pub(crate) type Subject = Processor<Simulated>;

/// Retries that are due at once: tests go from try to try without waiting.
pub(crate) const AT_ONCE: Settings = Settings {
    prefetch: 16,
    retries: 16,
    lease: Duration::from_secs(60),
    step: Duration::from_secs(60),
    retry_base: Duration::ZERO,
    retry_cap: Duration::ZERO,
    attempts: 3,
};

/// The same, with leases that are over as they begin: whoever holds an order counts as dead.
pub(crate) const DEAD: Settings = Settings {
    lease: Duration::ZERO,
    ..AT_ONCE
};

pub(crate) struct World {
    pub(crate) catalog: Catalog,
    pub(crate) connect: PgConnectOptions,
    owner: PgPool,
    books: PgPool,
    ledger: PgPool,
}

/// An order as its first event tells of it.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) id: OrderId,
    event: EventId,
    method: &'static str,
    expired: bool,
}

impl Placed {
    pub(crate) fn paid_with(method: &'static str) -> Self {
        Self {
            id: OrderId::generate(),
            event: EventId::generate(),
            method,
            expired: false,
        }
    }

    pub(crate) fn new() -> Self {
        Self::paid_with("pm_card_visa")
    }

    /// The same order, asked about again.
    pub(crate) fn redriven(&self) -> Self {
        Self {
            event: EventId::generate(),
            ..self.clone()
        }
    }

    /// The same order, when its time is over.
    pub(crate) fn expired(&self) -> Self {
        Self {
            expired: true,
            ..self.redriven()
        }
    }

    pub(crate) fn body(&self) -> String {
        json!({
            "id": self.event.as_uuid(), "type": "order.created", "schema_version": 1, "order_id": self.id.as_uuid(),
            "version": 1, "occurred_at": "2026-01-01T00:00:00Z",
            "data": {
                "buyer_id": self.id.as_uuid(), "payment_method": self.method, "expired": self.expired,
                "items": [{"product_id": BOWL, "quantity": 1}, {"product_id": LEASH, "quantity": 2}],
                "total": {"amount_minor": 2490, "currency": "USD"},
            },
        })
        .to_string()
    }

    pub(crate) fn incoming(&self) -> Incoming {
        Incoming {
            message_id: Some(self.event),
            body: self.body().into_bytes(),
            published_at: None,
            trace: Trace {
                traceparent: Some(TRACE.to_owned()),
                tracestate: None,
            },
        }
    }
}

impl World {
    /// Ten of each product on the shelf.
    pub(crate) async fn open(options: PgPoolOptions, connect: PgConnectOptions) -> Self {
        let owner = options
            .connect_with(connect.clone())
            .await
            .expect("a connection");
        let as_processor = connect.clone().options([("role", "velure_fulfilment")]);
        let pool = || {
            PgPoolOptions::new()
                .max_connections(8)
                .connect_lazy_with(as_processor.clone())
        };
        let (books, ledger) = (pool(), pool());
        let catalog = Catalog::open().await;
        catalog.stock(LEASH, 10);
        catalog.stock(BOWL, 10);
        Self {
            catalog,
            connect: as_processor,
            owner,
            books,
            ledger,
        }
    }

    pub(crate) fn payments(&self, config: SimulatedConfig) -> Simulated {
        Simulated::new(self.ledger.clone(), config)
    }

    pub(crate) fn store(&self, lease: Duration) -> FulfilmentStore {
        FulfilmentStore::new(self.books.clone(), lease)
    }

    pub(crate) fn catalog_client(&self) -> CatalogClient {
        let env = Env::of([
            ("VELURE_CATALOG_URL", self.catalog.url.as_str()),
            ("VELURE_SERVICE_SIGNING_KEY", SIGNING_KEY),
        ]);
        let mut reader = Reader::new(&env);
        let config = CatalogConfig::read(&mut reader);
        CatalogClient::new(&reader.finish(config).expect("a good configuration")).expect("a client")
    }

    pub(crate) fn processor(&self, settings: Settings, payment: SimulatedConfig) -> Arc<Subject> {
        let books = self.store(settings.lease);
        Arc::new(Processor::new(
            books,
            self.catalog_client(),
            self.payments(payment),
            settings,
        ))
    }

    /// A processor whose payments are answered.
    pub(crate) fn sound(&self) -> Arc<Subject> {
        self.processor(AT_ONCE, SimulatedConfig::default())
    }

    /// Records an order as a holder does that dies at once, and hands out what it held.
    pub(crate) async fn recorded(&self, order: &Placed) -> Fulfilment {
        let line = |product: &str, quantity| velure_domain::CartLine {
            product_id: product.parse().expect("24 digits"),
            quantity: velure_domain::Quantity::new(quantity).expect("a legal quantity"),
        };
        let new = NewFulfilment {
            event_id: order.event,
            order_id: order.id,
            cart: velure_domain::Cart::new([line(LEASH, 2), line(BOWL, 1)]).expect("a legal cart"),
            total: velure_domain::Money::new(2490, velure_domain::Currency::Usd)
                .expect("a legal amount"),
            payment_method: order.method.parse().expect("a legal token"),
            expired: order.expired,
            published_at: None,
            trace: Trace {
                traceparent: Some(TRACE.to_owned()),
                tracestate: None,
            },
        };
        match self
            .store(Duration::ZERO)
            .record(&new)
            .await
            .expect("recorded")
        {
            Recorded::Claimed(held) => *held,
            other @ (Recorded::Waiting | Recorded::Final | Recorded::Contradicts) => {
                panic!("{other:?}")
            }
        }
    }

    /// Delivers an order and says how it was answered.
    pub(crate) async fn deliver(&self, processor: &Subject, order: &Placed) -> Outcome {
        processor.handle(order.incoming(), &StopToken::new()).await
    }

    /// Works on what is due until nothing is, at most so many rounds.
    pub(crate) async fn settle(&self, processor: &Subject) {
        for _ in 0..50 {
            if processor.run_due().await.expect("claimed") == 0 {
                return;
            }
        }
        panic!("there is still something due after 50 rounds");
    }

    pub(crate) async fn phase(&self, order: &Placed) -> String {
        self.find_phase(order)
            .await
            .expect("the order is on record")
    }

    /// How often the order was taken up.
    pub(crate) async fn claims(&self, order: &Placed) -> i64 {
        sqlx::query_scalar("select lease from fulfilment.fulfilments where order_id = $1")
            .bind(order.id.as_uuid())
            .fetch_one(&self.owner)
            .await
            .expect("it is on record")
    }

    pub(crate) async fn find_phase(&self, order: &Placed) -> Option<String> {
        sqlx::query_scalar("select phase from fulfilment.fulfilments where order_id = $1")
            .bind(order.id.as_uuid())
            .fetch_optional(&self.owner)
            .await
            .expect("the books")
    }

    /// The types of the order's events, in the order they will be published.
    pub(crate) async fn events(&self, order: &Placed) -> Vec<String> {
        sqlx::query_scalar(
            "select event_type from fulfilment.outbox where order_id = $1 order by sequence",
        )
        .bind(order.id.as_uuid())
        .fetch_all(&self.owner)
        .await
        .expect("the outbox")
    }

    /// The failure that the last event tells of, and the product at fault.
    pub(crate) async fn failure(&self, order: &Placed) -> (String, Option<String>) {
        let body: Vec<u8> = sqlx::query_scalar(
            "select body from fulfilment.outbox where order_id = $1 and event_type = 'order.failed' order by sequence desc",
        )
        .bind(order.id.as_uuid())
        .fetch_one(&self.owner)
        .await
        .expect("a failure");
        let event: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let failure = &event["data"]["failure"];
        let text = |key: &str| failure[key].as_str().map(str::to_owned);
        (text("code").expect("a code"), text("product_id"))
    }

    /// The provider's ledger: outcome and amount of every entry.
    pub(crate) async fn ledger(&self) -> Vec<(String, Option<i64>)> {
        sqlx::query_as(
            "select outcome, amount_minor from payment_simulator.charges order by created_at",
        )
        .fetch_all(&self.owner)
        .await
        .expect("the ledger")
    }

    /// Type, reason and body of every dead letter.
    pub(crate) async fn dead_letters(&self) -> Vec<(String, String, Vec<u8>)> {
        sqlx::query_as("select event_type, reason, body from fulfilment.outbox where event_type like 'dead.%' order by sequence")
            .fetch_all(&self.owner)
            .await
            .expect("the outbox")
    }

    /// Asserts the end of an order that was paid, once, with its stock taken, once.
    pub(crate) async fn assert_completed(&self, order: &Placed) {
        assert_eq!(self.phase(order).await, "COMPLETED");
        assert_eq!(
            self.events(order).await,
            ["order.processing", "order.completed"]
        );
        assert_eq!(self.ledger().await, [("SUCCEEDED".to_owned(), Some(2490))]);
        assert_eq!(self.catalog.state(&order.id.to_string()), Some("committed"));
        assert_eq!((self.catalog.left(LEASH), self.catalog.left(BOWL)), (8, 9));
    }

    /// Asserts the end of an order that failed: nothing taken, nothing held, and all of it told.
    pub(crate) async fn assert_failed(&self, order: &Placed, code: &str) {
        assert_eq!(self.phase(order).await, "FAILED");
        assert_eq!(
            self.events(order).await,
            ["order.processing", "order.failed"]
        );
        assert_eq!(self.failure(order).await.0, code);
        assert!(
            self.ledger()
                .await
                .iter()
                .all(|(outcome, _)| outcome != "SUCCEEDED")
        );
        assert!(matches!(
            self.catalog.state(&order.id.to_string()),
            None | Some("released")
        ));
        assert_eq!(
            (self.catalog.left(LEASH), self.catalog.left(BOWL)),
            (10, 10)
        );
    }
}
