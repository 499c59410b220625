//! Runs the shop's decisions together in simulated time, with every fault that a seed can draw.
//!
//! The decisions are the shop's own code: the window of the relay, the steps of the order processor, the slot of a
//! stream, the moves of an order. Around them everything is simulated: what the databases keep, what the broker holds,
//! what the catalog and the payment provider answer, and every process that dies, freezes, hears nothing or hears it
//! twice. After every step the invariants are looked at; when the faults are over everything has to come to rest.
//!
//! | module | is |
//! |---|---|
//! | `plan` | what a seed decides: orders, rates, blows |
//! | `world` | the agenda of what happens when, and the processes' lives |
//! | `outbox`, `orders`, `books`, `transaction` | PostgreSQL |
//! | `broker`, `catalog`, `provider` | RabbitMQ, the catalogue's stock, a payment provider |
//! | `relay`, `processor`, `gateway`, `shopper` | who acts |
//! | `blows` | what breaks |
//! | `invariants` | what has to hold |
//! | `trap` | what other shops did instead, to see that it is caught |
//!
//! A run is its seed: the same seed is the same run, step by step.

mod blows;
mod books;
mod broker;
mod catalog;
mod chance;
mod gateway;
mod invariants;
mod orders;
mod outbox;
mod plan;
mod processor;
mod provider;
mod relay;
mod shopper;
mod transaction;
mod trap;
mod world;

pub use trap::Trap;

use world::World;

/// A run that ended as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Run {
    /// How many things happened.
    pub steps: u64,
    /// How many orders were placed.
    pub orders: usize,
    /// How many of them were completed.
    pub completed: usize,
    /// How much time passed in the simulation, in milliseconds.
    pub milliseconds: u64,
}

/// A run in which something was not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its seed.
    pub seed: u64,
    /// What was wrong.
    pub what: String,
    /// At which step.
    pub step: u64,
    /// Everything that happened, when it was to be told.
    pub story: Vec<String>,
}

/// Runs what a seed stands for, with a trap when one is to be fallen into, until everything has come to rest.
///
/// # Errors
/// As soon as something is wrong.
pub fn run(seed: u64, trap: Option<Trap>, tell: bool) -> Result<Run, Box<Wrong>> {
    let mut world = World::new(seed, trap, tell);
    while world.step() {}
    match world.witness.wrong.take() {
        None => Ok(world.summary()),
        Some(what) => Err(Box::new(Wrong {
            seed,
            what,
            step: world.steps,
            story: world.story.take().unwrap_or_default(),
        })),
    }
}
