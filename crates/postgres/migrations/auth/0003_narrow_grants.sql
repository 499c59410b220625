-- What the functions change, column by column: they can make no admin, give nobody another role or address, and bring
-- no session back under another user.
revoke insert, update on auth.users from velure_auth_api;
grant insert (user_id, name, email, password_hash) on auth.users to velure_auth_api;
grant update (password_hash, updated_at) on auth.users to velure_auth_api;

revoke insert, update on auth.sessions from velure_auth_api;
grant insert (session_id, user_id, created_at, expires_at) on auth.sessions to velure_auth_api;
grant update (ended_at, end_reason) on auth.sessions to velure_auth_api;

revoke insert, update on auth.refresh_tokens from velure_auth_api;
grant insert (token_hash, session_id, parent_hash, expires_at) on auth.refresh_tokens to velure_auth_api;
grant update (used_at) on auth.refresh_tokens to velure_auth_api;
