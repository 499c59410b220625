//! The proxy between the shop's processes and what they use, where a shop is broken on purpose.

use anyhow::Result;

use super::settings::{AppPorts, Variables};
use crate::checkout::Checkout;
use crate::ports::Ports;
use crate::process::Launch;
use crate::services::Backing;

/// One line: a name, the port that clients connect to, and the server's.
#[derive(Debug, Clone, Copy)]
struct Line {
    name: &'static str,
    here: u16,
    there: u16,
}

/// A line to each server, and to the functions for those who call them internally.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    control: u16,
    lines: Vec<Line>,
}

impl Lines {
    /// Lines to these servers, on ports that nobody uses.
    pub(crate) fn to(backing: &Backing, apps: AppPorts, ports: &mut Ports) -> Result<Self> {
        let mut servers = backing.ports();
        servers.push(("functions", apps.functions));
        let mut lines = Vec::new();
        for (name, there) in servers {
            let here = ports.any()?;
            lines.push(Line { name, here, there });
        }
        Ok(Self {
            control: ports.any()?,
            lines,
        })
    }

    /// Where the proxy takes orders.
    pub(crate) fn control(&self) -> String {
        address(self.control)
    }

    /// The proxy.
    pub(crate) fn launch(&self, checkout: &Checkout) -> Launch {
        let line = |line: &Line| {
            let (here, there) = (address(line.here), address(line.there));
            format!("{}={here}={there}", line.name)
        };
        Launch::new("fault-proxy", checkout.binary("velure-fault-proxy"))
            .arg("--control")
            .arg(self.control())
            .args(self.lines.iter().map(line))
            .folder(checkout.root())
    }

    /// The same variables, with every server at its line's end. Ports of ours have five digits: none begins another.
    pub(super) fn through(&self, mut all: Variables) -> Variables {
        for value in all.values_mut() {
            for line in &self.lines {
                *value = value.replace(&address(line.there), &address(line.here));
            }
        }
        all
    }
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_at_their_lines_and_everything_else_stays() {
        let line = |name, here, there| Line { name, here, there };
        let lines = Lines {
            control: 20_000,
            lines: vec![
                line("redis", 20_001, 21_001),
                line("functions", 20_002, 21_002),
            ],
        };
        let before = [
            ("A", "redis://127.0.0.1:21001"),
            ("B", "http://127.0.0.1:21002/internal"),
            ("C", "127.0.0.1:21003"),
        ];
        let all = before.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let through = lines.through(Variables::from(all));
        assert_eq!(through["A"], "redis://127.0.0.1:20001");
        assert_eq!(through["B"], "http://127.0.0.1:20002/internal");
        assert_eq!(through["C"], "127.0.0.1:21003");
    }
}
