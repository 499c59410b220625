//! The relay: see [`velure_relay`].

fn main() -> std::process::ExitCode {
    velure_service::main("relay", velure_relay::Config::from_env, velure_relay::start)
}
