//! What is done to the connections between the shop's processes and what they use.

use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::random::Random;
use crate::stack::Stack;

/// The lines of a shop that is broken on purpose; `functions` is the catalogue's and the sessions' internal interface.
const LINES: [&str; 5] = ["postgres", "rabbitmq", "redis", "mongodb", "functions"];

/// How long the proxy may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(5);

/// One of the lines is as `condition` says for a while, and then open again.
///
/// # Errors
/// When the proxy does not do it.
pub(crate) async fn disturb(
    stack: &Stack,
    random: &mut Random,
    condition: &str,
    lasting: Duration,
) -> anyhow::Result<()> {
    let line = LINES[random.below(LINES.len())];
    tell(stack, line, condition).await?;
    tokio::time::sleep(lasting).await;
    tell(stack, line, "open").await
}

/// Every connection of one line is forgotten on the way: both ends have it, and nothing passes.
///
/// # Errors
/// When the proxy does not do it.
pub(crate) async fn forget(stack: &Stack, random: &mut Random) -> anyhow::Result<()> {
    tell(stack, LINES[random.below(LINES.len())], "forget").await
}

async fn tell(stack: &Stack, line: &str, order: &str) -> anyhow::Result<()> {
    let telling = async {
        let mut proxy = BufReader::new(TcpStream::connect(&stack.fault_proxy).await?);
        proxy
            .write_all(format!("{line} {order}\n").as_bytes())
            .await?;
        let mut said = String::new();
        proxy.read_line(&mut said).await?;
        ensure!(said == "done\n", "{}", said.trim());
        Ok(())
    };
    tokio::time::timeout(PATIENCE, telling)
        .await
        .map_err(anyhow::Error::from)
        .flatten()
        .with_context(|| format!("the fault proxy does not do {order} to {line}"))
}
