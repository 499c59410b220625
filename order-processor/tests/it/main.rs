//! Against real PostgreSQL and RabbitMQ, and a catalog that keeps to the contract of reservations.

mod catalog;
mod consuming;
mod crashes;
mod doubt;
mod fulfilling;
mod simulated;
mod world;
