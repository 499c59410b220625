create table orders.orders (
  order_id           uuid        primary key,
  buyer_id           uuid        not null,
  status             text        not null default 'CREATED',
  version            smallint    not null default 1,
  currency           text        not null constraint orders_currency_known check (currency = 'USD'),
  total_minor        bigint      not null constraint orders_total_positive check (total_minor > 0),
  payment_method     text        not null,
  failure_code       text,
  failure_product_id text,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),
  -- When the sweeper last asked again for this order, and how often.
  redriven_at        timestamptz,
  redrives           integer     not null default 0,
  -- A status decides its version: a duplicate or late event is told by its version alone.
  constraint orders_status_version check (
    (status = 'CREATED' and version = 1) or (status = 'PROCESSING' and version = 2)
    or (status in ('COMPLETED', 'FAILED') and version = 3)),
  constraint orders_failed_has_reason check ((status = 'FAILED') = (failure_code is not null)),
  constraint orders_failure_code_known check (failure_code in
    ('insufficient_stock', 'product_unavailable', 'payment_declined', 'timeout', 'internal'))
);
create index orders_buyer_id_newest on orders.orders (buyer_id, order_id desc);
create index orders_open on orders.orders (updated_at) where status in ('CREATED', 'PROCESSING');

-- The second lock behind the guarded update: whatever the code does, a final order stays as it is and no version
-- goes back.
create function orders.refuse_backward_moves() returns trigger language plpgsql as $$
begin
  if old.version = 3 and (new.status, new.version, new.failure_code) is distinct from (old.status, old.version, old.failure_code) then
    raise exception 'order % is final', old.order_id using errcode = 'check_violation', constraint = 'orders_final_is_final';
  end if;
  if new.version not in (old.version, old.version + 1) then
    raise exception 'order % cannot go from version % to %', old.order_id, old.version, new.version
      using errcode = 'check_violation', constraint = 'orders_version_by_one';
  end if;
  return new;
end $$;
create trigger orders_moves before update of status, version, failure_code on orders.orders
  for each row execute function orders.refuse_backward_moves();

create table orders.line_items (
  order_id         uuid     not null references orders.orders,
  position         smallint not null,
  product_id       text     not null,
  name             text     not null,
  quantity         integer  not null constraint line_items_quantity_range check (quantity between 1 and 99),
  unit_price_minor bigint   not null constraint line_items_price_not_negative check (unit_price_minor >= 0),
  constraint line_items_order_id_position_pk primary key (order_id, position),
  constraint line_items_order_id_product_id_unique unique (order_id, product_id)
);

-- One row a buyer. Its row lock puts all of a buyer's order events in one line, so that `buyer_sequence` has no
-- gaps and its order is the order of commits: a cursor over it can miss nothing. It also counts the buyer's orders.
create table orders.buyers (
  buyer_id         uuid        primary key,
  last_sequence    bigint      not null default 0,
  window_started   timestamptz not null default now(),
  orders_in_window integer     not null default 0
);

create table orders.order_events (
  order_id           uuid        not null references orders.orders,
  version            smallint    not null,
  status             text        not null,
  failure_code       text,
  failure_product_id text,
  buyer_id           uuid        not null,
  buyer_sequence     bigint      not null,
  occurred_at        timestamptz not null default now(),
  constraint order_events_order_id_version_pk primary key (order_id, version),
  constraint order_events_buyer_id_sequence_unique unique (buyer_id, buyer_sequence)
);

create table orders.idempotency_keys (
  buyer_id     uuid        not null,
  key          text        not null constraint idempotency_keys_key_length check (char_length(key) between 1 and 128),
  request_hash bytea       not null,
  order_id     uuid        not null references orders.orders deferrable initially deferred,
  created_at   timestamptz not null default now(),
  constraint idempotency_keys_buyer_id_key_pk primary key (buyer_id, key)
);

grant select, insert on orders.orders, orders.line_items, orders.order_events, orders.idempotency_keys to velure_orders_api;
grant select, insert, update on orders.buyers to velure_orders_api;

grant select on orders.orders, orders.line_items, orders.order_events to velure_relay;
grant update (status, version, failure_code, failure_product_id, updated_at, redriven_at, redrives) on orders.orders to velure_relay;
grant insert on orders.order_events to velure_relay;
grant select, update (last_sequence) on orders.buyers to velure_relay;

grant select on orders.orders, orders.line_items, orders.order_events, orders.buyers to velure_gateway;
