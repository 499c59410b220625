//! The SSE gateway. See the library for what it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    velure_service::main(
        "sse-gateway",
        velure_sse_gateway::Config::from_env,
        velure_sse_gateway::start,
    )
}
