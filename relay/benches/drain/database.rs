//! A database with the relay's real schema, and what is asked of it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;
use velure_postgres::outbox::{NewEvent, Outbox, RelayAsleep, append, shard_of, wake};

use super::{BODY, PATIENCE, TRACEPARENT};

/// When how many events were marked, for each statement that marks. It costs the relay a little.
const WATCH_MARKS: &str = "
    create table public.marks (at timestamptz not null, events bigint not null);
    create function public.watch_marks() returns trigger language plpgsql as $$
    begin
      insert into public.marks select now(), count(*) from gone;
      return null;
    end $$;
    create trigger watch_marks after delete on orders.outbox_pending
      referencing old table as gone for each statement execute function public.watch_marks();";

/// A database of its own, with the real schema.
pub(crate) struct Database {
    name: String,
    server: PgConnectOptions,
    options: PgConnectOptions,
    /// For a relay.
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn create(server_url: &str) -> anyhow::Result<Self> {
        let server: PgConnectOptions = server_url.parse()?;
        let name = format!("velure_drain_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect_with(&server).await?;
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&mut connection)
            .await?;
        let options = server.clone().database(&name);
        let mut connection = PgConnection::connect_with(&options).await?;
        velure_postgres::ORDERS.run(&mut connection).await?;
        sqlx::raw_sql(WATCH_MARKS).execute(&mut connection).await?;
        let (address, _) = server_url
            .rsplit_once('/')
            .context("a URL with a database")?;
        Ok(Self {
            url: format!("{address}/{name}"),
            name,
            server,
            options,
        })
    }

    /// An outbox with `pending` rows, each of an order of its own, and nothing else.
    pub(crate) async fn fill(&self, pending: u32) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        sqlx::query("truncate orders.outbox, orders.outbox_pending, public.marks restart identity")
            .execute(&mut connection)
            .await?;
        // As in the shop: next to nothing is pending when statistics are made, and a backlog comes between two of them.
        sqlx::query("analyze orders.outbox, orders.outbox_pending")
            .execute(&mut connection)
            .await?;
        sqlx::query(
            "insert into orders.outbox (event_id, shard, order_id, version, event_type, body, traceparent)
             select gen_random_uuid(), n % 64, gen_random_uuid(), 1, 'order.created', convert_to(repeat('x', $2), 'UTF8'), $3
             from generate_series(1, $1) n",
        )
        .bind(i64::from(pending))
        .bind(i32::try_from(BODY)?)
        .bind(TRACEPARENT)
        .execute(&mut connection)
        .await?;
        sqlx::query("checkpoint").execute(&mut connection).await?;
        Ok(())
    }

    /// Waits until `count` rows are marked. Asks what was noted of the marks, some hundred rows: anything that looks at the
    /// outbox itself takes a processor that the relay needs.
    pub(crate) async fn published(&self, count: u32) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let started = Instant::now();
        loop {
            let marked: i64 =
                sqlx::query_scalar("select coalesce(sum(events), 0)::int8 from public.marks")
                    .fetch_one(&mut connection)
                    .await?;
            if marked >= i64::from(count) {
                return Ok(());
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "{marked} of {count} rows were published in {PATIENCE:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Events a second between the first mark and the one that made `count` full, by the database's clock.
    pub(crate) async fn rate(&self, count: u32) -> anyhow::Result<f64> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let rate: Option<f64> = sqlx::query_scalar(
            "with marked as (select at, events, sum(events) over w - events as before
                             from public.marks where events > 0 window w as (order by at)),
                  slice as (select * from marked where before < $1),
                  later as (select * from slice where before > 0)
             select ((select sum(events) from later)
               / nullif(extract(epoch from (select max(at) from slice) - (select min(at) from slice)), 0))::float8",
        )
        .bind(i64::from(count))
        .fetch_one(&mut connection)
        .await?;
        rate.context("all rows were marked at once: the slice is too small")
    }

    /// How long each of `times` events took that found the relay asleep: from just before the wake-up until the row
    /// says that the broker confirmed it, by the database's clock. The mark comes after the confirm, so the confirm
    /// itself was earlier.
    pub(crate) async fn woken(&self, times: usize) -> anyhow::Result<Vec<Duration>> {
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .connect_with(self.options.clone())
            .await?;
        let mut took = Vec::new();
        for _ in 0..times {
            let order_id = Uuid::now_v7();
            let shard = shard_of(order_id);
            while !sqlx::query_scalar::<_, bool>("select relay.asleep($1)")
                .bind(shard)
                .fetch_one(&pool)
                .await?
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let event_id = Uuid::now_v7();
            let event = NewEvent {
                event_id,
                order_id,
                version: 1,
                event_type: "order.created",
                body: vec![b'x'; BODY],
                reason: None,
                traceparent: Some(TRACEPARENT.to_owned()),
                tracestate: None,
            };
            let mut transaction = pool.begin().await?;
            let RelayAsleep(asleep) = append(&mut transaction, Outbox::Orders, &event).await?;
            transaction.commit().await?;
            ensure!(asleep, "the relay woke between two statements");
            let from: f64 =
                sqlx::query_scalar("select extract(epoch from clock_timestamp())::float8")
                    .fetch_one(&pool)
                    .await?;
            wake(&pool.clone().into()).await;
            took.push(loop {
                let confirmed: Option<f64> = sqlx::query_scalar(
                    "select max(extract(epoch from at))::float8 - $1 from public.marks where events > 0 and
                       not exists (select from orders.outbox_pending where order_id = $2)",
                )
                .bind(from)
                .bind(order_id)
                .fetch_one(&pool)
                .await?;
                if let Some(seconds) = confirmed {
                    break Duration::from_secs_f64(seconds.max(0.0));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            });
        }
        pool.close().await;
        Ok(took)
    }

    pub(crate) async fn drop(self) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect_with(&self.server).await?;
        sqlx::query(AssertSqlSafe(format!(
            "drop database {} with (force)",
            self.name
        )))
        .execute(&mut connection)
        .await?;
        Ok(())
    }
}
