//! How a running proxy is told what to do: a line for each order, `<name> <condition>` or `<name> forget`, each answered by a
//! line, `done` or what is wrong with it.

use std::collections::BTreeMap;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::{Condition, Proxy};

/// The longest order, in bytes.
const LONGEST: u64 = 256;

/// Proxies by the names of what is behind them.
pub type Lines = BTreeMap<String, Proxy>;

/// Does what one order says.
///
/// # Errors
/// When there is no such line, or no such condition.
pub fn obey(lines: &Lines, order: &str) -> anyhow::Result<()> {
    let (name, what) = order
        .trim()
        .split_once(' ')
        .context("an order is the name of a line and what is to be done to it")?;
    let line = lines.get(name).with_context(|| {
        let known: Vec<&str> = lines.keys().map(String::as_str).collect();
        format!("there is no line {name:?}; there are {}", known.join(", "))
    })?;
    match what {
        "forget" => line.forget(),
        other => line.set(other.parse::<Condition>()?),
    }
    Ok(())
}

/// Takes orders, one connection after the other, for ever.
///
/// # Errors
/// When the listener fails.
pub async fn take_orders(listener: &TcpListener, lines: &Lines) -> anyhow::Result<()> {
    loop {
        let (client, _) = listener.accept().await.context("no more orders")?;
        // Whoever breaks off has to connect anew.
        let _ = answer(client, lines).await;
    }
}

async fn answer(mut client: TcpStream, lines: &Lines) -> anyhow::Result<()> {
    let (orders, mut answers) = client.split();
    let mut orders = BufReader::new(orders);
    loop {
        let mut order = String::new();
        if (&mut orders).take(LONGEST).read_line(&mut order).await? == 0 {
            return Ok(());
        }
        let said = match obey(lines, &order) {
            Ok(()) => "done\n".to_owned(),
            Err(error) => format!("{error:#}\n"),
        };
        answers.write_all(said.as_bytes()).await?;
    }
}
