//! Against a real database, as the role `velure_fulfilment`: every function here has exactly the rights it needs.

mod claiming;
mod guards;
mod moves;
mod recording;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use velure_contracts::events::{Envelope, EventType, OrderFailed, OrderMoved};
use velure_domain::{
    Cart, CartLine, Currency, EventId, FailureCode, Money, OrderFailure, OrderId, Quantity,
};

use super::*;
use crate::ORDERS;

const LONG: Duration = Duration::from_secs(60);
/// A lease that is over as it begins: its holder counts as dead.
const OVER: Duration = Duration::ZERO;

struct Books {
    store: FulfilmentStore,
    /// As the owner, to look at what the role may not read.
    owner: PgPool,
}

impl Books {
    async fn open(options: PgPoolOptions, connect: PgConnectOptions) -> Self {
        let owner = options
            .connect_with(connect.clone())
            .await
            .expect("a connection");
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::query("set role velure_fulfilment")
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .connect_with(connect)
            .await
            .expect("a connection");
        Self {
            store: FulfilmentStore::new(pool, LONG),
            owner,
        }
    }

    fn with_lease(&self, lease: Duration) -> FulfilmentStore {
        FulfilmentStore {
            pool: self.store.pool.clone(),
            lease,
        }
    }

    async fn claimed(&self, event: &NewFulfilment) -> Fulfilment {
        match self.store.record(event).await.expect("recorded") {
            Recorded::Claimed(order) => *order,
            other @ (Recorded::Waiting | Recorded::Final | Recorded::Contradicts) => {
                panic!("{other:?}")
            }
        }
    }

    /// What is in the outbox about an order, in the order it will be published.
    async fn outbox(&self, order: OrderId) -> Vec<(String, i16, Vec<u8>)> {
        sqlx::query_as("select event_type, version, body from fulfilment.outbox where order_id = $1 order by sequence")
            .bind(order.as_uuid())
            .fetch_all(&self.owner)
            .await
            .expect("the outbox")
    }

    async fn types(&self, order: OrderId) -> Vec<String> {
        self.outbox(order)
            .await
            .into_iter()
            .map(|(kind, _, _)| kind)
            .collect()
    }

    /// An order that was tried in vain once, held again.
    async fn retried(&self) -> Fulfilment {
        let order = self.claimed(&event()).await;
        let postponed = self.store.postpone(&order, "no answer", OVER).await;
        postponed.expect("postponed");
        let mut due = self.store.claim_due(10).await.expect("claimed");
        assert_eq!(due.len(), 1, "every other order is held");
        due.remove(0).expect("readable")
    }

    /// The order as a holder is told by a move is the order as the next holder reads it.
    async fn assert_holds(&self, told: &Fulfilment) {
        let mut connection = self.owner.acquire().await.expect("a connection");
        let read = row::read(&mut connection, &[told.order_id.as_uuid()]).await;
        let mut read = read.expect("the books").remove(0).expect("readable");
        if let (Some(read), Some(told)) = (&mut read.payment, &told.payment) {
            assert!(read.age >= told.age);
            read.age = told.age;
        }
        assert_eq!(&read, told);
    }

    async fn inbox(&self) -> i64 {
        sqlx::query_scalar("select count(*) from fulfilment.inbox")
            .fetch_one(&self.owner)
            .await
            .expect("the inbox")
    }

    async fn run(&self, sql: &'static str) -> Result<u64, sqlx::Error> {
        sqlx::query(sql)
            .execute(&self.owner)
            .await
            .map(|done| done.rows_affected())
    }
}

fn event() -> NewFulfilment {
    let line = |product: &str, quantity| CartLine {
        product_id: product.repeat(24).parse().expect("24 digits"),
        quantity: Quantity::new(quantity).expect("a legal quantity"),
    };
    NewFulfilment {
        event_id: EventId::generate(),
        order_id: OrderId::generate(),
        cart: Cart::new([line("b", 2), line("a", 1)]).expect("a legal cart"),
        total: Money::new(2490, Currency::Usd).expect("a legal amount"),
        payment_method: "pm_card_visa".parse().expect("a legal token"),
        expired: false,
        published_at: None,
        trace: Trace {
            traceparent: Some("00-1-2-01".to_owned()),
            tracestate: None,
        },
    }
}

fn again(event: &NewFulfilment) -> NewFulfilment {
    NewFulfilment {
        event_id: EventId::generate(),
        ..event.clone()
    }
}

fn failure(code: FailureCode) -> OrderFailure {
    OrderFailure {
        code,
        product_id: Some("a".repeat(24).parse().expect("24 digits")),
    }
}

fn stale<T: std::fmt::Debug>(outcome: Result<T, FulfilmentError>) {
    assert!(
        matches!(outcome, Err(FulfilmentError::Stale)),
        "{outcome:?}"
    );
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, sqlx::Error>, constraint: &str) {
    let error = outcome.expect_err("the database refuses");
    assert!(crate::breaks_constraint(&error, constraint), "{error}");
}
