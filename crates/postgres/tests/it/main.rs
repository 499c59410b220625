//! The stores against a real PostgreSQL, a database for each test.

mod orders;
mod orders_roles;
