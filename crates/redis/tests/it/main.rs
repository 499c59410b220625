//! Against a real Redis, and against one that was taken away.

mod feed;
mod server;
mod sessions;
