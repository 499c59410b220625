//! Project automation behind the Makefile. `cargo xtask help` lists the commands.

mod checkout;
mod environment;
mod interrupt;
mod passwords;
mod ports;
mod private_file;
mod probe;
mod process;
mod random;
mod report;
mod services;

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
