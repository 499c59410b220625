use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use super::*;
use crate::ORDERS;

const PATIENCE: Duration = Duration::from_secs(300);

struct Desk {
    store: DeskStore,
    owner: sqlx::PgPool,
}

impl Desk {
    async fn open(options: PgPoolOptions, connect: PgConnectOptions) -> Self {
        let owner = options
            .connect_with(connect.clone())
            .await
            .expect("a connection");
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(connect.options([("role", "velure_operator")]));
        Self {
            store: DeskStore { pool: pool.into() },
            owner,
        }
    }

    /// An order whose event waits in the outbox.
    async fn order(&self) -> Uuid {
        let order_id = Uuid::now_v7();
        for statement in [
            "insert into orders.orders (order_id, buyer_id, currency, total_minor, payment_method)
             values ($1, gen_random_uuid(), 'USD', 4900, 'pm_card_visa')",
            "insert into orders.line_items (order_id, position, product_id, name, quantity, unit_price_minor)
             values ($1, 0, 'p1', 'Leash', 2, 2450)",
            "insert into orders.order_events (order_id, version, status, buyer_id, buyer_sequence)
             select order_id, 1, 'CREATED', buyer_id, 1 from orders.orders where order_id = $1",
            "insert into orders.outbox (event_id, shard, order_id, version, event_type, body)
             values (gen_random_uuid(), 3, $1, 1, 'order.created', '{}')",
        ] {
            self.run(statement, order_id).await;
        }
        order_id
    }

    async fn run(&self, statement: &'static str, order_id: Uuid) {
        sqlx::query(statement)
            .bind(order_id)
            .execute(&self.owner)
            .await
            .expect("done");
    }

    async fn parked(&self) -> Uuid {
        let order_id = self.order().await;
        let park = "update orders.outbox_pending set attempts = 8, last_error = 'unroutable', parked_at = now()
                    where order_id = $1";
        self.run(park, order_id).await;
        order_id
    }
}

fn why() -> Why {
    Why {
        operator: "Ada".to_owned(),
        reason: "the binding is back".to_owned(),
    }
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_parked_event_is_tried_again_once_and_who_and_why_are_kept(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let desk = Desk::open(options, connect).await;
    let (order_id, other) = (desk.parked().await, desk.parked().await);
    let listed = desk.store.unsettled(false, 10).await.expect("listed");
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].last_error.as_deref(), Some("unroutable"));

    let what = Unparking::Order(order_id);
    let unparked = desk.store.unpark(what, &why()).await.expect("unparked");
    assert_eq!(unparked.len(), 1);
    assert!(
        desk.store
            .unpark(what, &why())
            .await
            .expect("nothing to do")
            .is_empty()
    );

    // It counts as tried once: until it is published it holds back what its order tells later.
    let left = desk.store.unsettled(false, 10).await.expect("listed");
    let state = |row: &OutboxRow| (row.order_id, row.attempts, row.parked_at.is_some());
    assert_eq!(
        left.iter().map(state).collect::<Vec<_>>(),
        [(order_id, 1, false), (other, 8, true)]
    );
    let actions = desk.store.actions(10).await.expect("listed");
    assert_eq!(actions.len(), 1);
    assert_eq!(
        (actions[0].operator.as_str(), actions[0].reason.as_str()),
        ("Ada", "the binding is back")
    );
    assert_eq!(actions[0].outcome.as_deref(), Some("unparked"));
    assert_eq!(
        desk.store
            .unpark(Unparking::All, &why())
            .await
            .expect("unparked")
            .len(),
        1
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn a_change_without_a_reason_is_not_made(options: PgPoolOptions, connect: PgConnectOptions) {
    let desk = Desk::open(options, connect).await;
    let order_id = desk.parked().await;
    let mute = Why {
        reason: String::new(),
        ..why()
    };
    assert!(
        desk.store
            .unpark(Unparking::Order(order_id), &mute)
            .await
            .is_err()
    );
    let listed = desk.store.unsettled(false, 10).await.expect("listed");
    assert!(listed[0].parked_at.is_some());
    assert!(
        desk.store
            .begin(&mute, "dlq drop", "m", None)
            .await
            .is_err()
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn what_was_written_down_is_finished_once(options: PgPoolOptions, connect: PgConnectOptions) {
    let desk = Desk::open(options, connect).await;
    let begun = desk
        .store
        .begin(&why(), "dlq replay", "m", None)
        .await
        .expect("begun");
    assert_eq!(
        desk.store.actions(1).await.expect("listed")[0].outcome,
        None
    );
    assert_eq!(
        desk.store
            .health(PATIENCE)
            .await
            .expect("read")
            .unfinished_actions,
        1
    );
    desk.store
        .finish(begun, "replayed")
        .await
        .expect("finished");
    assert!(desk.store.finish(begun, "dropped").await.is_err());
    assert_eq!(
        desk.store
            .health(PATIENCE)
            .await
            .expect("read")
            .unfinished_actions,
        0
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn an_orders_file_tells_what_happened_everywhere_in_its_order(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let desk = Desk::open(options, connect).await;
    assert_eq!(desk.store.order(Uuid::now_v7()).await.expect("read"), None);
    let order_id = desk.parked().await;
    for statement in [
        "insert into fulfilment.fulfilments (order_id, lines, currency, total_minor, payment_method)
         values ($1, '[]', 'USD', 4900, 'pm_card_visa')",
        "insert into fulfilment.inbox (event_id, order_id) values (gen_random_uuid(), $1)",
        "update fulfilment.fulfilments set phase = 'RESERVED', attempts = 2, last_error = 'no answer' where order_id = $1",
        "insert into fulfilment.payments (order_id, idempotency_key, currency, amount_minor, status, charge_id)
         values ($1, 'order:1:charge', 'USD', 4900, 'SUCCEEDED', 'ch_1')",
    ] {
        desk.run(statement, order_id).await;
    }
    desk.store
        .unpark(Unparking::Order(order_id), &why())
        .await
        .expect("unparked");
    let file = desk
        .store
        .order(order_id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (file.status.as_str(), file.phase.as_deref(), file.attempts),
        ("CREATED", Some("RESERVED"), Some(2))
    );
    assert_eq!(file.lines[0].quantity, 2);
    let told: Vec<_> = file
        .timeline
        .iter()
        .map(|moment| format!("{}: {}", moment.place, moment.what))
        .collect();
    let place = |beginning: &str| {
        told.iter()
            .position(|line| line.starts_with(beginning))
            .unwrap_or_else(|| panic!("{beginning} in {told:#?}"))
    };
    let order = [
        place("orders: version 1: CREATED"),
        place("orders: event order.created"),
        place("fulfilment: event "),
        place("payment: to be charged under order:1:charge"),
        place("payment: SUCCEEDED, ch_1"),
        place("operator: outbox unpark orders outbox"),
    ];
    assert!(order.is_sorted(), "{told:#?}");
    assert!(
        told.iter()
            .any(|line| line.ends_with("waits after 1 tries: unroutable")),
        "{told:#?}"
    );
}

#[sqlx::test(migrator = "ORDERS")]
async fn health_names_what_is_wrong(options: PgPoolOptions, connect: PgConnectOptions) {
    let desk = Desk::open(options, connect).await;
    let well = desk.store.health(PATIENCE).await.expect("read");
    assert_eq!((well.open, well.backlog.parked), (0, 0));
    assert_eq!(
        (well.migrations.at, &well.migrations.differing),
        (well.migrations.expected, &vec![])
    );

    let (order_id, parked) = (desk.order().await, desk.parked().await);
    let old = "update orders.orders set created_at = now() - interval '1 hour' where order_id = $1";
    desk.run(old, order_id).await;
    sqlx::query("update _sqlx_migrations set checksum = '\\x00' where version = 2")
        .execute(&desk.owner)
        .await
        .expect("done");
    let ill = desk.store.health(PATIENCE).await.expect("read");
    assert_eq!((ill.open, ill.backlog.parked), (2, 1));
    assert_eq!(ill.stuck, [order_id]);
    assert_eq!(ill.migrations.differing, [2]);
    assert_ne!(parked, order_id);
}
