-- People who look after the shop: they read everything about orders, give parked events another try, and write down what
-- they change. Each signs in under a name of their own, which is made a member: grant velure_operator to alice.
do $$ begin
  create role velure_operator nologin;
exception when duplicate_object or unique_violation then null;
end $$;

create schema operations;

-- One row a change, written before it is made. Nobody may change what it says or take it away.
create table operations.actions (
  action_id   bigint      generated always as identity primary key,
  started_at  timestamptz not null default now(),
  operator    text        not null constraint actions_operator_length check (char_length(operator) between 1 and 100),
  login       text        not null default session_user,
  reason      text        not null constraint actions_reason_length check (char_length(reason) between 3 and 500),
  action      text        not null,
  -- What was changed: an event, or a message's id.
  subject     text        not null,
  order_id    uuid,
  -- Empty while nobody knows: the change was begun, and may or may not have been made.
  outcome     text,
  finished_at timestamptz,
  constraint actions_finished check ((outcome is null) = (finished_at is null))
);
create index actions_order_id on operations.actions (order_id) where order_id is not null;

create function operations.refuse_second_outcome() returns trigger language plpgsql as $$
begin
  raise exception 'action % is finished', old.action_id using errcode = 'check_violation', constraint = 'actions_finished_once';
end $$;
create trigger actions_finished_once before update on operations.actions
  for each row when (old.outcome is not null) execute function operations.refuse_second_outcome();

grant usage on schema orders, fulfilment, payment_simulator, operations to velure_operator;
grant select on orders.orders, orders.line_items, orders.order_events, orders.outbox, orders.outbox_pending,
  fulfilment.inbox, fulfilment.fulfilments, fulfilment.payments, fulfilment.outbox, fulfilment.outbox_pending,
  payment_simulator.charges, operations.actions to velure_operator;
-- Whoever migrates without sqlx has no such table.
do $$ begin
  if to_regclass('public._sqlx_migrations') is not null then
    grant select on public._sqlx_migrations to velure_operator;
  end if;
end $$;
grant update (not_before, attempts, parked_at) on orders.outbox_pending, fulfilment.outbox_pending to velure_operator;
grant insert (operator, reason, action, subject, order_id) on operations.actions to velure_operator;
grant update (outcome, finished_at) on operations.actions to velure_operator;
