-- The order processor's own books.

-- Every event that had its effect here.
create table fulfilment.inbox (
  event_id   uuid        primary key,
  order_id   uuid,
  handled_at timestamptz not null default now()
);
create index inbox_handled_at on fulfilment.inbox (handled_at);

-- One row an order: how far it is, and when to look at it again.
--
-- RECORDED   nothing is known to be held; the stock is to be reserved
-- RESERVED   the stock is held, PROCESSING is out, the payment is initiated; the charge is to be made or looked up
-- CHARGED    paid; the reservation is to be committed
-- DECLINED   the charge is refused for good; the stock is to be returned
-- REFUSED    given up before any charge; what may be held is to be returned
-- COMPLETED, FAILED  final
create table fulfilment.fulfilments (
  order_id           uuid        primary key,
  phase              text        not null default 'RECORDED' constraint fulfilments_phase_known check (phase in
    ('RECORDED', 'RESERVED', 'CHARGED', 'DECLINED', 'REFUSED', 'COMPLETED', 'FAILED')),
  lines              jsonb       not null,
  currency           text        not null,
  total_minor        bigint      not null constraint fulfilments_total_positive check (total_minor > 0),
  payment_method     text        not null,
  expired            boolean     not null default false,
  failure_code       text,
  failure_product_id text,
  attempts           integer     not null default 0,
  last_error         text,
  -- While a lease runs, its end: so one index finds the retries that are due and the orders whose holder died.
  next_attempt_at    timestamptz not null default now(),
  -- Who works on it, by lease: `lease` rises with every claim, and a holder that lost its lease changes nothing.
  lease              bigint      not null default 0,
  leased_until       timestamptz,
  traceparent        text,
  tracestate         text,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),
  constraint fulfilments_failed_has_reason check (phase not in ('DECLINED', 'REFUSED', 'FAILED') or failure_code is not null)
);
create index fulfilments_due on fulfilment.fulfilments (next_attempt_at) where phase not in ('COMPLETED', 'FAILED');

-- One row a charge, written before the provider is asked. The key is derived from the order, so asking twice is
-- asking once.
create table fulfilment.payments (
  order_id        uuid        primary key references fulfilment.fulfilments,
  idempotency_key text        not null constraint payments_idempotency_key_unique unique,
  currency        text        not null,
  amount_minor    bigint      not null constraint payments_amount_positive check (amount_minor > 0),
  status          text        not null default 'INITIATED' constraint payments_status_known check (status in ('INITIATED', 'SUCCEEDED', 'DECLINED')),
  charge_id       text,
  decline_code    text,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  constraint payments_succeeded_has_charge check ((status = 'SUCCEEDED') = (charge_id is not null))
);

-- The second lock behind the compare-and-set: whatever the code does, an end stays an end, no charged order fails,
-- no order fails while a charge is in doubt, and none completes unpaid.
create function fulfilment.refuse_illegal_moves() returns trigger language plpgsql as $$
begin
  if (old.phase, new.phase) not in (
    ('RECORDED', 'RESERVED'), ('RECORDED', 'REFUSED'), ('RECORDED', 'FAILED'),
    ('RESERVED', 'CHARGED'), ('RESERVED', 'DECLINED'),
    ('CHARGED', 'COMPLETED'), ('DECLINED', 'FAILED'), ('REFUSED', 'FAILED')) then
    raise exception 'fulfilment % cannot go from % to %', old.order_id, old.phase, new.phase
      using errcode = 'check_violation', constraint = 'fulfilments_legal_moves';
  end if;
  if new.phase = 'FAILED' and exists (
    select from fulfilment.payments p where p.order_id = new.order_id and p.status <> 'DECLINED') then
    raise exception 'fulfilment % has a charge that is not declined', old.order_id
      using errcode = 'check_violation', constraint = 'fulfilments_failed_is_not_charged';
  end if;
  if new.phase in ('CHARGED', 'COMPLETED') and not exists (
    select from fulfilment.payments p where p.order_id = new.order_id and p.status = 'SUCCEEDED') then
    raise exception 'fulfilment % is not paid', old.order_id
      using errcode = 'check_violation', constraint = 'fulfilments_completed_is_charged';
  end if;
  return new;
end $$;
create trigger fulfilments_moves before update of phase on fulfilment.fulfilments
  for each row when (old.phase is distinct from new.phase) execute function fulfilment.refuse_illegal_moves();

create function fulfilment.refuse_second_answers() returns trigger language plpgsql as $$
begin
  raise exception 'the payment of order % is already %', old.order_id, old.status
    using errcode = 'check_violation', constraint = 'payments_answered_once';
end $$;
create trigger payments_moves before update of status on fulfilment.payments
  for each row when (old.status <> 'INITIATED' and old.status is distinct from new.status)
  execute function fulfilment.refuse_second_answers();

grant select, insert, delete on fulfilment.inbox to velure_fulfilment;
grant select, insert on fulfilment.fulfilments, fulfilment.payments to velure_fulfilment;
grant update (phase, expired, failure_code, failure_product_id, attempts, last_error, next_attempt_at, lease,
  leased_until, updated_at) on fulfilment.fulfilments to velure_fulfilment;
grant update (status, charge_id, decline_code, updated_at) on fulfilment.payments to velure_fulfilment;

-- The simulated provider's durable ledger. It stands for a foreign system: no foreign key leads here, nothing here
-- joins a transaction of ours, and rows are never changed. A row is the one answer that its key will ever get; a key
-- that was cancelled before it was charged has no charge to describe.
create table payment_simulator.charges (
  idempotency_key text        primary key,
  outcome         text        not null constraint charges_outcome_known check (outcome in ('SUCCEEDED', 'DECLINED', 'CANCELLED')),
  fingerprint     bytea,
  charge_id       text        constraint charges_charge_id_unique unique,
  currency        text,
  amount_minor    bigint,
  decline_code    text,
  created_at      timestamptz not null default now(),
  constraint charges_cancelled_or_whole check (
    case outcome when 'CANCELLED' then num_nonnulls(fingerprint, charge_id, currency, amount_minor) = 0
                 else num_nulls(fingerprint, charge_id, currency, amount_minor) = 0 end),
  constraint charges_declined_has_code check ((outcome = 'DECLINED') = (decline_code is not null))
);
grant select, insert on payment_simulator.charges to velure_fulfilment;
