//! Rebuilds when a migration is added: the macros that embed them cannot see new files by themselves.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
