//! Randomness from the operating system.

use std::fs::File;
use std::io::Read;

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .expect("/dev/urandom always has bytes on Linux");
    bytes
}

/// A number that nobody can foresee.
pub(crate) fn number() -> u16 {
    u16::from_le_bytes(bytes())
}

/// A password of 192 random bits that needs no escaping in a URL, a shell or a configuration file.
pub(crate) fn password() -> String {
    bytes::<24>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_need_no_escaping() {
        let (one, two) = (password(), password());
        assert_ne!(one, two);
        assert_eq!(one.len(), 48);
        assert!(one.chars().all(|c| c.is_ascii_hexdigit()));
    }
}
