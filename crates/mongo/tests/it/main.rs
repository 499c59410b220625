//! The catalogue against a real server.

mod contention;
mod fixture;
mod inventory;
mod list;
mod products;
mod quote;
mod reservations;
mod search;
mod seed;
