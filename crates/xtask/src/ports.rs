//! Which ports to use.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

use anyhow::{Context, Result};

use crate::{random, report};

/// Hands out ports, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    given: BTreeSet<u16>,
}

impl Ports {
    /// `preferred`, or the next one up that nobody listens on; says so when it is another.
    pub(crate) fn near(&mut self, what: &str, preferred: u16) -> Result<u16> {
        let port = (preferred..=u16::MAX)
            .find(|port| !self.given.contains(port) && is_free(*port))
            .context("every port is in use")?;
        if port != preferred {
            report::note(format_args!(
                "port {preferred} is taken by another process: {what} uses {port}"
            ));
        }
        self.given.insert(port);
        Ok(port)
    }

    /// Any free port below the range from which the kernel serves outgoing connections, so that none of those takes
    /// it while its server is down for a moment.
    pub(crate) fn any(&mut self) -> Result<u16> {
        let low = 20_000;
        let high = first_ephemeral_port().clamp(low + 2_000, 32_768);
        let start = low + random::number() % (high - low);
        let port = (start..high)
            .chain(low..start)
            .find(|port| !self.given.contains(port) && is_free(*port))
            .context("every port is in use")?;
        self.given.insert(port);
        Ok(port)
    }
}

/// Whether nobody listens on the port, on either loopback address: `localhost` may mean both.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
            Ok(_) => true,
            // A machine without IPv6 has no second loopback address to collide on.
            Err(error) => error.kind() == std::io::ErrorKind::AddrNotAvailable,
        }
}

/// Whether this machine has the IPv6 loopback address.
pub(crate) fn has_ipv6_loopback() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

fn first_ephemeral_port() -> u16 {
    fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")
        .ok()
        .and_then(|range| range.split_whitespace().next()?.parse().ok())
        .unwrap_or(32_768)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_somebody_listens_on_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port can be bound");
        let port = taken.local_addr().expect("it has an address").port();
        assert!(!is_free(port));
        let given = Ports::default()
            .near("the origin", port)
            .expect("another port is free");
        assert!(given > port);
    }

    #[test]
    fn a_port_is_never_given_twice() {
        let mut ports = Ports::default();
        let all: BTreeSet<u16> = (0..20)
            .map(|_| ports.any().expect("a port is free"))
            .collect();
        assert_eq!(all.len(), 20);
    }

    #[test]
    fn chosen_ports_stay_clear_of_outgoing_connections() {
        let port = Ports::default().any().expect("a port is free");
        assert!((20_000..32_768).contains(&port));
    }
}
