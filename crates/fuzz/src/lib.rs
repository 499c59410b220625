//! Everything that reads bytes of others, as functions that take any bytes and panic when what they read is wrong.
//!
//! | target | reads |
//! |---|---|
//! | [`answers`] | what the other contexts and the broker's neighbours say: answers, hints, key sets |
//! | [`bodies`] | the bodies of requests |
//! | [`events`] | messages from the broker |
//! | [`headers`] | cookies, origins, entity tags and trace contexts |
//! | [`paths`] | paths and queries |
//! | [`positions`] | where a browser wants a stream to go on |
//! | [`texts`] | ids, addresses, amounts, words |
//! | [`tokens`] | access and service tokens |
//!
//! `make test` gives each a few thousand bytes that a generator thought of and samples that were changed a little;
//! `make fuzz TARGET=events` lets libFuzzer look for as long as it is told.

mod foreign;
mod ours;

pub use foreign::{answers, events};
pub use ours::{bodies, headers, paths, positions, texts, tokens};

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, with a sample of what it reads.
pub const TARGETS: [(&str, Target, &[&str]); 8] = [
    ("answers", answers, foreign::ANSWERS),
    ("bodies", bodies, ours::BODIES),
    ("events", events, foreign::EVENTS),
    ("headers", headers, ours::HEADERS),
    ("paths", paths, ours::PATHS),
    ("positions", positions, ours::POSITIONS),
    ("texts", texts, ours::TEXTS),
    ("tokens", tokens, ours::TOKENS),
];
