//! Tests of the edge from outside.

mod openapi;
mod tokens;
