//! The relay against real PostgreSQL, RabbitMQ and Redis: a database and a virtual host for each test.

mod fixture;
mod hints;
mod pod;
mod publishing;
mod replicas;
mod statuses;
mod sweeping;
