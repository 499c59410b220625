//! The one place that reads this process's environment.

use std::path::PathBuf;

/// The value of `name`, when it is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask is not a part of the shop: it hands configuration to it, and builds in seconds without velure-config"
)]
pub(crate) fn value(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The first of `names` that is set.
pub(crate) fn first_of(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| value(name))
}

/// Where `program` is found on the search path.
pub(crate) fn find_program(program: &str) -> Option<PathBuf> {
    value("PATH")?
        .split(':')
        // Administrators' programs are missing from an ordinary user's PATH on Debian.
        .chain(["/usr/sbin", "/usr/local/sbin"])
        .map(|folder| PathBuf::from(folder).join(program))
        .find(|candidate| candidate.is_file())
}
