-- The auth context's own database. Everything lives in the schema `auth`; the only role that reaches it is
-- velure_auth_api, with exactly the grants below.

do $$ begin
  create role velure_auth_api nologin;
exception when duplicate_object or unique_violation then null;
end $$;

create schema auth;
grant usage on schema auth to velure_auth_api;

create table auth.users (
  user_id       uuid        primary key,
  name          text        not null constraint users_name_length check (char_length(name) between 1 and 100),
  email         text        not null constraint users_email_folded check (email = lower(email)),
  password_hash text        not null,
  role          text        not null default 'shopper' constraint users_role_known check (role in ('shopper', 'admin')),
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  constraint users_email_unique unique (email)
);
create index users_created_at on auth.users (created_at desc, user_id desc);

-- One row a sign-in: the family that its refresh tokens belong to. Revocation is a fact of this table alone.
create table auth.sessions (
  session_id    uuid        primary key,
  user_id       uuid        not null references auth.users on delete cascade,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null,
  ended_at      timestamptz,
  end_reason    text,
  constraint sessions_ended_has_reason check ((ended_at is null) = (end_reason is null)),
  constraint sessions_end_reason_known check (end_reason in ('signed_out', 'password_changed', 'token_reused', 'expired'))
);
create index sessions_user_id_open on auth.sessions (user_id) where ended_at is null;

-- Refresh tokens, by their SHA-256. A token is used once; its child is remembered for the few seconds in which a
-- browser that lost the answer may ask again.
create table auth.refresh_tokens (
  token_hash    bytea       primary key constraint refresh_tokens_hash_length check (octet_length(token_hash) = 32),
  session_id    uuid        not null references auth.sessions on delete cascade,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null,
  used_at       timestamptz,
  parent_hash   bytea
);
create index refresh_tokens_session_id on auth.refresh_tokens (session_id);

-- Failed sign-ins by account, so that guessing slows down even when Redis is gone. Keyed by a hash of the e-mail:
-- an address that has no account leaves no personal data behind.
create table auth.sign_in_failures (
  email_hash    bytea       primary key,
  failures      integer     not null,
  blocked_until timestamptz,
  last_at       timestamptz not null default now()
);

grant select, insert, update on auth.users to velure_auth_api;
grant select, insert, update on auth.sessions to velure_auth_api;
grant select, insert, update, delete on auth.refresh_tokens to velure_auth_api;
grant select, insert, update, delete on auth.sign_in_failures to velure_auth_api;
