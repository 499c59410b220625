-- Database of the orders and fulfilment contexts. One role for each component; nobody crosses a schema but the
-- relay, which carries events out of both outboxes.

do $$ begin
  create role velure_orders_api nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  create role velure_relay nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  create role velure_gateway nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  create role velure_fulfilment nologin;
exception when duplicate_object or unique_violation then null;
end $$;

create schema orders;
create schema fulfilment;
create schema payment_simulator;
create schema relay;

grant usage on schema orders to velure_orders_api, velure_relay, velure_gateway;
grant usage on schema fulfilment to velure_fulfilment, velure_relay;
grant usage on schema payment_simulator to velure_fulfilment;
grant usage on schema relay to velure_relay;
