//! The auth context through the edge, on a real PostgreSQL as the role it has in production, and a real Redis.

mod away;
mod change_password;
mod close_session;
mod edge;
mod fixture;
mod identity;
mod introspect_token;
mod open_session;
mod refresh_session;
mod register_user;
mod remote;
mod start;
mod users;
