-- What the relay has still to do stands apart from what it has to say. `outbox` is append-only: an event goes in once and
-- goes with its partition. `outbox_pending` has one narrow row for each event that is not settled, made by a trigger, so
-- that no writer can forget it. A confirm deletes that row. Marking the event itself wrote the whole event a second time.
--
-- An event is published when it has no pending row any more. Writers from before go on working; a relay from before does
-- not, and orders wait until the new one runs.

create function relay.split_outbox(target_schema text) returns void language plpgsql as $$
begin
  execute format('drop index %1$I.outbox_pending', target_schema);
  execute format('drop index %1$I.outbox_held', target_schema);
  execute format($sql$
    create table %1$I.outbox_pending (
      shard      smallint    not null,
      sequence   bigint      not null,
      -- Finds the event: its partition, and in it the row.
      created_at timestamptz not null,
      order_id   uuid        not null,
      not_before timestamptz not null default now(),
      attempts   integer     not null default 0,
      last_error text,
      parked_at  timestamptz,
      constraint outbox_pending_pk primary key (shard, sequence)
      -- A queue: nearly every row that it ever had is dead.
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
            autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000)$sql$, target_schema);
  -- Nearly always empty: the orders that a failed row holds back.
  execute format('create index outbox_pending_held on %1$I.outbox_pending (order_id, sequence) where attempts > 0', target_schema);
  execute format($sql$
    insert into %1$I.outbox_pending (shard, sequence, created_at, order_id, not_before, attempts, last_error, parked_at)
    select shard, sequence, created_at, order_id, not_before, attempts, last_error, parked_at
    from %1$I.outbox where published_at is null$sql$, target_schema);
  execute format($sql$
    alter table %1$I.outbox drop constraint outbox_settled_once, drop column not_before, drop column attempts,
      drop column last_error, drop column published_at, drop column parked_at$sql$, target_schema);
  execute format($sql$
    create function %1$I.outbox_is_pending() returns trigger language plpgsql security definer set search_path = pg_catalog as $body$
    begin
      insert into %1$I.outbox_pending (shard, sequence, created_at, order_id)
      values (new.shard, new.sequence, new.created_at, new.order_id);
      return null;
    end $body$ $sql$, target_schema);
  execute format('revoke execute on function %1$I.outbox_is_pending from public', target_schema);
  execute format($sql$
    create trigger outbox_is_pending after insert on %1$I.outbox
      for each row execute function %1$I.outbox_is_pending()$sql$, target_schema);
  execute format('revoke update on %1$I.outbox from velure_relay', target_schema);
  execute format($sql$
    grant select, delete, update (not_before, attempts, last_error, parked_at) on %1$I.outbox_pending to velure_relay$sql$, target_schema);
end $$;

select relay.split_outbox('orders');
select relay.split_outbox('fulfilment');
drop function relay.split_outbox;
drop function relay.create_outbox;

-- As before, but a partition is settled when nothing of its week is pending.
create or replace function relay.maintain_outboxes(ahead integer default 2, keep interval default interval '14 days')
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
      select c.relname, to_timestamp(substring(c.relname from 8), 'IYYY_IW') + interval '1 week' + interval '1 day' as ends
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = format('%I.outbox', target)::regclass
        and to_timestamp(substring(c.relname from 8), 'IYYY_IW') + interval '1 week' + interval '1 day' < now() - keep
    loop
      execute format('select exists (select from %I.outbox_pending where created_at < %L)', target, part.ends) into pending;
      if not pending then
        execute format('drop table %I.%I', target, part.relname);
        dropped := target || '.' || part.relname;
        return next;
      end if;
    end loop;
  end loop;
end $$;
