//! The server: see [`velure_server`].

fn main() -> std::process::ExitCode {
    velure_service::main(
        "server",
        velure_server::Config::from_env,
        velure_server::start,
    )
}
