//! The stores against a real PostgreSQL, a database for each test.

mod auth_roles;
mod deadlines;
mod orders;
mod orders_roles;
mod outboxes;
