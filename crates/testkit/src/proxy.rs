use std::net::SocketAddr;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Forward,
    Stall,
    Refuse,
}

#[derive(Debug, Clone, Copy)]
struct State {
    mode: Mode,
    /// How often connections were cut. Counted, so that a cut is not missed by who only sees that the server is
    /// back.
    cuts: u64,
}

/// Stands between a client and a server, and takes the server away without touching it.
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Forwards to `target`, a `host:port`.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn to(target: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("a port for the proxy")?;
        let address = listener.local_addr()?;
        let state = watch::Sender::new(State {
            mode: Mode::Forward,
            cuts: 0,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, target.to_owned(), state.subscribe()));
        Ok(Self {
            address,
            state,
            _tasks: tasks,
        })
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes every connection, and each new one at once: the server was killed.
    pub fn cut(&self) {
        self.state.send_modify(|state| {
            *state = State {
                mode: Mode::Refuse,
                cuts: state.cuts + 1,
            }
        });
    }

    /// Keeps connections open and carries nothing: the network lost every packet.
    pub fn stall(&self) {
        self.state.send_modify(|state| state.mode = Mode::Stall);
    }

    /// The server is back. What was written while it was stalled arrives now.
    pub fn restore(&self) {
        self.state.send_modify(|state| state.mode = Mode::Forward);
    }
}

async fn accept(listener: TcpListener, target: String, state: watch::Receiver<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { continue };
                connections.spawn(forward(client, target.clone(), state.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// An error on either side ends the connection, as it would without a proxy.
async fn forward(client: TcpStream, target: String, mut state: watch::Receiver<State>) {
    let State { mode, cuts } = *state.borrow_and_update();
    if mode == Mode::Refuse {
        return;
    }
    let mut cut = state.clone();
    let work = async {
        forwarding(&mut state).await?;
        let server = TcpStream::connect(target).await.ok()?;
        let (client_in, client_out) = client.into_split();
        let (server_in, server_out) = server.into_split();
        tokio::select! {
            () = carry(client_in, server_out, state.clone()) => {}
            () = carry(server_in, client_out, state.clone()) => {}
        }
        Some(())
    };
    tokio::select! {
        _ = work => {}
        _ = cut.wait_for(|state| state.cuts > cuts) => {}
    }
}

/// Waits until bytes are carried; `None` when the proxy is gone.
async fn forwarding(state: &mut watch::Receiver<State>) -> Option<()> {
    state
        .wait_for(|state| state.mode == Mode::Forward)
        .await
        .ok()
        .map(drop)
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut state: watch::Receiver<State>,
) {
    let mut buffer = [0; 4096];
    loop {
        let Ok(read) = from.read(&mut buffer).await else {
            return;
        };
        if read == 0
            || forwarding(&mut state).await.is_none()
            || to.write_all(&buffer[..read]).await.is_err()
        {
            return;
        }
    }
}
