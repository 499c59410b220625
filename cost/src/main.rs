//! `velure-cost`: what the shop costs.

fn main() {}
