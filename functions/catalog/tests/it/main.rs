//! Every rule of the catalog's contract, against a real MongoDB and a real Redis.

mod administration;
mod callers;
mod inventory;
mod outage;
mod quotes;
mod reading;
mod reservations;
mod shop;
