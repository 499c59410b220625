//! Against a server that answers what the test says.

mod catalog;
mod scripted;
