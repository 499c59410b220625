//! The order processor: see [`velure_order_processor`].

use std::process::ExitCode;

use velure_order_processor::{Config, start};

fn main() -> ExitCode {
    velure_service::main("order-processor", Config::from_env, start)
}
