//! `velure-cost`: what the shop costs, line by line.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = cli::Args::parse();
    match cli::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("velure-cost: {error:#}");
            ExitCode::FAILURE
        }
    }
}
