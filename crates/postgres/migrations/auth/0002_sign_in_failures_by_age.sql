-- Every failure that is recorded takes two old ones away, so that made-up addresses cannot fill the table.
create index sign_in_failures_last_at on auth.sign_in_failures (last_at);
