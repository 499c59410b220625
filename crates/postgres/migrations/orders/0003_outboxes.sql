-- Both outboxes have one shape. Rows go in by the transaction that makes the fact true, and stay for 14 days after
-- they were published; then a whole partition is dropped. Partitions are a week long, so that a poll looks at three
-- or four indexes and not at fifteen.
--
-- `sequence` is taken in the transaction that holds the order's row lock, so it rises within one order. Between
-- orders it promises nothing: a row that commits late shows up behind a reader's cursor, and the relay looks again
-- from the start before it rests.

create function relay.create_outbox(target_schema text) returns void language plpgsql as $$
begin
  execute format($sql$
    create table %1$I.outbox (
      sequence     bigint      generated always as identity,
      event_id     uuid        not null,
      shard        smallint    not null constraint outbox_shard_range check (shard between 0 and 63),
      order_id     uuid        not null,
      version      smallint    not null,
      -- The routing key. What is not an order's event is a dead letter: `dead.` and the queue it came from.
      event_type   text        not null,
      -- Wire-ready: what the relay publishes, byte for byte.
      body         bytea       not null,
      -- Why a dead letter is one.
      reason       text,
      traceparent  text,
      tracestate   text,
      created_at   timestamptz not null default now(),
      not_before   timestamptz not null default now(),
      attempts     integer     not null default 0,
      last_error   text,
      published_at timestamptz,
      parked_at    timestamptz,
      constraint outbox_pk primary key (created_at, sequence),
      constraint outbox_settled_once check (published_at is null or parked_at is null)
    ) partition by range (created_at)$sql$, target_schema);
  execute format('create index outbox_pending on %1$I.outbox (shard, sequence) where published_at is null and parked_at is null', target_schema);
  -- Nearly always empty: the orders that a failed row holds back.
  execute format('create index outbox_held on %1$I.outbox (order_id, sequence) where published_at is null and attempts > 0', target_schema);
end $$;

select relay.create_outbox('orders');
select relay.create_outbox('fulfilment');

-- Makes the partitions of this week and the next `ahead`, and drops those whose every row is older than `keep` and
-- published. Runs as the owner, because the relay may neither create nor drop. Partitions never lack: the current
-- week's is there from the migration on, and the relay calls this once an hour.
create function relay.maintain_outboxes(ahead integer default 2, keep interval default interval '14 days')
returns table (dropped text) language plpgsql security definer set search_path = pg_catalog as $$
declare
  target text;
  starts timestamptz;
  part record;
  pending boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('velure.maintain_outboxes', 0));
  foreach target in array array['orders', 'fulfilment'] loop
    for week in 0..ahead loop
      starts := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' + make_interval(weeks => week);
      execute format('create table if not exists %I.%I partition of %I.outbox for values from (%L) to (%L)',
        target, 'outbox_' || to_char(starts at time zone 'UTC', 'IYYY_IW'), target, starts, starts + interval '1 week');
    end loop;
    for part in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = format('%I.outbox', target)::regclass
        and to_timestamp(substring(c.relname from 8), 'IYYY_IW') + interval '1 week' + interval '1 day' < now() - keep
    loop
      execute format('select exists (select from %I.%I where published_at is null)', target, part.relname) into pending;
      if not pending then
        execute format('drop table %I.%I', target, part.relname);
        dropped := target || '.' || part.relname;
        return next;
      end if;
    end loop;
  end loop;
end $$;
revoke execute on function relay.maintain_outboxes from public;
grant execute on function relay.maintain_outboxes to velure_relay;

select relay.maintain_outboxes();

grant insert on orders.outbox to velure_orders_api;
grant insert on fulfilment.outbox to velure_fulfilment;
grant select, insert, update (not_before, attempts, last_error, published_at, parked_at) on orders.outbox to velure_relay;
grant select, update (not_before, attempts, last_error, published_at, parked_at) on fulfilment.outbox to velure_relay;

-- Whether no relay is awake for this shard, so that the writer wakes one after its commit. A relay that is awake
-- holds this lock exclusively in its session; a writer asks in the statement that inserts the row. The number is
-- `velure_postgres::outbox::AWAKE`.
create function relay.asleep(shard smallint) returns boolean language sql volatile
  as 'select pg_try_advisory_xact_lock_shared(1447842306, shard)';
grant usage on schema relay to velure_orders_api, velure_fulfilment;
