-- Where an order spent its time. Columns are added and nothing else, so code from before goes on working.

-- What happened on the way to the status, as `[{"step", "at"}]`, oldest first; the names are in
-- `velure_contracts::http::step`. And the trace in which the status was stored, for frames that are read from here.
alter table orders.order_events add column steps jsonb, add column traceparent text;

-- When the relay sent `order.created`, by its clock.
alter table fulfilment.fulfilments add column published_at timestamptz;
