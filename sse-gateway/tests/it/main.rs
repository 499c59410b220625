//! The gateway over real HTTP, against a real PostgreSQL and a real Redis that can be taken away.

mod access;
mod all_orders;
mod browser;
mod drain;
mod faults;
mod one_order;
mod process;
mod shop;
mod slow;
